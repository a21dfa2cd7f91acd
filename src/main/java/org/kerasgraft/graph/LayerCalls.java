package org.kerasgraft.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.proto.NodeDef;

/**
 * Tells the calls of a layer apart whose nodes share one scope, as in Keras 2: {@code conv/Conv2D},
 * {@code conv/BiasAdd}, then {@code conv/Conv2D_1}, {@code conv/BiasAdd_1}. Every call adds the
 * same ops in the same order, so the nodes are so many equal runs.
 */
final class LayerCalls {

  private final Map<String, Set<VariableSpec>> reads;

  /** Takes what each node reads. */
  LayerCalls(Map<String, Set<VariableSpec>> reads) {
    this.reads = reads;
  }

  /**
   * The calls.
   *
   * @param nodes of the layer in the graph's order
   * @param recorded how often Keras says that the layer is called; empty if it says nothing
   * @param leaving how many tensors leave the nodes
   * @return the nodes of each call; all of them as one call if they are no equal runs
   */
  List<List<NodeDef>> split(List<NodeDef> nodes, OptionalInt recorded, int leaving) {
    int count = recorded.orElseGet(() -> count(nodes, leaving));
    return count > 1 && areRuns(nodes, count) ? runs(nodes, count) : List.of(nodes);
  }

  /** Each call reads each variable again; without variables, several tensors must leave. */
  private int count(List<NodeDef> nodes, int leaving) {
    Map<VariableSpec, Integer> readers = new HashMap<>();
    nodes.forEach(
        n ->
            reads
                .getOrDefault(n.getName(), Set.of())
                .forEach(v -> readers.merge(v, 1, Integer::sum)));
    if (!readers.isEmpty()) {
      return readers.values().stream().mapToInt(Integer::intValue).min().orElse(1);
    }
    return IntStream.iterate(leaving, n -> n > 1, n -> n - 1)
        .filter(n -> areRuns(nodes, n))
        .findFirst()
        .orElse(1);
  }

  private static boolean areRuns(List<NodeDef> nodes, int count) {
    if (nodes.size() % count != 0) {
      return false;
    }
    int length = nodes.size() / count;
    return IntStream.range(length, nodes.size())
        .allMatch(i -> nodes.get(i).getOp().equals(nodes.get(i - length).getOp()));
  }

  private static List<List<NodeDef>> runs(List<NodeDef> nodes, int count) {
    int length = nodes.size() / count;
    List<List<NodeDef>> runs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      runs.add(nodes.subList(i * length, (i + 1) * length));
    }
    return runs;
  }
}
