package org.kerasgraft.graph;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.savedmodel.TensorSpec;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.proto.NodeDef;

/**
 * Where the frozen part of a network ends.
 *
 * <p>A node is <em>moving</em> if it depends on a chosen variable. A tensor <em>crosses</em> if it
 * depends on the input, is not moving, and is read by a moving node or is an output. The frontier
 * is a tensor that lies on every path from the input to a crossing tensor. Walking the nodes that
 * lead there in execution order, such a tensor is one that is alone in being still needed; the last
 * one is the deepest.
 */
public final class FrozenFrontier {

  private final Network network;
  private final DataFlow flow;
  private final Set<String> inputs = new HashSet<>();
  private final Set<String> moving;
  private final Set<String> fromInput;

  private FrozenFrontier(Network network, Collection<VariableSpec> chosen) {
    this.network = network;
    this.flow = new DataFlow(network.graph().graphDef());
    network.graph().inputs().values().forEach(i -> inputs.add(DataFlow.nodeOf(i.tensor())));
    Set<VariableSpec> wanted = new HashSet<>(chosen);
    List<String> handles =
        network.graph().variables().entrySet().stream()
            .filter(e -> wanted.contains(e.getValue()))
            .map(Map.Entry::getKey)
            .toList();
    this.moving = flow.dependents(handles);
    this.fromInput = flow.dependents(inputs);
  }

  /**
   * The deepest layer output through which every path from the input to a node that depends on
   * chosen variables goes. What comes before it never changes in training, so its values can be
   * stored once and training can start there.
   *
   * @param network whole or cut
   * @param chosen variables that train; may be empty
   * @return the tensor, {@code node:index}; the network's input if nothing with weights comes
   *     before, or no single layer output separates
   * @throws ModelRefusedException if the network has several inputs and no frontier behind them
   */
  public static String of(Network network, Collection<VariableSpec> chosen) {
    return new FrozenFrontier(network, chosen).search();
  }

  private String search() {
    Set<String> candidates = new HashSet<>();
    network.layers().forEach(l -> candidates.add(l.output()));
    Set<String> crossing = crossing();
    Set<String> crossingNodes = new HashSet<>();
    crossing.forEach(t -> crossingNodes.add(DataFlow.nodeOf(t)));
    Set<String> leading = flow.ancestors(crossingNodes);
    leading.retainAll(fromInput);
    Map<String, Integer> pendingReads = reads(leading, crossing);
    Map<String, List<String>> made =
        pendingReads.keySet().stream().collect(Collectors.groupingBy(DataFlow::nodeOf));
    Set<String> needed = new HashSet<>();
    inputs.forEach(input -> needed.addAll(made.getOrDefault(input, List.of())));
    String deepest = "";
    for (NodeDef node : flow.nodes()) {
      if (!leading.contains(node.getName()) || inputs.contains(node.getName())) {
        continue;
      }
      read(node, pendingReads, needed);
      needed.addAll(made.getOrDefault(node.getName(), List.of()));
      if (needed.size() == 1 && candidates.contains(needed.iterator().next())) {
        deepest = needed.iterator().next();
      }
    }
    return hasWeightsBefore(deepest) ? deepest : input();
  }

  /** Non-moving tensors that moving nodes or outputs read and that depend on the input. */
  private Set<String> crossing() {
    Set<String> crossing = new HashSet<>();
    for (NodeDef node : flow.nodes()) {
      if (moving.contains(node.getName())) {
        crossing.addAll(DataFlow.inputs(node));
      }
    }
    network.graph().outputs().values().stream().map(TensorSpec::tensor).forEach(crossing::add);
    crossing.removeIf(
        t -> moving.contains(DataFlow.nodeOf(t)) || !fromInput.contains(DataFlow.nodeOf(t)));
    return crossing;
  }

  /** How often each tensor is read on the way; a crossing one is read once more, at the end. */
  private Map<String, Integer> reads(Set<String> leading, Set<String> crossing) {
    Map<String, Integer> reads = new HashMap<>();
    crossing.forEach(t -> reads.merge(t, 1, Integer::sum));
    for (NodeDef node : flow.nodes()) {
      if (leading.contains(node.getName())) {
        for (String tensor : DataFlow.inputs(node)) {
          if (leading.contains(DataFlow.nodeOf(tensor))) {
            reads.merge(tensor, 1, Integer::sum);
          }
        }
      }
    }
    return reads;
  }

  private static void read(NodeDef node, Map<String, Integer> pending, Set<String> needed) {
    for (String tensor : DataFlow.inputs(node)) {
      if (pending.containsKey(tensor) && pending.merge(tensor, -1, Integer::sum) == 0) {
        needed.remove(tensor);
      }
    }
  }

  private boolean hasWeightsBefore(String tensor) {
    return !tensor.isEmpty()
        && flow.ancestors(List.of(DataFlow.nodeOf(tensor))).stream()
            .anyMatch(name -> network.graph().variables().containsKey(name));
  }

  private String input() {
    if (network.graph().inputs().size() != 1) {
      throw new ModelRefusedException(
          "The model has inputs "
              + network.graph().inputs().keySet()
              + " and training would have to start at them; only one input can be trained from.",
          "Cut the model, or choose layers behind the place where the inputs meet.");
    }
    return network.graph().inputs().values().iterator().next().tensor();
  }
}
