package org.kerasgraft.train;

import java.util.Optional;
import org.kerasgraft.data.LabelledRows;

/** Gives the values of a tensor of the network for all rows: stored features, or the inputs. */
@FunctionalInterface
public interface FeatureProvider {

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
}
