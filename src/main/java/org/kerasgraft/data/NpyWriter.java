package org.kerasgraft.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.kerasgraft.error.StorageException;
import org.tensorflow.ndarray.Shape;

/**
 * Writes a float32 array file of format 1.0, C order, row after row; the row count is set when it
 * is closed. Not thread-safe.
 */
public final class NpyWriter implements AutoCloseable {

  private static final int BUFFER = 1 << 16;

  private final Path file;
  private final long[] rowDimensions;
  private final int rowSize;
  private final FileChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
  private int rows;
  private boolean open = true;

  private NpyWriter(Path file, Shape rowShape, FileChannel channel) {
    this.file = file;
    this.rowDimensions = rowShape.asArray();
    this.rowSize = Math.toIntExact(rowShape.size());
    this.channel = channel;
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
    try {
      FileChannel channel =
          FileChannel.open(
              file,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING);
      NpyWriter writer = new NpyWriter(file, rowShape, channel);
      writer.writeFully(ByteBuffer.wrap(NpyHeader.float32(0, writer.rowDimensions)));
      return writer;
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  /**
   * Appends one row.
   *
   * @param values holds the row, in C order; not kept
   * @param offset where the row begins in {@code values}
   */
  public void append(float[] values, int offset) {
    try {
      for (int i = 0; i < rowSize; i++) {
        if (buffer.remaining() < Float.BYTES) {
          flush();
        }
        buffer.putFloat(values[offset + i]);
      }
    } catch (IOException e) {
      throw failed(file, e);
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
    try (channel) {
      flush();
      channel.position(0);
      writeFully(ByteBuffer.wrap(NpyHeader.float32(rows, rowDimensions)));
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  private void flush() throws IOException {
    buffer.flip();
    writeFully(buffer);
    buffer.clear();
  }

  private void writeFully(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static StorageException failed(Path file, IOException e) {
    return new StorageException(
        "Cannot write '" + file + "': " + e.getMessage() + ".", "Check the free space.", e);
  }
}
