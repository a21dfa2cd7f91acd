package org.kerasgraft.data;

import java.util.Objects;
import org.tensorflow.ndarray.Shape;

/** Some rows of another source, which stays open when this view is closed. */
final class SelectedRows implements RowSource {

  private final RowSource source;
  private final int[] rows;

  SelectedRows(RowSource source, int[] rows) {
    this.source = source;
    this.rows = rows.clone();
    for (int row : this.rows) {
      Objects.checkIndex(row, source.count());
    }
  }

  @Override
  public int count() {
    return rows.length;
  }

  @Override
  public Shape rowShape() {
    return source.rowShape();
  }

  @Override
  public void read(int row, float[] target, int offset) {
    source.read(rows[row], target, offset);
  }

  @Override
  public void close() {}
}
