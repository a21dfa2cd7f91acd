package org.kerasgraft.graph;

import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.NodeDef;

/** How many groups a convolution has: TensorFlow tells them by the shapes of its inputs alone. */
public final class ConvolutionGroups {

  private ConvolutionGroups() {}

  /**
   * The number of groups of a {@code Conv2D}.
   *
   * @param conv the node
   * @param images the shape of its images
   * @param kernel the shape of its kernel (height, width, channels a group, filters)
   * @return 1 or more; −1 if the channels are not known
   */
  public static long of(NodeDef conv, Shape images, Shape kernel) {
    if (images.isUnknown() || kernel.isUnknown()) {
      return -1;
    }
    boolean channelsFirst = Backpropagation.isChannelsFirst(conv);
    long channels = images.get(channelsFirst ? 1 : images.numDimensions() - 1);
    long perGroup = kernel.get(2);
    return channels < 1 || perGroup < 1 ? -1 : channels / perGroup;
  }
}
