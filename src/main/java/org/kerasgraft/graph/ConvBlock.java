package org.kerasgraft.graph;

import java.util.List;

/**
 * The last convolutional block: the convolutions after the last down-sampling that precedes one,
 * and the pooling that closes them.
 *
 * @param name the common prefix of its layers' names, for example {@code block5}
 * @param output the layer whose output leaves the block, for example {@code block5_pool}
 * @param layers its layers in order
 */
public record ConvBlock(String name, Layer output, List<Layer> layers) {
  /** Copies. */
  public ConvBlock {
    layers = List.copyOf(layers);
  }
}
