package org.kerasgraft.data;

import java.util.Objects;
import org.tensorflow.ndarray.Shape;

/** Rows in one array. */
final class RowsInMemory implements RowSource {

  private final float[] values;
  private final Shape rowShape;
  private final int rowSize;

  RowsInMemory(float[] values, Shape rowShape) {
    long size = rowShape.size();
    if (size <= 0 || values.length % size != 0) {
      throw new IllegalArgumentException(
          values.length + " values are no whole number of rows of shape " + rowShape + ".");
    }
    this.values = values;
    this.rowShape = rowShape;
    this.rowSize = (int) size;
  }

  @Override
  public int count() {
    return values.length / rowSize;
  }

  @Override
  public Shape rowShape() {
    return rowShape;
  }

  @Override
  public void read(int row, float[] target, int offset) {
    Objects.checkIndex(row, count());
    System.arraycopy(values, row * rowSize, target, offset, rowSize);
  }

  @Override
  public void close() {}
}
