package org.kerasgraft.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Objects;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.MissingInputException;
import org.kerasgraft.error.StorageException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;

/**
 * A NumPy array file (format 1.0 to 3.0), memory-mapped in pieces, so that it may exceed 2 GiB and
 * the heap. Rows are the first dimension. Element types: booleans, integers of 1 to 8 bytes,
 * float16, float32, float64; either byte order; C or Fortran order. Values are given as float32.
 * Reading is safe from many threads.
 */
public final class Npy implements RowSource {

  /** Bytes in a mapped piece: a multiple of every element size, so that no element straddles. */
  static final long PIECE = 1L << 30;

  private final Path file;
  private final NpyHeader header;
  private final Shape rowShape;
  private final int count;
  private final long[] dimensions;
  private final long end;
  private volatile MappedByteBuffer[] pieces;

  private Npy(Path file, NpyHeader header, long end, MappedByteBuffer[] pieces) {
    this.file = file;
    this.header = header;
    this.end = end;
    this.pieces = pieces;
    this.dimensions = header.dimensions();
    this.count = (int) dimensions[0];
    this.rowShape = Shape.of(Arrays.copyOfRange(dimensions, 1, dimensions.length));
  }

  /**
   * Opens an array file of rank 1 or more.
   *
   * @param file a {@code .npy} file; must not change while open, and is refused if it is found cut
   *     off then
   * @return the open array, owned by the caller
   * @throws MissingInputException if there is no such file
   * @throws InvalidDataException if it is no NumPy file, damaged, truncated, or of another type
   */
  public static Npy open(Path file) {
    return open(file, PIECE);
  }

  static Npy open(Path file, long piece) {
    if (!Files.isRegularFile(file)) {
      throw new MissingInputException(
          "There is no file '" + file + "'.", "Give the path of a .npy file.");
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      String name = file.toString();
      NpyHeader.Preamble preamble =
          NpyHeader.preamble(readAt(channel, 0, NpyHeader.PREFIX + 2), name);
      byte[] text = readAt(channel, preamble.prefix(), preamble.length());
      NpyHeader header = NpyHeader.parse(new String(text, StandardCharsets.UTF_8), name);
      long bytes = checkedBytes(header, name);
      long offset = (long) preamble.prefix() + preamble.length();
      if (channel.size() - offset < bytes) {
        throw NpyHeader.damaged(
            name,
            "it is truncated, "
                + Math.max(0, channel.size() - offset)
                + " of "
                + bytes
                + " bytes of data are there");
      }
      return new Npy(file, header, offset + bytes, map(channel, offset, bytes, piece, header));
    } catch (IOException e) {
      throw new StorageException("Cannot read '" + file + "': " + e + ".", "", e);
    }
  }

  /** The data size, after checking that rows can be counted and held in arrays. */
  private static long checkedBytes(NpyHeader header, String name) {
    long[] d = header.dimensions();
    if (d.length == 0) {
      throw new InvalidDataException(
          "'" + name + "' holds a single value, not rows.", "Save an array of rank 1 or more.");
    }
    try {
      long row = 1;
      for (int i = 1; i < d.length; i++) {
        row = Math.multiplyExact(row, d[i]);
      }
      if (row == 0 || row > Integer.MAX_VALUE / 8 || d[0] > Integer.MAX_VALUE) {
        throw new InvalidDataException(
            "'" + name + "' has the shape " + Arrays.toString(d) + ".",
            "Rows must hold 1 to 2^28 values, and there may be 2^31 − 1 of them.");
      }
      return Math.multiplyExact(Math.multiplyExact(row, d[0]), header.type().bytes());
    } catch (ArithmeticException e) {
      throw NpyHeader.damaged(name, "its shape is " + Arrays.toString(d));
    }
  }

  private static MappedByteBuffer[] map(
      FileChannel channel, long offset, long bytes, long piece, NpyHeader header)
      throws IOException {
    MappedByteBuffer[] pieces = new MappedByteBuffer[Math.toIntExact((bytes + piece - 1) / piece)];
    for (int i = 0; i < pieces.length; i++) {
      long from = i * piece;
      long size = Math.min(piece, bytes - from);
      pieces[i] = channel.map(FileChannel.MapMode.READ_ONLY, offset + from, size);
      pieces[i].order(header.order());
    }
    return pieces;
  }

