package org.kerasgraft.train;

import java.util.List;
import java.util.Optional;
import org.kerasgraft.savedmodel.VariableSpec;
import org.kerasgraft.train.History.Epoch;

/** Real copies of a phase's weights after its best epoch so far. Not thread-safe. */
final class BestWeights {

  /**
   * The best epoch.
   *
   * @param number from 1
   * @param loss its validation loss
   */
  record Best(int number, double loss) {}

  private final Weights weights;
  private final List<VariableSpec> chosen;
  private final Keep keep;
  private Optional<Best> best = Optional.empty();
  private List<NamedArray> copies = List.of();

  BestWeights(Weights weights, List<VariableSpec> chosen, Keep keep) {
    this.weights = weights;
    this.chosen = chosen;
    this.keep = keep;
  }

  /** Copies the weights if the epoch that has just ended is the best. */
  void offer(Epoch row) {
    if (keep == Keep.BEST
        && row.validation().isPresent()
        && row.validation().get().loss() < best.map(Best::loss).orElse(Double.POSITIVE_INFINITY)) {
      best = Optional.of(new Best(row.epoch(), row.validation().get().loss()));
      copies = weights.copy(chosen);
    }
  }

  /** The best epoch so far, if any counts. */
  Optional<Best> best() {
    return best;
  }

  /** The weights after it; empty if there is none. */
  List<NamedArray> copies() {
    return copies;
  }

  /** Goes on from an earlier best epoch. */
  void restore(Optional<Best> earlier, List<NamedArray> values) {
    best = earlier;
    copies = List.copyOf(values);
  }

  /** Puts the best weights in place, unless they are; returns their epoch. */
  int putBack(int lastEpoch) {
    if (best.isEmpty() || best.get().number() == lastEpoch) {
      return lastEpoch;
    }
    weights.assign(copies);
    return best.get().number();
  }
}
