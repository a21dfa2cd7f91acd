package org.kerasgraft.data;

import org.tensorflow.ndarray.Shape;

/**
 * Rows of float32 values by index: an array file, stored features, or values in memory. Reading is
 * safe from many threads. Whoever opens a source closes it; {@link #close()} is idempotent.
 */
public interface RowSource extends AutoCloseable {

  /**
   * The number of rows.
   *
   * @return 0 or more
   */
  int count();

  /**
   * The shape of one row, without the batch dimension.
   *
   * @return fully known; rank 0 for single values
   */
  Shape rowShape();

  /**
   * Copies one row, in C order.
   *
   * @param row its index, 0 … {@link #count()}−1
   * @param target where to; not kept
   * @param offset the first index in {@code target}; {@link #rowSize()} values are written
   * @throws IndexOutOfBoundsException if the row or the place in {@code target} does not exist
   * @throws IllegalStateException if the source is closed
   */
  void read(int row, float[] target, int offset);

  @Override
  void close();

  /**
   * The number of values in a row.
   *
   * @return the product of the dimensions of {@link #rowShape()}
   */
  default int rowSize() {
    return Math.toIntExact(rowShape().size());
  }

  /**
   * A view of some rows, in the given order. Closing the view leaves this source open.
   *
   * @param rows indices into this source; copied; an index may occur more than once
   * @return the view
   * @throws IndexOutOfBoundsException if a row does not exist
   */
  default RowSource select(int[] rows) {
    return new SelectedRows(this, rows);
  }

  /**
   * Rows in memory.
   *
   * @param values all rows one after the other, in C order; kept, not copied
   * @param rowShape the shape of one row, fully known
   * @return the source; closing it does nothing
   * @throws IllegalArgumentException if the values are no whole number of rows
   */
  static RowSource of(float[] values, Shape rowShape) {
    return new RowsInMemory(values, rowShape);
  }
}
