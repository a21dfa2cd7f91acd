package org.kerasgraft.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.MissingInputException;
import org.kerasgraft.error.StorageException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;

/**
 * Reads a file of several NumPy arrays, as {@code numpy.savez} and {@code numpy.savez_compressed}
 * write it: a zip whose members are {@code .npy} files. Names may hold {@code /}. Each array may
 * have any rank, any order, and up to 2 GiB of data.
 */
public final class Npz {

  private static final String SUFFIX = ".npy";

  private Npz() {}

  /**
   * One array.
   *
   * @param dtype the element type; float16 is widened to float32, which is exact
   * @param shape the shape; rank 0 for a single value
   * @param bytes the elements in C order and the machine's byte order; owned by the array
   */
  public record Member(DataType dtype, Shape shape, ByteBuffer bytes) {}

  /**
   * Reads all arrays.
   *
   * @param file a {@code .npz} file
   * @return name, without {@code .npy}, to array, in the file's order
   * @throws MissingInputException if there is no such file
   * @throws InvalidDataException if it is no such file, is damaged, or holds other element types
   */
  public static Map<String, Member> read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new MissingInputException(
          "There is no file '" + file + "'.", "Give the path of a .npz file.");
    }
    Map<String, Member> arrays = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        String place = file + "!" + entry.getName();
        if (!entry.getName().endsWith(SUFFIX)) {
          throw NpyHeader.damaged(place, "it is no .npy member");
        }
        try (InputStream stream = zip.getInputStream(entry)) {
          String name = entry.getName();
          byte[] bytes = stream.readNBytes(Integer.MAX_VALUE - 8);
          arrays.put(name.substring(0, name.length() - SUFFIX.length()), member(bytes, place));
        }
      }
    } catch (ZipException e) {
      throw new InvalidDataException(
          "'" + file + "' is no readable .npz file: " + e.getMessage() + ".",
          "Write it again with numpy.savez.",
          e);
    } catch (IOException e) {
      throw new StorageException("Cannot read '" + file + "': " + e + ".", "", e);
    }
    return Collections.unmodifiableMap(arrays);
  }

  private static Member member(byte[] bytes, String place) {
    NpyHeader.Preamble preamble = NpyHeader.preamble(bytes, place);
    int begin = preamble.prefix() + preamble.length();
    if (begin > bytes.length) {
      throw NpyHeader.damaged(place, "its header is truncated");
    }
    String text = new String(bytes, preamble.prefix(), preamble.length(), StandardCharsets.UTF_8);
    NpyHeader header = NpyHeader.parse(text, place);
    long needed = bytesOf(header, place);
    if (bytes.length - begin < needed) {
      throw NpyHeader.damaged(
          place,
          "it is truncated, " + (bytes.length - begin) + " of " + needed + " bytes are there");
    }
    ByteBuffer data = ByteBuffer.wrap(bytes, begin, bytes.length - begin).slice();
    DataType dtype = header.type() == NpyType.F2 ? DataType.DT_FLOAT : header.type().dtype();
    return new Member(dtype, header.shape(), elements(header, data.order(header.order())));
  }

  private static long bytesOf(NpyHeader header, String place) {
    try {
      long bytes = header.type().bytes();
      for (long dimension : header.dimensions()) {
        bytes = Math.multiplyExact(bytes, dimension);
      }
      return bytes;
    } catch (ArithmeticException e) {
      throw NpyHeader.damaged(place, "its shape is " + header.shape());
    }
  }

  /** The elements in C order and native byte order. */
  private static ByteBuffer elements(NpyHeader header, ByteBuffer data) {
    int size = (int) header.shape().size();
    int width = header.type().bytes();
    boolean half = header.type() == NpyType.F2;
    ByteBuffer out =
        ByteBuffer.allocate(Math.multiplyExact(size, half ? Float.BYTES : width))
            .order(ByteOrder.nativeOrder());
    for (int i = 0; i < size; i++) {
      int at = (header.fortran() ? fortranIndex(i, size, header.dimensions()) : i) * width;
      switch (width) {
        case 1 -> out.put(data.get(at));
        case 4 -> out.putInt(data.getInt(at));
        case 8 -> out.putLong(data.getLong(at));
        default -> {
          if (half) {
            out.putFloat(header.type().floatAt(data, at));
          } else {
            out.putShort(data.getShort(at));
          }
        }
      }
    }
    return out.flip();
  }

  /** Where, in Fortran order, the element at a C-order index is. */
  private static int fortranIndex(int index, int size, long[] dimensions) {
    int result = 0;
    int stride = size;
    int rest = index;
    for (int axis = dimensions.length - 1; axis >= 0; axis--) {
      int dimension = (int) dimensions[axis];
      stride /= dimension;
      result += rest % dimension * stride;
      rest /= dimension;
    }
    return result;
  }
}
