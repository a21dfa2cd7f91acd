package org.kerasgraft.train;

/**
 * Keras' dynamic loss scale ({@code LossScaleOptimizer} of Keras 3, with its defaults): it starts
 * at 2^15, is doubled after 2,000 steps with finite gradients since it last changed, and halved by
 * each step without. Unlike Keras' it is never doubled to infinity, from where no halving leads
 * back. Always a power of two: scaling and unscaling round nothing that is in range.
 */
final class LossScale {

  private static final float INITIAL = 1 << 15;
  private static final int GROWTH_STEPS = 2000;

  /**
   * Where it stands.
   *
   * @param value the factor
   * @param finiteSteps steps with finite gradients since it last changed
   */
  record State(float value, int finiteSteps) {}

  private float value;
  private int finiteSteps;

  LossScale() {
    reset();
  }

  /** Starts anew. */
  void reset() {
    value = INITIAL;
    finiteSteps = 0;
  }

  /** Where it stands. */
  State state() {
    return new State(value, finiteSteps);
  }

  /** Goes on from there. */
  void restore(State state) {
    value = state.value();
    finiteSteps = state.finiteSteps();
  }

  /** What the next step's loss is multiplied by. */
  float value() {
    return value;
  }

  /** Follows a step; {@code finite} says whether all its gradients were. */
  void after(boolean finite) {
    finiteSteps++;
    if (!finite) {
      value /= 2;
      finiteSteps = 0;
    } else if (finiteSteps == GROWTH_STEPS) {
      value = value <= Float.MAX_VALUE / 2 ? value * 2 : value;
      finiteSteps = 0;
    }
  }
}
