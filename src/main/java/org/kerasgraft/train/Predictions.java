package org.kerasgraft.train;

import java.util.Arrays;
import java.util.Objects;

/** Probabilities of rows, (count, classes). Immutable. */
public final class Predictions {

  private final float[] values;
  private final int classes;

  /**
   * Takes probabilities.
   *
   * @param values (count, classes) in C order; copied
   * @param classes 2 or more
   */
  public Predictions(float[] values, int classes) {
    if (classes < 2 || values.length % classes != 0) {
      throw new IllegalArgumentException(
          values.length + " values are no rows of " + classes + " classes");
    }
    this.values = values.clone();
    this.classes = classes;
  }

  /**
   * The number of rows.
   *
   * @return 0 or more
   */
  public int count() {
    return values.length / classes;
  }

  /**
   * The number of classes.
   *
   * @return 2 or more
   */
  public int classes() {
    return classes;
  }

  /**
   * One probability.
   *
   * @param row from 0
   * @param label the class, from 0
   * @return 0..1
   */
  public float probability(int row, int label) {
    return values[Objects.checkIndex(row, count()) * classes + Objects.checkIndex(label, classes)];
  }

  /**
   * One row's probabilities.
   *
   * @param row from 0
   * @return one a class, a copy
   */
  public float[] probabilities(int row) {
    Objects.checkIndex(row, count());
    return Arrays.copyOfRange(values, row * classes, (row + 1) * classes);
  }

  /**
   * The most probable class; the first of equals, so that one sigmoid of exactly 0.5 is class 0 as
   * in Keras.
   *
   * @param row from 0
   * @return the class
   */
  public int label(int row) {
    int best = 0;
    for (int c = 1; c < classes; c++) {
      if (probability(row, c) > probability(row, best)) {
        best = c;
      }
    }
    return best;
  }
}
