package org.kerasgraft.head;

import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.graph.Network;

/**
 * The classifier that a whole model already has, to be trained on from its logits.
 *
 * @param logits the tensor that goes into the last softmax or sigmoid, float32 (n, units)
 * @param activation softmax or sigmoid
 * @param classes the number of classes, 2 or more
 */
public record KeptHead(String logits, Activation activation, int classes) {

  /**
   * Finds the classifier of a whole network: what goes into the softmax or sigmoid behind its only
   * output, or the {@code logits} of a model that this library exported.
   *
   * @param network not cut
   * @return the classifier
   * @throws org.kerasgraft.error.UsageException if the network does not end in a softmax or sigmoid
   *     over classes, or has several outputs
   */
  public static KeptHead find(Network network) {
    return KeptHeadSearch.of(network);
  }

  /**
   * Adds what training needs beside the model's own nodes. The training path is the inference path:
   * an exported model has no dropout any more.
   *
   * @param network the live, whole network
   * @return a head without new variables
   */
  public BuiltHead build(LiveNetwork network) {
    return KeptHeadSearch.build(this, network);
  }
}
