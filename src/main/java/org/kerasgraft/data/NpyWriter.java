package org.kerasgraft.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.internal.NewFile;
import org.tensorflow.ndarray.Shape;

/**
 * Writes a float32 array file of format 1.0, C order, row after row; the row count is set when it
 * is closed. Not thread-safe.
 */
public final class NpyWriter implements AutoCloseable {

  private static final int BUFFER = 1 << 16;

  private final NewFile file;
  private final long[] rowDimensions;
  private final int rowSize;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
  private int rows;
  private boolean open = true;

  private NpyWriter(Shape rowShape, NewFile file) {
    this.file = file;
    this.rowDimensions = rowShape.asArray();
    this.rowSize = Math.toIntExact(rowShape.size());
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
    if (rowShape.hasUnknownDimension() || rowShape.isUnknown()) {
      throw new IllegalArgumentException("The row shape must be known, not " + rowShape + ".");
    }
    NpyWriter writer = new NpyWriter(rowShape, NewFile.create(file));
    try {
      writer.file.write(ByteBuffer.wrap(NpyHeader.float32(0, writer.rowDimensions)));
      return writer;
    } catch (RuntimeException e) {
      writer.file.close();
      throw e;
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
        flush();
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
      flush();
      file.write(ByteBuffer.wrap(NpyHeader.float32(rows, rowDimensions)), 0);
    }
  }

  private void flush() {
    buffer.flip();
    if (buffer.hasRemaining()) {
      file.write(buffer);
    }
    buffer.clear();
  }
}
