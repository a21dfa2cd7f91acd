package org.kerasgraft.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.kerasgraft.savedmodel.ImportedModel;
import org.kerasgraft.savedmodel.TensorSpec;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.NodeDef;

/** Finds the Keras layers of an inlined model and the tensor that leaves each. */
final class LayerLocator {

  private final FlatGraph flat;
  private final DataFlow flow;
  private final Shapes shapes;
  private final LayerScopes scopes;
  private final Map<String, String> types = new HashMap<>();
  private final Set<String> fromInput;
  private final Map<String, Set<VariableSpec>> reads;
  private final Map<String, Set<String>> readers = new HashMap<>();
  private final Set<String> results = new HashSet<>();
  private final Map<String, List<String>> tensors = new HashMap<>();
  private final Map<String, List<NodeDef>> inside = new HashMap<>();

  /**
   * Looks at a graph.
   *
   * @param flat the graph as it was inlined, with its nodes' output shapes
   * @param model where it came from
   */
  LayerLocator(FlatGraph flat, ImportedModel model) {
    this.flat = flat;
    this.flow = new DataFlow(flat.graphDef());
    this.shapes = new Shapes(flat.graphDef());
    this.scopes = new LayerScopes(model, flat);
    model.kerasLayers().forEach(l -> types.putIfAbsent(l.name(), l.className()));
    this.fromInput =
        flow.dependents(
            flat.inputs().values().stream().map(i -> DataFlow.nodeOf(i.tensor())).toList());
    this.reads = LayerScopes.reads(flat);
    for (NodeDef node : flow.nodes()) {
      DataFlow.inputs(node)
          .forEach(t -> readers.computeIfAbsent(t, k -> new HashSet<>()).add(node.getName()));
    }
    flat.outputs().values().forEach(o -> results.add(o.tensor()));
    Set<String> all = new LinkedHashSet<>(readers.keySet());
    all.addAll(results);
    all.forEach(t -> tensors.computeIfAbsent(DataFlow.nodeOf(t), n -> new ArrayList<>()).add(t));
    for (NodeDef node : flow.nodes()) {
      String name = node.getName();
      for (int slash = name.indexOf('/'); slash > 0; slash = name.indexOf('/', slash + 1)) {
        if (!flat.variables().containsKey(name)) {
          inside.computeIfAbsent(name.substring(0, slash), n -> new ArrayList<>()).add(node);
        }
      }
    }
  }

  /** The layers in execution order, input layers first. */
  List<Layer> locate() {
    List<Layer> layers = new ArrayList<>();
    flat.inputs().forEach((name, spec) -> layers.add(inputLayer(name, spec)));
    scopes
        .byName()
        .forEach(
            (name, calls) -> {
              if (!flat.inputs().containsKey(name)) {
                layer(name, calls).ifPresent(layers::add);
              }
            });
    return layers;
  }

  private static Layer inputLayer(String name, TensorSpec spec) {
    return new Layer(
        name, Optional.of("InputLayer"), spec.tensor(), spec.shape(), List.of(), false);
  }

  private Optional<Layer> layer(String name, List<String> calls) {
    List<NodeDef> own = new ArrayList<>();
    Set<String> outputs = new LinkedHashSet<>();
    for (String scope : calls) {
      List<NodeDef> nodes = inside.getOrDefault(scope, List.of());
      own.addAll(nodes);
      outputs.addAll(leaving(nodes));
    }
    if (outputs.isEmpty()) {
      return Optional.empty();
    }
    Set<VariableSpec> variables = new LinkedHashSet<>(flat.variables().values());
    Set<VariableSpec> read = new HashSet<>();
    own.forEach(n -> read.addAll(reads.getOrDefault(n.getName(), Set.of())));
    variables.retainAll(read);
    List<VariableSpec> inOrder = List.copyOf(variables);
    String output = outputs.size() == 1 ? outputs.iterator().next() : Layer.AMBIGUOUS;
    Shape shape = shape(output);
    boolean trainable = inOrder.stream().anyMatch(VariableSpec::trainable);
    return Optional.of(
        new Layer(name, type(name, calls, own, inOrder, shape), output, shape, inOrder, trainable));
  }

  private Optional<String> type(
      String name,
      List<String> calls,
      List<NodeDef> own,
      List<VariableSpec> variables,
      Shape shape) {
    String last = name.substring(name.lastIndexOf('/') + 1);
    String known = types.getOrDefault(name, types.getOrDefault(last, ""));
    if (!known.isEmpty()) {
      return Optional.of(known);
    }
    return calls.stream().anyMatch(scopes::isModel)
        ? Optional.empty()
        : LayerType.infer(own, variables, shape);
  }

  /** The tensors that depend on the input and are read outside, or are results. */
  private Set<String> leaving(List<NodeDef> nodes) {
    Set<String> names = new HashSet<>();
    nodes.forEach(n -> names.add(n.getName()));
    Map<String, Integer> leaving = new LinkedHashMap<>();
    for (NodeDef node : nodes) {
      for (String tensor : tensors.getOrDefault(node.getName(), List.of())) {
        if (results.contains(tensor)
            || !names.containsAll(readers.getOrDefault(tensor, Set.of()))) {
          leaving.put(tensor, 1);
        }
      }
    }
    leaving.keySet().removeIf(t -> !fromInput.contains(DataFlow.nodeOf(t)));
    return leaving.keySet();
  }

  private Shape shape(String tensor) {
    Shape recorded = tensor.equals(Layer.AMBIGUOUS) ? Shape.unknown() : shapes.of(tensor);
    if (!recorded.isUnknown()) {
      return recorded;
    }
    return flat.outputs().values().stream()
        .filter(o -> o.tensor().equals(tensor))
        .map(TensorSpec::shape)
        .findFirst()
        .orElse(recorded);
  }
}
