package org.kerasgraft.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.tensorflow.ndarray.Shape;

class RowSourceTest {

  private final RowSource rows = RowSource.of(new float[] {1, 2, 3, 4, 5, 6}, Shape.of(2));

  @Test
  void rowsInMemoryAreReadByIndex() {
    float[] target = new float[3];
    rows.read(2, target, 1);
    assertEquals(3, rows.count());
    assertEquals(2, rows.rowSize());
    assertArrayEquals(new float[] {0, 5, 6}, target);
    assertThrows(IndexOutOfBoundsException.class, () -> rows.read(3, target, 0));
  }

  @Test
  void scalarRowsHaveOneValue() {
    assertEquals(4, RowSource.of(new float[4], Shape.scalar()).count());
  }

  @Test
  void aSelectionReordersAndRepeats() {
    float[] target = new float[6];
    RowSource chosen = rows.select(new int[] {2, 0, 2});
    for (int i = 0; i < chosen.count(); i++) {
      chosen.read(i, target, 2 * i);
    }
    assertArrayEquals(new float[] {5, 6, 1, 2, 5, 6}, target);
    assertThrows(IndexOutOfBoundsException.class, () -> rows.select(new int[] {3}));
  }

  @Test
  void valuesThatAreNoWholeNumberOfRowsAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> RowSource.of(new float[5], Shape.of(2)));
  }
}
