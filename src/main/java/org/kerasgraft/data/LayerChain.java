package org.kerasgraft.data;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.kerasgraft.graph.DataFlow;
import org.kerasgraft.graph.Layer;
import org.kerasgraft.graph.Network;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.NodeDef;

/**
 * A network's layers in the order of their outputs, each with the convolutions and pools of its
 * own: {@code conv3/2} is a convolution of 3x3 with stride 2, {@code depth} a depthwise one, {@code
 * max} and {@code avg} are pools. What a node belongs to is the first layer that depends on it, of
 * several at one tensor the innermost. Layers without nodes of their own are left out.
 */
final class LayerChain {

  /**
   * A layer of the chain.
   *
   * @param name its full name
   * @param ops its convolutions and pools, joined by {@code +}; mostly one or none
   */
  record Link(String name, String ops) {}

  private final Network network;
  private final DataFlow flow;
  private final List<Link> links = new ArrayList<>();
  private final Map<String, String> owners = new HashMap<>();

  LayerChain(Network network) {
    this.network = network;
    this.flow = new DataFlow(network.graph().graphDef());
    Set<String> inputs = new HashSet<>();
    network.graph().inputs().values().forEach(i -> inputs.add(i.tensor()));
    network.layers().stream()
        .filter(l -> l.hasOneOutput() && !inputs.contains(l.output()))
        .sorted(
            Comparator.comparingInt((Layer l) -> flow.position(DataFlow.nodeOf(l.output())))
                .thenComparing(l -> -l.name().length()))
        .forEach(this::add);
  }

  /** The layers from the first convolution on. */
  List<Link> fromFirstConvolution() {
    int first = 0;
    while (first < links.size() && links.get(first).ops().isEmpty()) {
      first++;
    }
    return links.subList(first, links.size());
  }

  /** Whether there is a layer of that full name. */
  boolean contains(String name) {
    return network.layers().stream().anyMatch(l -> l.name().equals(name));
  }

  /** The layer that a node belongs to. */
  Optional<String> owner(String node) {
    return Optional.ofNullable(owners.get(node));
  }

  private void add(Layer layer) {
    List<NodeDef> own = new ArrayList<>();
    List<String> open = new ArrayList<>(List.of(DataFlow.nodeOf(layer.output())));
    while (!open.isEmpty()) {
      String name = open.remove(open.size() - 1);
      if (owners.putIfAbsent(name, layer.name()) == null) {
        flow.node(name)
            .ifPresent(
                node -> {
                  own.add(node);
                  DataFlow.inputs(node).forEach(i -> open.add(DataFlow.nodeOf(i)));
                });
      }
    }
    if (!own.isEmpty()) {
      List<String> ops =
          own.stream()
              .sorted(Comparator.comparingInt(n -> flow.position(n.getName())))
              .map(this::text)
              .filter(text -> !text.isEmpty())
              .toList();
      links.add(new Link(layer.name(), String.join("+", ops)));
    }
  }

  private String text(NodeDef node) {
    return switch (node.getOp()) {
      case "Conv2D" -> "conv" + kernel(node) + "/" + largest(node, "strides");
      case "DepthwiseConv2dNative" -> "depth" + kernel(node) + "/" + largest(node, "strides");
      case "MaxPool" -> "max" + largest(node, "ksize") + "/" + largest(node, "strides");
      case "AvgPool" -> "avg" + largest(node, "ksize") + "/" + largest(node, "strides");
      default -> "";
    };
  }

  private static long largest(NodeDef node, String attribute) {
    return node
        .getAttrOrDefault(attribute, org.tensorflow.proto.AttrValue.getDefaultInstance())
        .getList()
        .getIList()
        .stream()
        .mapToLong(Long::longValue)
        .max()
        .orElse(0);
  }

  /** The side of a kernel that a variable holds; {@code ?} for any other. */
  private String kernel(NodeDef convolution) {
    String name = DataFlow.nodeOf(convolution.getInput(1));
    while (true) {
      VariableSpec variable = network.graph().variables().get(name);
      if (variable != null) {
        Shape shape = variable.shape();
        boolean square =
            !shape.isUnknown() && shape.numDimensions() == 4 && shape.get(0) == shape.get(1);
        return square ? Long.toString(shape.get(0)) : "?";
      }
      Optional<NodeDef> node = flow.node(name);
      if (node.isEmpty()
          || !Set.of("Identity", "Cast", "ReadVariableOp").contains(node.get().getOp())) {
        return "?";
      }
      name = DataFlow.nodeOf(node.get().getInput(0));
    }
  }
}
