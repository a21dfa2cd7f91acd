package org.kerasgraft.train;

import org.kerasgraft.train.History.Score;

/**
 * Keras' running means: each batch weighs as much as it has rows.
 *
 * @param batches how many went in
 * @param loss the sum of the rows' losses
 * @param hits rows classified rightly
 * @param rows how many
 */
record Tally(int batches, double loss, double hits, double rows) {

  static final Tally NONE = new Tally(0, 0, 0, 0);

  Tally plus(StepRunner.Figures figures, int size) {
    return new Tally(batches + 1, loss + figures.loss() * size, hits + figures.hits(), rows + size);
  }

  Score score() {
    return new Score(loss / rows, hits / rows);
  }
}