  private static byte[] readAt(FileChannel channel, long at, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, at + buffer.position()) < 0) {
        break;
      }
    }
    return Arrays.copyOf(buffer.array(), buffer.position());
  }

  /**
   * Where the array is.
   *
   * @return the path it was opened from
   */
  public Path file() {
    return file;
  }

  /**
   * The element type in the file.
   *
   * @return TensorFlow's name for it
   */
  public DataType dtype() {
    return header.type().dtype();
  }

  @Override
  public int count() {
    return count;
  }

  @Override
  public Shape rowShape() {
    return rowShape;
  }

  /**
   * Copies one row, in C order.
   *
   * @throws InvalidDataException if the file has been cut off since it was opened
   */
  @Override
  public void read(int row, float[] target, int offset) {
    int size = rowSize();
    Objects.checkIndex(row, count);
    Objects.checkFromIndexSize(offset, size, target.length);
    MappedByteBuffer[] open = openPieces();
    try {
      copy(open, row, target, offset);
      requireWhole();
    } catch (InternalError e) {
      throw cutOff(e);
    }
  }

  /**
   * Checks that what was read was there: the rest of a page behind the end of a file reads as
   * zeros, a page behind it is a fault, which Java may tell late.
   *
   * @throws InvalidDataException if the file has been cut off since it was opened
   */
  void requireWhole() {
    try {
      if (Files.size(file) < end) {
        throw cutOff(null);
      }
    } catch (IOException e) {
      return; // removed or out of sight: what is mapped stays
    }
  }

  private InvalidDataException cutOff(InternalError fault) {
    return new InvalidDataException(
        "'" + file + "' was cut off while it was read.",
        "Write it again, and leave it alone.",
        fault);
  }

  private void copy(MappedByteBuffer[] open, int row, float[] target, int offset) {
    int size = rowSize();
    long first = (long) row * size;
    if (header.type() == NpyType.F4 && inOnePiece(open, first, size)) {
      long at = first * Float.BYTES;
      MappedByteBuffer piece = open[(int) (at / open[0].capacity())];
      piece
          .asFloatBuffer()
          .get((int) (at % open[0].capacity()) / Float.BYTES, target, offset, size);
      return;
    }
    NpyType type = header.type();
    forEachElement(row, (i, piece, at) -> target[offset + i] = type.floatAt(piece, at));
  }

  /**
   * Copies one row of integers, in C order.
   *
   * @param row its index, 0 … {@link #count()}−1
   * @param target where to; at least {@link #rowSize()} long from {@code offset}
   * @param offset the first index in {@code target}
   * @throws IllegalStateException if the elements are floats, or the array is closed
   * @throws InvalidDataException if the file has been cut off since it was opened
   */
  public void readIntegers(int row, long[] target, int offset) {
    Objects.checkIndex(row, count);
    Objects.checkFromIndexSize(offset, rowSize(), target.length);
    NpyType type = header.type();
    try {
      forEachElement(row, (i, piece, at) -> target[offset + i] = type.integerAt(piece, at));
      requireWhole();
    } catch (InternalError e) {
      throw cutOff(e);
    }
  }

  /**
   * Whether the elements are integers or booleans.
   *
   * @return false for floats
   */
  public boolean isInteger() {
    return header.type().isInteger();
  }

  private boolean inOnePiece(MappedByteBuffer[] open, long first, int size) {
    long piece = open[0].capacity();
    long from = first * Float.BYTES;
    return !header.fortran() && from / piece == (from + (size - 1L) * Float.BYTES) / piece;
  }

  /** Receives an element's place. */
  private interface Element {
    void at(int index, ByteBuffer piece, int position);
  }

  private void forEachElement(int row, Element element) {
    MappedByteBuffer[] open = openPieces();
    int size = rowSize();
    int bytes = header.type().bytes();
    for (int i = 0; i < size; i++) {
      long place = header.fortran() ? row + (long) count * fortranIndex(i) : (long) row * size + i;
      long at = place * bytes;
      int piece = (int) (at / open[0].capacity());
      element.at(i, open[piece], (int) (at - (long) piece * open[0].capacity()));
    }
  }

  /** The Fortran-order index, within a row, of the element at a C-order index. */
  private long fortranIndex(int index) {
    long result = 0;
    long stride = rowSize();
    int rest = index;
    for (int axis = dimensions.length - 1; axis > 0; axis--) {
      int dimension = (int) dimensions[axis];
      stride /= dimension;
      result += rest % dimension * stride;
      rest /= dimension;
    }
    return result;
  }

  private MappedByteBuffer[] openPieces() {
    MappedByteBuffer[] open = pieces;
    if (open == null) {
      throw new IllegalStateException("'" + file + "' is closed.");
    }
    return open;
  }

  /** Lets go of the mapping. Idempotent. */
  @Override
  public void close() {
    pieces = null;
  }
}
