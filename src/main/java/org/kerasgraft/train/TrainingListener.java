package org.kerasgraft.train;

import java.util.List;

/**
 * Hears what training does; called on the training thread. Every method does nothing by default.
 */
public interface TrainingListener {

  /** Hears nothing. */
  TrainingListener SILENT = new TrainingListener() {};

  /**
   * An interrupted training goes on; heard before any phase begins.
   *
   * @param from where
   */
  default void resumes(Resumption from) {}

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

  /**
   * Where an interrupted training goes on.
   *
   * @param ended the phases that had ended; nothing more is heard of them
   * @param phase the phase that goes on
   * @param epoch its epoch, from 1; one more than it has if all had ended
   * @param step steps of that epoch that are done
   */
  record Resumption(List<PhaseEnd> ended, String phase, int epoch, int step) {
    /** Copies. */
    public Resumption {
      ended = List.copyOf(ended);
    }
  }

  /**
   * A phase that has ended.
   *
   * @param phase its name
   * @param keptEpoch the epoch whose weights it ended with, from 1
   */
  record PhaseEnd(String phase, int keptEpoch) {}
}
