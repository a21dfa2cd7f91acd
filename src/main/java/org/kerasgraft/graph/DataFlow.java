package org.kerasgraft.graph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/** What depends on what in a graph, along data edges; control edges are ignored. */
public final class DataFlow {

  private final Map<String, NodeDef> nodes = new LinkedHashMap<>();
  private final Map<String, Integer> positions = new HashMap<>();

  /**
   * Takes a graph.
   *
   * @param graph nodes, each after its inputs, as in {@link FlatGraph}
   */
  public DataFlow(GraphDef graph) {
    for (NodeDef node : graph.getNodeList()) {
      nodes.put(node.getName(), node);
      positions.put(node.getName(), positions.size());
    }
  }

  /**
   * A node's place in the graph.
   *
   * @param name the node's name
   * @return 0 for the first node; -1 if there is no such node
   */
  public int position(String name) {
    return positions.getOrDefault(name, -1);
  }

  /**
   * A node by name.
   *
   * @param name the node's name
   * @return the node, if there is one
   */
  public Optional<NodeDef> node(String name) {
    return Optional.ofNullable(nodes.get(name));
  }

  /**
   * The node that makes a tensor.
   *
   * @param tensor {@code node:index}, or {@code node} for its first output
   * @return the node's name
   */
  public static String nodeOf(String tensor) {
    int colon = tensor.lastIndexOf(':');
    return colon < 0 ? tensor : tensor.substring(0, colon);
  }

  /**
   * The tensors that a node reads.
   *
   * @param node the node
   * @return {@code node:index} each, in order
   */
  public static List<String> inputs(NodeDef node) {
    List<String> tensors = new ArrayList<>(node.getInputCount());
    for (String input : node.getInputList()) {
      if (!input.startsWith("^")) {
        tensors.add(input.indexOf(':') < 0 ? input + ":0" : input);
      }
    }
    return tensors;
  }

  /**
   * All nodes in order.
   *
   * @return each after its inputs
   */
  public Collection<NodeDef> nodes() {
    return nodes.values();
  }

  /**
   * The nodes that depend on given ones, which belong to them.
   *
   * @param origins names of nodes
   * @return names of nodes, the given ones included
   */
  public Set<String> dependents(Collection<String> origins) {
    Set<String> dependents = new HashSet<>(origins);
    for (NodeDef node : nodes.values()) {
      if (inputs(node).stream().anyMatch(t -> dependents.contains(nodeOf(t)))) {
        dependents.add(node.getName());
      }
    }
    return dependents;
  }

  /**
   * The nodes that given ones depend on, which belong to them.
   *
   * @param ends names of nodes
   * @return names of nodes, the given ones included
   */
  public Set<String> ancestors(Collection<String> ends) {
    Set<String> ancestors = new HashSet<>(ends);
    List<NodeDef> backwards = new ArrayList<>(nodes.values());
    for (int i = backwards.size() - 1; i >= 0; i--) {
      NodeDef node = backwards.get(i);
      if (ancestors.contains(node.getName())) {
        inputs(node).forEach(t -> ancestors.add(nodeOf(t)));
      }
    }
    return ancestors;
  }
}
