package org.kerasgraft.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.internal.NewFile;
import org.tensorflow.ndarray.Shape;

/**
 * Writes a float32 array file of format 1.0, C order, row after row; the row count is set when it
 * is closed, in room that the header always has. Can go on with a file that was not closed. Not
 * thread-safe.
 */
public final class NpyWriter implements AutoCloseable {

  private static final int BUFFER = 1 << 16;

  private final NewFile file;
  private final long[] rowDimensions;
  private final int rowSize;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
  private final CRC32C checksum = new CRC32C();
  private int rows;
  private boolean open = true;

  private NpyWriter(NewFile file, Shape rowShape, int rows) {
    this.file = file;
    this.rowDimensions = rowShape.asArray();
    this.rowSize = Math.toIntExact(rowShape.size());
    this.rows = rows;
  }

  /**
   * Starts a file.
   *
   * @param file the path; an existing file is replaced
   * @param rowShape the shape of one row, fully known
   * @return the writer, to be closed by the caller
   * @throws StorageException if it cannot be created
   */
  public static NpyWriter create(Path file, Shape rowShape) {
    requireKnown(rowShape);
    NpyWriter writer = new NpyWriter(NewFile.create(file), rowShape, 0);
    try {
      writer.file.write(ByteBuffer.wrap(NpyHeader.float32(0, writer.rowDimensions)));
      return writer;
    } catch (StorageException e) {
      writer.file.close();
      throw e;
    }
  }

  /**
   * Goes on with a file of which the first rows were written; what is behind them is cut off.
   *
   * @param file an existing file that {@link #create} began
   * @param rowShape the shape of one row, as then
   * @param rows how many rows to keep
   * @return the writer, to be closed by the caller
   * @throws StorageException if it cannot be opened or holds fewer rows
   */
  public static NpyWriter resume(Path file, Shape rowShape, int rows) {
    requireKnown(rowShape);
    long length = dataOffset(rowShape) + rows * rowShape.size() * Float.BYTES;
    return new NpyWriter(NewFile.resume(file, length), rowShape, rows);
  }

  /**
   * Where the rows begin in a file of this writer's; depends on the row's shape only.
   *
   * @param rowShape the shape of one row, fully known
   * @return a number of bytes
   */
  public static long dataOffset(Shape rowShape) {
    return NpyHeader.float32(0, rowShape.asArray()).length;
  }

  private static void requireKnown(Shape rowShape) {
    if (rowShape.hasUnknownDimension() || rowShape.isUnknown()) {
      throw new IllegalArgumentException("The row shape must be known, not " + rowShape + ".");
    }
  }

  /**
   * Appends one row.
   *
   * @param values holds the row, in C order; not kept
   * @param offset where the row begins in {@code values}
   */
  public void append(float[] values, int offset) {
    for (int i = 0; i < rowSize; i++) {
      if (buffer.remaining() < Float.BYTES) {
        drain();
      }
      buffer.putFloat(values[offset + i]);
    }
    rows++;
  }

  /**
   * The number of rows so far.
   *
   * @return 0 or more
   */
  public int rows() {
    return rows;
  }

  /**
   * Hands everything so far to the operating system.
   *
   * @return the CRC-32C of the bytes of the rows since the last call, or since the writer was made
   * @throws StorageException if the disk refuses
   */
  public long flush() {
    drain();
    long value = checksum.getValue();
    checksum.reset();
    return value;
  }

  /**
   * Writes what is left and the row count. Idempotent.
   *
   * @throws StorageException if the disk refuses
   */
  @Override
  public void close() {
    if (!open) {
      return;
    }
    open = false;
    try (file) {
      drain();
      file.write(ByteBuffer.wrap(NpyHeader.float32(rows, rowDimensions)), 0);
    }
  }

  private void drain() {
    buffer.flip();
    if (buffer.hasRemaining()) {
      checksum.update(buffer.duplicate());
      file.write(buffer);
    }
    buffer.clear();
  }
}
