package org.kerasgraft.train;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.graph.Backpropagation;
import org.kerasgraft.graph.ConvolutionGroups;
import org.kerasgraft.graph.DataFlow;
import org.kerasgraft.graph.FlatGraph;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.Output;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

/**
 * Checks that gradients can flow from a network's output back to chosen variables, before any is
 * computed: by every way that has a gradient in Keras, or not at all. A gradient of which a part is
 * missing would be wrong without anyone noticing.
 */
final class TrainablePath {

  private final LiveNetwork network;
  private final FlatGraph graph;
  private final DataFlow flow;
  private final Set<String> leading;
  private final Set<String> carrying;

  /** Looks at the paths into {@code output}, {@code node:index}. */
  TrainablePath(LiveNetwork network, String output) {
    this.network = network;
    this.graph = network.network().graph();
    this.flow = new DataFlow(graph.graphDef());
    this.leading = flow.ancestors(List.of(DataFlow.nodeOf(output)));
    this.carrying = carrying(DataFlow.nodeOf(output));
  }

  /** The nodes at which a gradient arrives, if those without one let it through. */
  private Set<String> carrying(String end) {
    Set<String> reached = new HashSet<>(Set.of(end));
    Deque<String> open = new ArrayDeque<>(reached);
    while (!open.isEmpty()) {
      NodeDef node = flow.node(open.pop()).orElseThrow();
      for (String tensor : carriers(node)) {
        if (reached.add(DataFlow.nodeOf(tensor))) {
          open.push(DataFlow.nodeOf(tensor));
        }
      }
    }
    return reached;
  }

  /** The inputs of a node that take a gradient. */
  private List<String> carriers(NodeDef node) {
    return Backpropagation.at(node) == Backpropagation.STOPS
        ? List.of()
        : DataFlow.inputs(node).stream().filter(this::takesGradient).toList();
  }

  private boolean takesGradient(String tensor) {
    DataType type = network.tensor(tensor).dataType();
    return Backpropagation.isFloating(type) || type == DataType.DT_RESOURCE;
  }

  /**
   * Checks one chosen variable of the network.
   *
   * @throws ModelRefusedException naming the variable and the op
   */
  void check(VariableSpec variable) {
    List<String> handles = handles(variable);
    if (handles.stream().noneMatch(leading::contains)) {
      throw refused(
          variable,
          "the loss does not depend on it",
          "Leave its layer out of the selection, or cut behind it.");
    }
    if (handles.stream().noneMatch(carrying::contains)) {
      String end =
          first(
              dependents(handles),
              n -> n.getInputCount() > 0 && Backpropagation.at(n) == Backpropagation.STOPS);
      throw refused(
          variable,
          "on its way to the loss " + (end.isEmpty() ? "an op" : end) + " lets no gradient through",
          "Leave its layer out of the selection.");
    }
    for (NodeDef node : path(handles)) {
      String fault = fault(node);
      if (!fault.isEmpty()) {
        throw refused(
            variable,
            "on its way to the loss " + named(node) + " " + fault,
            "Choose only layers behind it.");
      }
    }
  }

  /** Whether anything between a variable and the output is computed in float16. */
  boolean passesHalf(VariableSpec variable) {
    return path(handles(variable)).stream()
        .anyMatch(n -> network.tensor(n.getName() + ":0").dataType() == DataType.DT_HALF);
  }

  private List<String> handles(VariableSpec variable) {
    return graph.variables().entrySet().stream()
        .filter(e -> e.getValue().equals(variable))
        .map(Map.Entry::getKey)
        .toList();
  }

  private List<NodeDef> dependents(Collection<String> handles) {
    Set<String> dependents = flow.dependents(handles);
    dependents.retainAll(leading);
    return flow.nodes().stream().filter(n -> dependents.contains(n.getName())).toList();
  }

  /** The nodes through which the gradients of handles come, in order. */
  private List<NodeDef> path(Collection<String> handles) {
    Set<String> moved = new HashSet<>(handles);
    return flow.nodes().stream()
        .filter(
            node ->
                carrying.contains(node.getName())
                    && carriers(node).stream().anyMatch(t -> moved.contains(DataFlow.nodeOf(t)))
                    && moved.add(node.getName()))
        .toList();
  }

  /** Why a node gives no right gradient; empty if it does. */
  private String fault(NodeDef node) {
    if (Backpropagation.at(node) == Backpropagation.MISSING) {
      String hindrance = Backpropagation.hindrance(node);
      return hindrance.isEmpty()
          ? "has no gradient in TensorFlow Java"
          : hindrance + ", for which TensorFlow Java has no right gradient";
    }
    if (node.getOp().equals("Conv2D")) {
      List<String> inputs = DataFlow.inputs(node);
      long groups =
          ConvolutionGroups.of(
              node, network.tensor(inputs.get(0)).shape(), network.tensor(inputs.get(1)).shape());
      return groups == 1
          ? ""
          : "has "
              + (groups < 0 ? "an unknown number of" : Long.toString(groups))
              + " groups, for which TensorFlow Java has no right gradient";
    }
    if (node.getOp().equals("LogSoftmax")) {
      Output<?> input = network.tensor(DataFlow.inputs(node).get(0));
      return input.shape().numDimensions() == 2 ? "" : "does not work on rows";
    }
    return "";
  }

  /** The first node on a variable's path with an op of that type; empty if there is none. */
  String nodeOf(String op, VariableSpec variable) {
    return first(dependents(handles(variable)), n -> n.getOp().equals(op));
  }

  private static String first(List<NodeDef> nodes, Predicate<NodeDef> wanted) {
    return nodes.stream().filter(wanted).findFirst().map(TrainablePath::named).orElse("");
  }

  private static String named(NodeDef node) {
    return "the " + node.getOp() + " '" + node.getName() + "'";
  }

  private static ModelRefusedException refused(VariableSpec variable, String why, String remedy) {
    return new ModelRefusedException(
        "The variable '" + variable.name() + "' was chosen to train, but " + why + ".", remedy);
  }
}
