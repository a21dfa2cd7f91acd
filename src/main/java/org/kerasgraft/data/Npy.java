package org.kerasgraft.data;

import static java.nio.channels.FileChannel.MapMode.READ_ONLY;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.MissingInputException;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.internal.MappedPart;
import org.kerasgraft.internal.NativeScope;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;

/**
 * A NumPy array file (format 1.0 to 3.0), memory-mapped in pieces, so that it may exceed 2 GiB and
 * the heap. Rows are the first dimension. Element types: booleans, integers of 1 to 8 bytes,
 * float16, float32, float64; either byte order; C or Fortran order. Values are given as float32.
 * Reading is safe from many threads; {@link #close()} unmaps the file once they have read.
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
  private final ByteBuffer[] pieces;
  private final NativeScope mapped;

  /** Readers hold it: what is unmapped under one of them ends the process. */
  private final ReadWriteLock closing = new ReentrantReadWriteLock();

  private boolean open = true;

  private Npy(Path file, NpyHeader header, Data data, ByteBuffer[] pieces, NativeScope mapped) {
    this.file = file;
    this.header = header;
    this.end = data.offset() + data.bytes();
    this.pieces = pieces;
    this.mapped = mapped;
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
      return map(channel, file, header, new Data(offset, bytes, piece));
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

  private record Data(long offset, long bytes, long piece) {}

  private static Npy map(FileChannel channel, Path file, NpyHeader header, Data data)
      throws IOException {
    long piece = data.piece();
    ByteBuffer[] pieces = new ByteBuffer[Math.toIntExact((data.bytes() + piece - 1) / piece)];
    NativeScope mapped = new NativeScope();
    try {
      for (int i = 0; i < pieces.length; i++) {
        long from = i * piece;
        long size = Math.min(piece, data.bytes() - from);
        pieces[i] =
            mapped
                .own(MappedPart.of(channel, READ_ONLY, data.offset() + from, size))
                .buffer()
                .order(header.order());
      }
      return new Npy(file, header, data, pieces, mapped);
    } catch (IOException | RuntimeException | Error e) {
      mapped.close();
      throw e;
    }
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
    whileOpen(
        () -> {
          long first = (long) row * size;
          if (header.type() == NpyType.F4 && inOnePiece(first, size)) {
            long at = first * Float.BYTES;
            int capacity = pieces[0].capacity();
            pieces[(int) (at / capacity)]
                .asFloatBuffer()
                .get((int) (at % capacity) / Float.BYTES, target, offset, size);
          } else {
            NpyType type = header.type();
            forEachElement(row, (i, piece, at) -> target[offset + i] = type.floatAt(piece, at));
          }
        });
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
    whileOpen(
        () ->
            forEachElement(row, (i, piece, at) -> target[offset + i] = type.integerAt(piece, at)));
  }

  /**
   * Whether the elements are integers or booleans.
   *
   * @return false for floats
   */
  public boolean isInteger() {
    return header.type().isInteger();
  }

  private boolean inOnePiece(long first, int size) {
    long piece = pieces[0].capacity();
    long from = first * Float.BYTES;
    return !header.fortran() && from / piece == (from + (size - 1L) * Float.BYTES) / piece;
  }

  /** Receives an element's place. */
  private interface Element {
    void at(int index, ByteBuffer piece, int position);
  }

  private void forEachElement(int row, Element element) {
    int size = rowSize();
    int bytes = header.type().bytes();
    for (int i = 0; i < size; i++) {
      long place = header.fortran() ? row + (long) count * fortranIndex(i) : (long) row * size + i;
      long at = place * bytes;
      int piece = (int) (at / pieces[0].capacity());
      element.at(i, pieces[piece], (int) (at - (long) piece * pieces[0].capacity()));
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

  private void whileOpen(Runnable reading) {
    try {
      readLocked(reading);
    } catch (InternalError e) { // may come as late as while the lock is given back
      throw cutOff(e);
    }
  }

  private void readLocked(Runnable reading) {
    closing.readLock().lock();
    try {
      if (!open) {
        throw new IllegalStateException("'" + file + "' is closed.");
      }
      requireWhole(); // a fault may reach Java only when this has returned: better not to cause one
      reading.run();
      requireWhole();
    } finally {
      closing.readLock().unlock();
    }
  }

  /** Unmaps the file, after reads under way. Idempotent. */
  @Override
  public void close() {
    closing.writeLock().lock();
    try {
      open = false;
      mapped.close();
    } finally {
      closing.writeLock().unlock();
    }
  }
}
