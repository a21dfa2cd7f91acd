package org.kerasgraft.train;

import java.util.Collection;
import java.util.Optional;
import org.kerasgraft.data.LabelledRows;

/** Gives the values of a tensor of the network for all rows: stored features, or the inputs. */
@FunctionalInterface
public interface FeatureProvider {

  /**
   * Hears which tensors will be asked for, before the first one is: all can then be computed in one
   * pass.
   *
   * @param tensors {@code node:index} each, all different
   */
  default void announce(Collection<String> tensors) {}

  /**
   * The rows at a tensor.
   *
   * @param tensor {@code node:index} in the network's graph; its input, its features or the frozen
   *     frontier
   * @param which training or validation rows
   * @return the rows with their labels, in the same order for every tensor; empty if there are no
   *     validation rows. Borrowed: the provider closes them after training
   */
  Optional<LabelledRows> at(String tensor, ImageSubset which);

  /**
   * What the rows were computed from, known once rows have been given.
   *
   * @return hashes of contents, and choices that the rows depend on
   */
  default Identity identity() {
    return Identity.NONE;
  }
}
