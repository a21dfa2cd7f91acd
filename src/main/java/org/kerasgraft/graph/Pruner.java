package org.kerasgraft.graph;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.kerasgraft.savedmodel.TensorSpec;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/** Drops the nodes that no wanted tensor needs. */
public final class Pruner {

  private Pruner() {}

  /**
   * The names of the nodes that some tensors need, themselves included.
   *
   * @param graph the graph
   * @param tensors {@code node} or {@code node:index}
   * @return the ancestors by data and control edges
   */
  public static Set<String> ancestors(GraphDef graph, Collection<String> tensors) {
    Map<String, NodeDef> nodes = new HashMap<>();
    graph.getNodeList().forEach(node -> nodes.put(node.getName(), node));
    Set<String> kept = new HashSet<>();
    Deque<String> open = new ArrayDeque<>();
    tensors.forEach(t -> open.add(Inliner.node(t)));
    while (!open.isEmpty()) {
      String name = open.pop();
      if (nodes.containsKey(name) && kept.add(name)) {
        for (String input : nodes.get(name).getInputList()) {
          open.push(Inliner.node(input.startsWith("^") ? input.substring(1) : input));
        }
      }
    }
    return kept;
  }

  /**
   * The part of a graph that some tensors or ops need, with the functions that it names: nothing
   * else can run.
   *
   * @param graph the graph; not modified
   * @param tensors {@code node} or {@code node:index}
   * @return the smaller graph, without gradient functions
   */
  public static GraphDef needed(GraphDef graph, Collection<String> tensors) {
    Set<String> kept = ancestors(graph, tensors);
    Map<String, FunctionDef> library = new HashMap<>();
    graph.getLibrary().getFunctionList().forEach(f -> library.put(f.getSignature().getName(), f));
    List<NodeDef> nodes =
        graph.getNodeList().stream().filter(node -> kept.contains(node.getName())).toList();
    return graph.toBuilder()
        .clearNode()
        .addAllNode(nodes)
        .setLibrary(FunctionNames.needed(nodes, library))
        .build();
  }

  /**
   * The part of a graph that leads to some outputs.
   *
   * @param flat the graph; not modified
   * @param outputs result name to tensor of the new graph
   * @return the smaller graph; inputs and variables that are not needed are gone
   */
  public static FlatGraph prune(FlatGraph flat, Map<String, TensorSpec> outputs) {
    Set<String> kept =
        ancestors(flat.graphDef(), outputs.values().stream().map(TensorSpec::tensor).toList());
    GraphDef.Builder graph = flat.graphDef().toBuilder().clearNode();
    flat.graphDef().getNodeList().stream()
        .filter(node -> kept.contains(node.getName()))
        .forEach(graph::addNode);
    Map<String, TensorSpec> inputs = new LinkedHashMap<>(flat.inputs());
    inputs.values().removeIf(spec -> !kept.contains(Inliner.node(spec.tensor())));
    Map<String, VariableSpec> variables = new LinkedHashMap<>(flat.variables());
    variables.keySet().retainAll(kept);
    return new FlatGraph(graph.build(), inputs, outputs, variables);
  }
}
