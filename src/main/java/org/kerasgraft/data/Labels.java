package org.kerasgraft.data;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import org.kerasgraft.error.InvalidDataException;
import org.tensorflow.proto.DataType;

/** Class numbers of rows, 0 or more. Immutable. */
public final class Labels {

  private final String name;
  private final int[] values;

  /**
   * Takes labels.
   *
   * @param name where they come from, for messages: a file or folder
   * @param values the numbers, 0 or more; copied
   * @throws InvalidDataException if one is negative
   */
  public Labels(String name, int[] values) {
    this.name = Objects.requireNonNull(name);
    this.values = values.clone();
    for (int i = 0; i < values.length; i++) {
      if (values[i] < 0) {
        throw new InvalidDataException(
            "'" + name + "' has the label " + values[i] + " at row " + i + ".",
            "Labels are 0 … classes−1.");
      }
    }
  }

  /**
   * Reads a label file.
   *
   * @param file a {@code .npy} file of shape {@code (n)} or {@code (n, 1)}, any integer dtype
   * @return the labels
   * @throws org.kerasgraft.error.MissingInputException if there is no such file
   * @throws InvalidDataException if it has another shape or dtype, or negative or huge numbers
   */
  public static Labels read(Path file) {
    try (Npy array = Npy.open(file)) {
      if (!array.isInteger() || array.rowShape().numDimensions() > 1 || array.rowSize() != 1) {
        throw new InvalidDataException(
            "'"
                + file
                + "' has the shape "
                + shape(array)
                + " and the type "
                + typeName(array.dtype())
                + ".",
            "Labels are an integer array of shape (n) or (n, 1).");
      }
      int[] values = new int[array.count()];
      long[] one = new long[1];
      for (int i = 0; i < values.length; i++) {
        array.readIntegers(i, one, 0);
        if (one[0] < 0 || one[0] > Integer.MAX_VALUE - 1) {
          throw new InvalidDataException(
              "'" + file + "' has the label " + one[0] + " at row " + i + ".",
              "Labels are 0 … classes−1.");
        }
        values[i] = (int) one[0];
      }
      return new Labels(file.toString(), values);
    }
  }

  private static String shape(Npy array) {
    String row = array.rowShape().numDimensions() == 0 ? "" : array.rowShape().toString();
    return "(" + array.count() + row.replace("[", ", ").replace("]", "") + ")";
  }

  /** NumPy's name. */
  private static String typeName(DataType type) {
    return switch (type) {
      case DT_FLOAT -> "float32";
      case DT_DOUBLE -> "float64";
      default -> type.name().replace("DT_", "").toLowerCase(Locale.ROOT);
    };
  }

  /**
   * Where they come from.
   *
   * @return a name for messages
   */
  public String name() {
    return name;
  }

  /**
   * The numbers.
   *
   * @return one a row, a copy
   */
  public int[] values() {
    return values.clone();
  }

  /**
   * The number of labels.
   *
   * @return 0 or more
   */
  public int count() {
    return values.length;
  }

  /**
   * The number of classes if nothing else names them.
   *
   * @return the greatest label + 1
   */
  public int classes() {
    return Arrays.stream(values).max().orElse(-1) + 1;
  }

  /**
   * Checks that these labels belong to those rows.
   *
   * @param inputs the rows
   * @param inputName where the rows come from, for the message
   * @return the rows with their labels
   * @throws InvalidDataException if the lengths differ, naming both
   */
  public LabelledRows pairWith(RowSource inputs, String inputName) {
    if (inputs.count() != values.length) {
      throw new InvalidDataException(
          "'"
              + inputName
              + "' has "
              + inputs.count()
              + " rows, but '"
              + name
              + "' has "
              + values.length
              + " labels.",
          "Give one label a row.");
    }
    return new LabelledRows(inputs, this);
  }
}
