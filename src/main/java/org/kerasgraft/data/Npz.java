package org.kerasgraft.data;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
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
 * have any rank, any order, and up to 2 GiB of data; all together up to 4 GiB and a quarter of
 * Java's heap. The archive is read in memory and nothing of it is written anywhere; still, names
 * that would lead out of a folder are refused, and so is whatever does not agree with itself:
 * checksums, sizes, shapes.
 */
public final class Npz {

  private static final String SUFFIX = ".npy";
  private static final int MOST_MEMBERS = 10_000;
  private static final long MOST_BYTES = 1L << 32;
  private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;

  private final Path file;
  private final Map<String, Member> arrays = new LinkedHashMap<>();
  private long room = Math.min(MOST_BYTES, Runtime.getRuntime().maxMemory() / 4);

  private Npz(Path file) {
    this.file = file;
  }

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
    Npz npz = new Npz(file);
    try (ZipFile zip = new ZipFile(file.toFile())) {
      if (zip.size() > MOST_MEMBERS) {
        throw npz.damaged("it has " + zip.size() + " members, of " + MOST_MEMBERS + " at most");
      }
      for (ZipEntry entry : Collections.list(zip.entries())) {
        npz.add(zip, entry);
      }
    } catch (ZipException | EOFException e) {
      throw npz.damaged(e.getMessage() == null ? "it is truncated" : e.getMessage());
    } catch (IOException e) {
      throw new StorageException("Cannot read '" + file + "': " + e + ".", "", e);
    } catch (IllegalArgumentException | NegativeArraySizeException e) {
      throw npz.damaged("its list of members cannot be read");
    }
    return Collections.unmodifiableMap(npz.arrays);
  }

  private InvalidDataException damaged(String why) {
    return new InvalidDataException(
        "'" + file + "' is no readable .npz file: " + why + ".",
        "Write it again with numpy.savez.");
  }

  private void add(ZipFile zip, ZipEntry entry) throws IOException {
    String place = file + "!" + entry.getName();
    String name = entry.getName().replaceFirst("\\.npy$", "");
    if (InnerPath.leadsOut(name)) {
      throw NpyHeader.damaged(place, "its name is none of an array");
    }
    if (!entry.getName().endsWith(SUFFIX)) {
      throw NpyHeader.damaged(place, "it is no .npy member");
    }
    if (arrays.containsKey(name)) {
      throw NpyHeader.damaged(place, "its name is there twice");
    }
    if (entry.getCompressedSize() > Files.size(file)) {
      throw NpyHeader.damaged(place, "it is said to take more bytes than the file has");
    }
    CheckedInputStream stream = new CheckedInputStream(zip.getInputStream(entry), new CRC32());
    try (stream) {
      arrays.put(name, member(stream, entry.getSize(), place));
      if (stream.read() >= 0) {
        throw NpyHeader.damaged(place, "it is longer than its header says");
      }
    }
    if (stream.getChecksum().getValue() != entry.getCrc()) {
      throw NpyHeader.damaged(place, "its checksum is not the one that is stored");
    }
  }

  /**
   * Reads no more than the header asks for, and makes room as data come, not as they are claimed.
   */
  private Member member(InputStream stream, long size, String place) throws IOException {
    byte[] start = stream.readNBytes(NpyHeader.PREFIX + 2);
    NpyHeader.Preamble preamble = NpyHeader.preamble(start, place);
    int rest = preamble.prefix() + preamble.length() - start.length;
    byte[] more = stream.readNBytes(Math.max(0, rest));
    if (more.length < rest) {
      throw NpyHeader.damaged(place, "its header is truncated");
    }
    byte[] head = Arrays.copyOf(start, start.length + more.length);
    System.arraycopy(more, 0, head, start.length, more.length);
    String text = new String(head, preamble.prefix(), preamble.length(), StandardCharsets.UTF_8);
    NpyHeader header = NpyHeader.parse(text, place);
    int needed = claimed(header, place);
    byte[] bytes = stream.readNBytes(needed);
    if (bytes.length < needed) {
      throw NpyHeader.damaged(
          place, "it is truncated, " + bytes.length + " of " + needed + " bytes are there");
    }
    if (head.length + (long) needed != size) {
      throw NpyHeader.damaged(place, "its size is not the one that is stored");
    }
    ByteBuffer data = ByteBuffer.wrap(bytes).order(header.order());
    DataType dtype = header.type() == NpyType.F2 ? DataType.DT_FLOAT : header.type().dtype();
    return new Member(dtype, header.shape(), elements(header, data));
  }

  /** The bytes of data that a header claims, taken off the room that there is. */
  private int claimed(NpyHeader header, String place) {
    long needed = bytesOf(header, place);
    long kept = header.type() == NpyType.F2 ? 2 * needed : needed;
    if (kept > LONGEST_ARRAY || kept > room) {
      throw new InvalidDataException(
          "'"
              + place
              + "' takes "
              + kept
              + " bytes; there is room for "
              + Math.min(room, LONGEST_ARRAY)
              + ".",
          "Split the file, or give Java more memory (-Xmx).");
    }
    room -= kept;
    return (int) needed;
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
