package org.kerasgraft.graph;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.proto.NodeDef;

/**
 * Finds the last convolutional block from what the layers do, not from what they are called: the
 * layers from after the last down-sampling before the last convolution up to the pooling that
 * follows it.
 */
final class LastConvBlock {

  private static final Set<String> CONVOLUTIONS = Set.of("Conv2D", "DepthwiseConv2dNative");
  private static final Set<String> POOLS = Set.of("MaxPool", "MaxPoolV2", "AvgPool");

  /** A layer with one of these no longer gives feature maps. */
  private static final Set<String> LEAVING = Set.of("Mean", "Max", "Reshape", "MatMul");

  private final List<Layer> layers;
  private final Map<String, NodeDef> nodes = new HashMap<>();
  private final Set<String> outputs = new HashSet<>();

  LastConvBlock(FlatGraph flat, List<Layer> layers) {
    this.layers = layers;
    flat.graphDef().getNodeList().forEach(node -> nodes.put(node.getName(), node));
    layers.forEach(layer -> outputs.add(Inliner.node(layer.output())));
  }

  Optional<ConvBlock> find() {
    int last = layers.size() - 1;
    while (last >= 0 && !has(layers.get(last), CONVOLUTIONS)) {
      last--;
    }
    if (last < 0) {
      return Optional.empty();
    }
    int first = last;
    while (first > 0
        && !downSamples(layers.get(first))
        && !downSamples(layers.get(first - 1))
        && !body(layers.get(first - 1)).isEmpty()) {
      first--;
    }
    int end = last;
    while (end + 1 < layers.size() && !leaves(layers.get(end + 1))) {
      end++;
      if (downSamples(layers.get(end))) {
        break;
      }
    }
    List<Layer> block = layers.subList(first, end + 1);
    return Optional.of(new ConvBlock(name(block), layers.get(end), block));
  }

  private boolean leaves(Layer layer) {
    return !has(layer, CONVOLUTIONS)
        && body(layer).stream().anyMatch(node -> LEAVING.contains(node.getOp()));
  }

  private boolean has(Layer layer, Set<String> ops) {
    return body(layer).stream().anyMatch(node -> ops.contains(node.getOp()));
  }

  private boolean downSamples(Layer layer) {
    return body(layer).stream()
        .filter(node -> POOLS.contains(node.getOp()) || CONVOLUTIONS.contains(node.getOp()))
        .anyMatch(
            node ->
                node.getAttrOrThrow("strides").getList().getIList().stream().anyMatch(s -> s > 1));
  }

  /** The nodes between a layer's output and the outputs of the layers before it. */
  private Set<NodeDef> body(Layer layer) {
    Set<NodeDef> body = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(Inliner.node(layer.output())));
    while (!open.isEmpty()) {
      NodeDef node = nodes.get(open.pop());
      if (node != null && !node.getOp().equals("Placeholder") && body.add(node)) {
        node.getInputList().stream()
            .map(Inliner::node)
            .filter(input -> !outputs.contains(input))
            .forEach(open::push);
      }
    }
    return body;
  }

  /** The common prefix of the names without a trailing separator; else the last layer's name. */
  private static String name(List<Layer> block) {
    String prefix = block.get(0).name();
    for (Layer layer : block) {
      while (!layer.name().startsWith(prefix)) {
        prefix = prefix.substring(0, prefix.length() - 1);
      }
    }
    String trimmed = prefix.replaceFirst("[_./-]+$", "");
    return trimmed.isEmpty() ? block.get(block.size() - 1).name() : trimmed;
  }
}
