package org.kerasgraft.train;

import java.util.SplittableRandom;

/** Noisy rows of two classes: the second class is brighter. */
final class TinyRows {

  final float[] values;
  final int[] labels;
  final int rowSize;

  TinyRows(int count, int rowSize, long seed) {
    this.rowSize = rowSize;
    SplittableRandom random = new SplittableRandom(seed);
    values = new float[count * rowSize];
    labels = new int[count];
    for (int i = 0; i < count; i++) {
      labels[i] = i % 2;
      for (int j = 0; j < rowSize; j++) {
        values[i * rowSize + j] = (float) (random.nextDouble() + 2 * labels[i]);
      }
    }
  }
}
