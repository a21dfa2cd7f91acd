package org.kerasgraft.graph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.tensorflow.proto.NodeDef;

/** Which tensors leave a set of nodes: they depend on an input and are read outside, or results. */
final class Boundary {

  private final Set<String> fromInput;
  private final Map<String, Set<String>> readers = new HashMap<>();
  private final Set<String> results = new HashSet<>();

  /** Node to its tensors that anything reads, or that are results, in order. */
  private final Map<String, List<String>> tensors = new HashMap<>();

  /**
   * Looks at a graph.
   *
   * @param flat the graph
   * @param flow the same graph's nodes
   */
  Boundary(FlatGraph flat, DataFlow flow) {
    this.fromInput =
        flow.dependents(
            flat.inputs().values().stream().map(i -> DataFlow.nodeOf(i.tensor())).toList());
    flat.outputs().values().forEach(o -> results.add(o.tensor()));
    for (NodeDef node : flow.nodes()) {
      DataFlow.inputs(node)
          .forEach(t -> readers.computeIfAbsent(t, k -> new HashSet<>()).add(node.getName()));
    }
    Set<String> all = new HashSet<>(readers.keySet());
    all.addAll(results);
    all.stream()
        .sorted(Comparator.comparingInt(Boundary::index))
        .forEach(t -> tensors.computeIfAbsent(DataFlow.nodeOf(t), n -> new ArrayList<>()).add(t));
  }

  private static int index(String tensor) {
    return Integer.parseInt(tensor.substring(tensor.lastIndexOf(':') + 1));
  }

  /** The tensors that leave the nodes, in the order given; none if they are constants. */
  List<String> leaving(Collection<NodeDef> nodes) {
    Set<String> names = nodes.stream().map(NodeDef::getName).collect(Collectors.toSet());
    List<String> leaving = new ArrayList<>();
    for (NodeDef node : nodes) {
      if (fromInput.contains(node.getName())) {
        for (String tensor : tensors.getOrDefault(node.getName(), List.of())) {
          if (results.contains(tensor)
              || !names.containsAll(readers.getOrDefault(tensor, Set.of()))) {
            leaving.add(tensor);
          }
        }
      }
    }
    return leaving;
  }
}
