package org.kerasgraft.train;

import java.util.Objects;

/**
 * One phase of a training.
 *
 * @param name as in the history: {@code head} or {@code fine-tune}
 * @param selection what trains
 * @param fedAt the tensor at which rows go in, {@code node:index}; nothing before it runs or trains
 * @param epochs 1 or more
 * @param optimizer how
 */
public record Phase(
    String name, Selection selection, String fedAt, int epochs, Optimizer optimizer) {

  /** The head alone. */
  public static final String HEAD = "head";

  /** The head and chosen layers, or the chosen layers of a model whose head is kept. */
  public static final String FINE_TUNE = "fine-tune";

  /** Checks. */
  public Phase {
    Objects.requireNonNull(name);
    Objects.requireNonNull(selection);
    Objects.requireNonNull(fedAt);
    Objects.requireNonNull(optimizer);
    if (epochs < 1) {
      throw new IllegalArgumentException("epochs must be 1 or more, not " + epochs);
    }
  }
}
