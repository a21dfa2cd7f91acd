package org.kerasgraft.junit;

/**
 * How far computed values may be from expected ones. Both bounds must hold. Integers are always
 * compared exactly.
 *
 * @param relativeL2 the most of |actual − expected| / |expected|, both as Euclidean lengths over
 *     all values of an array
 * @param relativeMax the most by which any one value may differ, relative to the largest expected
 *     magnitude; it finds the single wrong value that a length over many values hides
 */
public record Tolerance(double relativeL2, double relativeMax) {

  /**
   * Against eager Keras: 5e-5. Keras' own SavedModels differ from eager Keras by up to 2.1e-5 in
   * deep nets, because fused kernels sum float32 values in another order.
   */
  public static final Tolerance KERAS = of(5e-5);

  /** Against the same graph, run by TensorFlow elsewhere or after a reload: 1e-5. */
  public static final Tolerance SAME_GRAPH = of(1e-5);

  /** For bfloat16 and float16 models: 2e-2. Keras differs from itself by that much there. */
  public static final Tolerance HALF_PRECISION = of(2e-2);

  /** How much a single value may differ more than the whole. */
  private static final double SINGLE = 10;

  /** Checks. */
  public Tolerance {
    if (!(relativeL2 >= 0 && relativeL2 < 1 && relativeMax >= 0 && relativeMax < 1)) {
      throw new IllegalArgumentException(
          "A tolerance is at least 0 and below 1, not " + relativeL2 + " and " + relativeMax + ".");
    }
  }

  /**
   * A relative length, and ten times as much for a single value.
   *
   * @param relativeL2 at least 0, below 0.1
   * @return the tolerance
   */
  public static Tolerance of(double relativeL2) {
    return new Tolerance(relativeL2, SINGLE * relativeL2);
  }

  /** For example {@code relative L2 ≤ 5e-5, each value ≤ 5e-4 of the largest}. */
  @Override
  public String toString() {
    return "relative L2 ≤ "
        + Text.number(relativeL2)
        + ", each value ≤ "
        + Text.number(relativeMax)
        + " of the largest";
  }
}
