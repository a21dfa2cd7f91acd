package org.kerasgraft.train;

import java.util.List;
import java.util.Objects;

/**
 * A training between two batches: enough to go on to the same bits.
 *
 * @param identity what the training's result depends on
 * @param ended the phases before the present one
 * @param before their history
 * @param phase where the present one stands
 */
record Checkpoint(
    Identity identity, List<TrainingListener.PhaseEnd> ended, History before, PhaseState phase) {

  Checkpoint {
    Objects.requireNonNull(identity);
    ended = List.copyOf(ended);
    Objects.requireNonNull(before);
    Objects.requireNonNull(phase);
  }
}
