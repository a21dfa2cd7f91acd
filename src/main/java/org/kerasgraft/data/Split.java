package org.kerasgraft.data;

import java.util.Arrays;
import org.kerasgraft.error.UsageException;

/**
 * Which rows train and which validate: the same choice, in the same order, as Keras' {@code
 * validation_split} makes for a seed. The rows are shuffled by {@code
 * numpy.random.RandomState(seed)}; the last {@code int(fraction * count)} of them validate, the
 * others train.
 */
public final class Split {

  private final int[] training;
  private final int[] validation;

  private Split(int[] training, int[] validation) {
    this.training = training;
    this.validation = validation;
  }

  /**
   * Splits rows.
   *
   * @param count the number of rows
   * @param fraction the part that validates, between 0 and 1, both excluded
   * @param seed 0 … 2^32−1, as for NumPy
   * @return the split
   * @throws UsageException if the fraction or the seed is out of range, or one side stays empty
   */
  public static Split of(int count, double fraction, long seed) {
    if (!(fraction > 0 && fraction < 1)) {
      throw new UsageException(
          "The validation split " + fraction + " is not between 0 and 1.",
          "Give the fraction of the rows that shall validate, for example 0.2.");
    }
    if (seed < 0 || seed > 0xffff_ffffL) {
      throw new UsageException(
          "The seed " + seed + " is not in 0 … 4294967295.", "Give a seed in that range.");
    }
    int validating = (int) (fraction * count);
    if (validating == 0 || validating == count) {
      throw new UsageException(
          "A validation split of "
              + fraction
              + " of "
              + count
              + " rows leaves "
              + validating
              + " to validate.",
          "Choose a fraction that leaves rows on both sides, or add data.");
    }
    int[] order = new NumpyRandom(seed).shuffled(count);
    return new Split(
        Arrays.copyOf(order, count - validating),
        Arrays.copyOfRange(order, count - validating, count));
  }

  /**
   * The rows to train on.
   *
   * @return indices in shuffled order, a copy
   */
  public int[] training() {
    return training.clone();
  }

  /**
   * The rows to validate on.
   *
   * @return indices in shuffled order, a copy
   */
  public int[] validation() {
    return validation.clone();
  }
}
