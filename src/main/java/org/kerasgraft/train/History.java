package org.kerasgraft.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What happened, epoch by epoch; the rows of {@code history.csv}.
 *
 * @param epochs in order, the phases one after the other
 */
public record History(List<Epoch> epochs) {

  /** Copies. */
  public History {
    epochs = List.copyOf(epochs);
  }

  /**
   * One epoch.
   *
   * @param phase the phase's name
   * @param epoch from 1 in each phase
   * @param training mean over the rows as they were trained on (dropout on, weights moving),
   *     regularisation included, as Keras reports it
   * @param validation after the epoch, in inference mode, regularisation included; empty without
   *     validation rows
   * @param learningRate in force
   * @param seconds wall time, validation included
   */
  public record Epoch(
      String phase,
      int epoch,
      Score training,
      Optional<Score> validation,
      double learningRate,
      double seconds) {}

  /**
   * How well a model does on rows.
   *
   * @param loss mean cross-entropy, with regularisation
   * @param accuracy the part classified rightly, 0..1
   */
  public record Score(double loss, double accuracy) {}

  /**
   * The epochs of one phase.
   *
   * @param phase its name
   * @return in order; empty if there is no such phase
   */
  public List<Epoch> of(String phase) {
    return epochs.stream().filter(e -> e.phase().equals(phase)).toList();
  }

  /**
   * This history and a later one.
   *
   * @param later what followed
   * @return both
   */
  public History then(History later) {
    List<Epoch> all = new ArrayList<>(epochs);
    all.addAll(later.epochs);
    return new History(all);
  }
}
