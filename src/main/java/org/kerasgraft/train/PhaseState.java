package org.kerasgraft.train;

import java.util.List;
import java.util.Optional;
import org.kerasgraft.train.BestWeights.Best;
import org.kerasgraft.train.History.Epoch;

/**
 * Where a phase stands between two batches; with the training's settings and rows, all that its
 * further steps depend on. Orders of rows and dropout are not in it: {@link Randomness} gives them
 * for any step.
 *
 * @param phase the phase's name
 * @param epochs those that have ended
 * @param current the epoch under way
 * @param steps what is counted from step to step
 * @param best the best epoch so far, where the phase ends with it
 * @param values of the variables
 */
record PhaseState(
    String phase,
    List<Epoch> epochs,
    Current current,
    Steps steps,
    Optional<Best> best,
    Values values) {

  PhaseState {
    epochs = List.copyOf(epochs);
  }

  /**
   * The epoch under way.
   *
   * @param training its steps so far
   * @param validation its validation batches so far
   * @param seconds spent on it
   */
  record Current(Tally training, Tally validation, double seconds) {}

  /**
   * What is counted from step to step.
   *
   * @param taken updates since the phase began
   * @param skippedInARow steps up to now that were no update
   * @param scale the loss scale
   */
  record Steps(int taken, int skippedInARow, LossScale.State scale) {}

  /**
   * Values of variables.
   *
   * @param weights what trains
   * @param slots the optimizer's
   * @param best what trains, after the best epoch; empty if there is none
   */
  record Values(List<NamedArray> weights, List<NamedArray> slots, List<NamedArray> best) {
    Values {
      weights = List.copyOf(weights);
      slots = List.copyOf(slots);
      best = List.copyOf(best);
    }
  }

  /** The epoch under way, from 1; one more than there are when all have ended. */
  int epoch() {
    return epochs.size() + 1;
  }
}
