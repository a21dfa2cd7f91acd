package org.kerasgraft.junit;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.graph.Network;
import org.kerasgraft.savedmodel.TensorSpec;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * A graph that ends at a tensor. What leads there is found here by a sweep of its own, so that the
 * pruner is not judged by itself.
 */
final class CutGraph {

  private final GraphDef graph;
  private final Failures failures = new Failures();

  CutGraph(GraphDef graph) {
    this.graph = graph;
  }

  /** The network must end at the layer: its graph, its outputs, its variables, its layers. */
  static Failures requireEnd(String layer, Network network) {
    CutGraph cut = new CutGraph(network.graph().graphDef());
    String end;
    try {
      end = network.layer(layer).output();
    } catch (UnknownNameException e) {
      cut.failures.add(e.explain());
      return cut.failures;
    }
    cut.requireEnd(end, "layer '" + layer + "'");
    List<String> outputs =
        network.graph().outputs().values().stream().map(TensorSpec::tensor).toList();
    if (!outputs.equals(List.of(end))) {
      cut.failures.add("the network's outputs are " + outputs + ", not only " + end);
    }
    Set<String> nodes =
        cut.graph.getNodeList().stream().map(NodeDef::getName).collect(Collectors.toSet());
    cut.requireKnown("variable", network.graph().variables().keySet(), nodes);
    return cut.failures;
  }

  Failures requireEnd(String tensor, String what) {
    Set<String> leading = leadingTo(node(tensor));
    if (leading.isEmpty()) {
      List<String> names = graph.getNodeList().stream().map(NodeDef::getName).toList();
      failures.add("the graph has no '" + tensor + "'. " + Text.hint(node(tensor), names));
      return failures;
    }
    List<String> beyond =
        graph.getNodeList().stream()
            .filter(node -> !leading.contains(node.getName()))
            .map(node -> node.getName() + " (" + node.getOp() + ")")
            .toList();
    if (!beyond.isEmpty()) {
      failures.add(
          beyond.size()
              + " of "
              + graph.getNodeCount()
              + " ops do not lead to "
              + what
              + ": "
              + Text.some(beyond));
    }
    return failures;
  }

  private void requireKnown(String kind, Set<String> names, Set<String> nodes) {
    List<String> unknown = names.stream().filter(name -> !nodes.contains(name)).toList();
    if (!unknown.isEmpty()) {
      failures.add("the network still lists the " + kind + "s " + Text.some(unknown));
    }
  }

  /** Sweeps from the last node to the first until nothing is added: any order of nodes will do. */
  private Set<String> leadingTo(String end) {
    Set<String> leading = new HashSet<>();
    boolean grown = true;
    while (grown) {
      grown = false;
      for (int i = graph.getNodeCount() - 1; i >= 0; i--) {
        NodeDef node = graph.getNode(i);
        if (node.getName().equals(end) || leading.contains(node.getName())) {
          grown |= leading.add(node.getName());
          for (String input : node.getInputList()) {
            grown |= leading.add(node(input));
          }
        }
      }
    }
    return leading;
  }

  /** The node of {@code node}, {@code node:index} or {@code ^node}. */
  private static String node(String tensor) {
    return tensor.replaceFirst("^\\^", "").replaceFirst(":\\d+$", "");
  }
}
