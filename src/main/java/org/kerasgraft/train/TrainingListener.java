package org.kerasgraft.train;

/**
 * Hears what training does; called on the training thread. Every method does nothing by default.
 */
public interface TrainingListener {

  /** Hears nothing. */
  TrainingListener SILENT = new TrainingListener() {};

  /**
   * A phase is about to take its first step.
   *
   * @param plan what it will do
   */
  default void phaseBegins(PhasePlan plan) {}

  /**
   * A training step is done.
   *
   * @param progress where it stands
   */
  default void batchEnds(BatchProgress progress) {}

  /**
   * An epoch and its validation are done.
   *
   * @param epoch its figures
   */
  default void epochEnds(History.Epoch epoch) {}

  /**
   * A phase is done and its weights are in place.
   *
   * @param phase its name
   * @param keptEpoch the epoch whose weights it ends with, from 1
   */
  default void phaseEnds(String phase, int keptEpoch) {}

  /**
   * Something is allowed but unwise.
   *
   * @param text what and why, as a sentence
   */
  default void warning(String text) {}

  /**
   * What a phase will do.
   *
   * @param phase its name
   * @param selection what trains
   * @param fedAt the tensor at which stored values go in
   * @param epochs how many
   * @param stepsPerEpoch how many steps each
   */
  record PhasePlan(
      String phase, Selection selection, String fedAt, int epochs, int stepsPerEpoch) {}

  /**
   * Where a phase stands.
   *
   * @param phase its name
   * @param epoch from 1
   * @param step from 1
   * @param steps in this epoch
   * @param running the epoch's mean so far
   */
  record BatchProgress(String phase, int epoch, int step, int steps, History.Score running) {}
}
