package org.kerasgraft.data;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kerasgraft.error.InvalidDataException;
import org.tensorflow.ndarray.Shape;

/**
 * What stands before the data of a {@code .npy} file.
 *
 * @param type the element type
 * @param order the byte order
 * @param fortran whether the first index varies fastest
 * @param shape the shape
 */
record NpyHeader(NpyType type, ByteOrder order, boolean fortran, Shape shape) {

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  /** Magic, version, and the length field of format 1.0. */
  static final int PREFIX = 10;

  private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([<>|=]?)(\\w+)'");
  private static final Pattern FORTRAN = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([^)]{0,2000}+)\\)");

  /** NumPy's own limit, since 2.0. */
  private static final int MOST_DIMENSIONS = 64;

  /**
   * The longest dictionary that is believed. The longest of a simple array is of 1.5 kB; only
   * structured types need more, and those are not read.
   */
  private static final int LONGEST = 1 << 16;

  /**
   * What stands before the dictionary.
   *
   * @param prefix its own length
   * @param length the dictionary's
   */
  record Preamble(int prefix, int length) {}

  /** Reads magic, version and length from the first {@link #PREFIX} + 2 bytes, or more. */
  static Preamble preamble(byte[] start, String file) {
    if (start.length < PREFIX + 2 || !hasMagic(start)) {
      throw damaged(file, "it does not begin as one");
    }
    int prefix = start[6] == 1 ? PREFIX : PREFIX + 2;
    long length = 0;
    for (int i = prefix - 1; i >= 8; i--) {
      length = (length << 8) | (start[i] & 0xff);
    }
    if (start[6] < 1 || start[6] > 3 || length > LONGEST) {
      throw damaged(file, "its version or header length is unknown");
    }
    return new Preamble(prefix, (int) length);
  }

  /** The dimensions, the number of rows first. */
  long[] dimensions() {
    return shape.asArray();
  }

  /** Whether a file's first bytes are those of the format. */
  static boolean hasMagic(byte[] start) {
    return start.length >= MAGIC.length
        && Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
  }

  /** Parses the dictionary of the header. */
  static NpyHeader parse(String text, String file) {
    Matcher descr = find(DESCR, text, file, "a simple element type");
    Matcher fortran = find(FORTRAN, text, file, "'fortran_order'");
    Matcher shape = find(SHAPE, text, file, "'shape'");
    NpyType type =
        NpyType.of(descr.group(2))
            .orElseThrow(
                () ->
                    new InvalidDataException(
                        "'" + file + "' holds elements of type '" + descr.group(2) + "'.",
                        "Save it as a float, integer or boolean array."));
    ByteOrder order =
        descr.group(1).equals(">")
            ? ByteOrder.BIG_ENDIAN
            : descr.group(1).equals("<") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.nativeOrder();
    return new NpyHeader(
        type, order, fortran.group(1).equals("True"), Shape.of(dimensions(shape.group(1), file)));
  }

  private static Matcher find(Pattern pattern, String text, String file, String what) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw damaged(file, "its header does not name " + what);
    }
    return matcher;
  }

  private static long[] dimensions(String text, String file) {
    String[] parts = text.split(",", -1);
    if (parts.length > MOST_DIMENSIONS + 1) {
      throw damaged(file, "its shape has more than " + MOST_DIMENSIONS + " dimensions");
    }
    try {
      return Arrays.stream(parts)
          .map(String::strip)
          .filter(s -> !s.isEmpty())
          .mapToLong(s -> checkDimension(Long.parseLong(s.replaceFirst("L$", ""))))
          .toArray();
    } catch (NumberFormatException e) {
      throw damaged(file, "its shape is '(" + text + ")'");
    }
  }

  private static long checkDimension(long dimension) {
    if (dimension < 0) {
      throw new NumberFormatException("negative");
    }
    return dimension;
  }

  static InvalidDataException damaged(String file, String why) {
    return new InvalidDataException(
        "'" + file + "' is no readable NumPy file: " + why + ".",
        "Write it again with numpy.save.");
  }

  /** The bytes of a float32 C-order header, 64-byte aligned, with room for any row count. */
  static byte[] float32(long rows, long[] rowDimensions) {
    StringBuilder dictionary =
        new StringBuilder("{'descr': '<f4', 'fortran_order': False, 'shape': (");
    String count = Long.toString(rows);
    dictionary.append(count).append(',');
    for (int i = 0; i < rowDimensions.length; i++) {
      dictionary.append(i == 0 ? " " : ", ").append(rowDimensions[i]);
    }
    dictionary.append("), }");
    int room = dictionary.length() + 20 - count.length() + 1;
    int total = (PREFIX + room + 63) / 64 * 64;
    dictionary.append(" ".repeat(total - PREFIX - dictionary.length() - 1)).append('\n');
    byte[] bytes = new byte[total];
    System.arraycopy(MAGIC, 0, bytes, 0, MAGIC.length);
    bytes[6] = 1;
    bytes[8] = (byte) (total - PREFIX);
    bytes[9] = (byte) ((total - PREFIX) >>> 8);
    byte[] text = dictionary.toString().getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(text, 0, bytes, PREFIX, text.length);
    return bytes;
  }
}
