package org.kerasgraft.features;

import java.util.Locale;
import org.kerasgraft.data.Npy;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.error.UsageException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/**
 * Gathers input rows and makes tensors of the dtype that a network takes. Floats take any array;
 * integers take integer arrays of which no value is changed.
 */
final class InputBatch {

  /** The elements of the longest array that every Java runtime can make. */
  private static final int MOST_VALUES = Integer.MAX_VALUE - 8;

  private final DataType dtype;
  private final Shape rowShape;
  private final int rowSize;
  private final float[] floats;
  private final long[] integers;
  private int size;

  /**
   * Makes room.
   *
   * @param capacity the most rows that are gathered, 1 or more
   * @throws UsageException if as many rows are more values than an array can hold
   */
  InputBatch(DataType dtype, Shape rowShape, int capacity) {
    this.dtype = dtype;
    this.rowShape = rowShape;
    this.rowSize = Math.toIntExact(rowShape.size());
    int values = values(capacity, rowSize);
    boolean isFloat = dtype == DataType.DT_FLOAT || dtype == DataType.DT_DOUBLE;
    if (!isFloat
        && dtype != DataType.DT_UINT8
        && dtype != DataType.DT_INT32
        && dtype != DataType.DT_INT64) {
      throw new ModelRefusedException(
          "The network takes inputs of type " + dtype + ".",
          "Inputs may be float32, float64, uint8, int32 or int64.");
    }
    this.floats = isFloat ? new float[values] : new float[0];
    this.integers = isFloat ? new long[0] : new long[values];
  }

  private static int values(int capacity, int rowSize) {
    long values = (long) capacity * rowSize;
    if (values > MOST_VALUES) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "A batch of %,d rows of %,d values each is too large; %,d values go into one.",
              capacity,
              rowSize,
              MOST_VALUES),
          "Give a --batch-size of " + Math.max(1, MOST_VALUES / rowSize) + " or less.");
    }
    return (int) values;
  }

  int size() {
    return size;
  }

  /** Where the next row of floats goes; {@link #accept} keeps it. */
  float[] floats() {
    return floats;
  }

  int offset() {
    return size * rowSize;
  }

  /** Keeps the row that was written at {@link #offset}. */
  int accept() {
    return size++;
  }

  void clear() {
    size = 0;
  }

  Shape rowShape() {
    return rowShape;
  }

  /** Adds a row of an array. */
  void add(Npy array, int row) {
    if (integers.length == 0) {
      array.read(row, floats, offset());
    } else {
      array.readIntegers(row, integers, offset());
      requireRange(array, row);
    }
    accept();
  }

  private void requireRange(Npy array, int row) {
    for (int i = offset(); i < offset() + rowSize; i++) {
      long value = integers[i];
      boolean fits =
          switch (dtype) {
            case DT_UINT8 -> value >= 0 && value <= 255;
            case DT_INT32 -> value == (int) value;
            default -> true;
          };
      if (!fits) {
        throw new InvalidDataException(
            "'"
                + array.file()
                + "' has "
                + value
                + " in row "
                + row
                + ", which is no "
                + dtype
                + ".",
            "Give an array of the model's dtype.");
      }
    }
  }

  /** Some of the rows so far as one tensor; owned by the caller. */
  TType tensor(int row, int rows) {
    Shape shape = Shape.of(rows).append(rowShape);
    int first = row * rowSize;
    int values = rows * rowSize;
    return switch (dtype) {
      case DT_FLOAT ->
          TFloat32.tensorOf(shape, DataBuffers.of(floats, true, false).slice(first, values));
      case DT_DOUBLE ->
          TFloat64.tensorOf(
              shape,
              data -> {
                for (int i = 0; i < values; i++) {
                  data.asRawTensor().data().asDoubles().setDouble(floats[first + i], i);
                }
              });
      case DT_UINT8 ->
          TUint8.tensorOf(
              shape,
              data -> {
                for (int i = 0; i < values; i++) {
                  data.asRawTensor().data().setByte((byte) integers[first + i], i);
                }
              });
      case DT_INT32 ->
          TInt32.tensorOf(
              shape,
              data -> {
                for (int i = 0; i < values; i++) {
                  data.asRawTensor().data().asInts().setInt((int) integers[first + i], i);
                }
              });
      default -> TInt64.tensorOf(shape, DataBuffers.of(integers, true, false).slice(first, values));
    };
  }

  /** The rows so far as float32, one after the other; valid until the batch is cleared. */
  float[] asFloats() {
    if (integers.length == 0) {
      return floats;
    }
    float[] copy = new float[size * rowSize];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = integers[i];
    }
    return copy;
  }
}
