package org.kerasgraft.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.graph.DataFlow;
import org.kerasgraft.graph.FlatGraph;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.NodeDef;

/**
 * Checks that gradients can flow from a network's output back to chosen variables, before any is
 * computed. TensorFlow's C++ gradient of Conv2D ignores dilations, explicit paddings and groups:
 * the result would be wrong, or the process would die, so such convolutions are refused.
 */
final class TrainablePath {

  private final LiveNetwork network;
  private final FlatGraph graph;
  private final DataFlow flow;
  private final Set<String> leading;

  /** Looks at the paths into {@code output}, {@code node:index}. */
  TrainablePath(LiveNetwork network, String output) {
    this.network = network;
    this.graph = network.network().graph();
    this.flow = new DataFlow(graph.graphDef());
    this.leading = flow.ancestors(List.of(DataFlow.nodeOf(output)));
  }

  /**
   * Checks one chosen variable of the network.
   *
   * @throws ModelRefusedException naming the variable and the op
   */
  void check(VariableSpec variable) {
    List<String> handles = handles(variable);
    if (handles.stream().noneMatch(leading::contains)) {
      throw new ModelRefusedException(
          "The variable '"
              + variable.name()
              + "' was chosen to train, but the loss does not depend on it.",
          "Leave its layer out of the selection, or cut behind it.");
    }
    between(handles).stream()
        .filter(n -> n.getOp().equals("Conv2D"))
        .forEach(n -> checkConvolution(n, variable));
  }

  private List<String> handles(VariableSpec variable) {
    return graph.variables().entrySet().stream()
        .filter(e -> e.getValue().equals(variable))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** The nodes from handles to the output, in order. */
  private List<NodeDef> between(List<String> handles) {
    Set<String> dependents = flow.dependents(handles);
    List<NodeDef> path = new ArrayList<>();
    for (NodeDef node : flow.nodes()) {
      if (dependents.contains(node.getName()) && leading.contains(node.getName())) {
        path.add(node);
      }
    }
    return path;
  }

  /** The first node on a variable's path with an op of that type; empty if there is none. */
  String nodeOf(String op, VariableSpec variable) {
    return between(handles(variable)).stream()
        .filter(n -> n.getOp().equals(op))
        .map(n -> op + " '" + n.getName() + "'")
        .findFirst()
        .orElse("");
  }

  private void checkConvolution(NodeDef node, VariableSpec variable) {
    AttrValue dilations = node.getAttrMap().get("dilations");
    if (dilations != null && dilations.getList().getIList().stream().anyMatch(d -> d != 1)) {
      throw refused(node, variable, "dilations " + dilations.getList().getIList());
    }
    if (node.getAttrOrDefault("padding", AttrValue.getDefaultInstance())
        .getS()
        .toStringUtf8()
        .equals("EXPLICIT")) {
      throw refused(node, variable, "explicit padding");
    }
    List<String> inputs = DataFlow.inputs(node);
    Shape images = network.tensor(inputs.get(0)).shape();
    Shape filters = network.tensor(inputs.get(1)).shape();
    boolean channelsFirst =
        node.getAttrOrDefault("data_format", AttrValue.getDefaultInstance())
            .getS()
            .toStringUtf8()
            .equals("NCHW");
    if (!images.isUnknown() && !filters.isUnknown()) {
      long channels = images.get(channelsFirst ? 1 : 3);
      long perGroup = filters.get(2);
      if (channels > 0 && perGroup > 0 && channels != perGroup) {
        throw refused(node, variable, channels / perGroup + " groups");
      }
    }
  }

  private static ModelRefusedException refused(NodeDef node, VariableSpec variable, String what) {
    return new ModelRefusedException(
        "The variable '"
            + variable.name()
            + "' was chosen to train, but on its way to the loss the Conv2D '"
            + node.getName()
            + "' has "
            + what
            + ", for which TensorFlow Java has no right gradient.",
        "Choose only layers behind it.");
  }
}
