package org.kerasgraft.graph;

import java.util.Collection;
import org.kerasgraft.savedmodel.VariableSpec;

/** Where the frozen part of a network ends. */
public final class FrozenFrontier {

  private FrozenFrontier() {}

  /**
   * The deepest layer output through which every path from the input to a node that depends on
   * chosen variables goes. What comes before it never changes in training, so its values can be
   * stored once and training can start there.
   *
   * @param network whole or cut
   * @param chosen variables that train
   * @return the tensor, {@code node:index}; the network's input if nothing with weights comes
   *     before, or no single tensor separates
   */
  public static String of(Network network, Collection<VariableSpec> chosen) {
    throw new UnsupportedOperationException("" + network + chosen);
  }
}
