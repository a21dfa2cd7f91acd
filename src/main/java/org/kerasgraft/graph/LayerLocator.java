package org.kerasgraft.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.kerasgraft.savedmodel.ImportedModel;
import org.kerasgraft.savedmodel.KerasLayer;
import org.kerasgraft.savedmodel.TensorSpec;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.NodeDef;

/** Finds the Keras layers of an inlined model, their calls, and the tensors that leave each. */
final class LayerLocator {

  /** One call: its name, {@code outer@1/inner@0}, and the nodes that it added, in order. */
  private static final class Part {
    private final String name;
    private final List<NodeDef> nodes;
    private final Set<String> names = new HashSet<>();

    Part(String name, List<NodeDef> nodes) {
      this.name = name;
      this.nodes = nodes;
      nodes.forEach(n -> names.add(n.getName()));
    }
  }

  /** What is around the layers of the model itself: everything. */
  private static final Part MODEL = new Part("", List.of());

  private final FlatGraph flat;
  private final DataFlow flow;
  private final Shapes shapes;
  private final Boundary boundary;
  private final LayerScopes scopes;
  private final LayerCalls calls;
  private final Map<String, Set<VariableSpec>> reads;
  private final Map<String, String> classes = new HashMap<>();
  private final Map<String, List<NodeDef>> inside = new HashMap<>();

  /** Scope of a layer to its full name, and to its calls: outer layers first. */
  private final Map<String, String> names = new HashMap<>();

  private final Map<String, List<Part>> parts = new HashMap<>();

  /** Scopes of layers without layers inside, though others' names begin with theirs. */
  private final Set<String> leaves = new HashSet<>();

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
    this.boundary = new Boundary(flat, flow);
    this.scopes = new LayerScopes(model, flat);
    this.reads = LayerScopes.reads(flat);
    this.calls = new LayerCalls(reads);
    model.kerasLayers().forEach(l -> classes.putIfAbsent(last(l.name()), l.className()));
    for (NodeDef node : flow.nodes()) {
      String name = node.getName();
      for (int slash = name.indexOf('/'); slash > 0; slash = name.indexOf('/', slash + 1)) {
        if (!flat.variables().containsKey(name)) {
          inside.computeIfAbsent(name.substring(0, slash), n -> new ArrayList<>()).add(node);
        }
      }
    }
  }

  private static String last(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  /** The layers in execution order, input layers first. */
  List<Layer> locate() {
    List<Layer> layers = new ArrayList<>();
    flat.inputs()
        .forEach(
            (name, spec) ->
                layers.add(
                    Layer.calledOnce(name, Optional.of("InputLayer"), spec, List.of(), false)));
    Map<String, List<String>> byName = scopes.byName();
    byName.forEach((name, some) -> some.forEach(scope -> names.put(scope, name)));
    byName.forEach(
        (name, some) -> {
          if (!flat.inputs().containsKey(name)) {
            layer(name, some).ifPresent(layers::add);
          }
        });
    return layers;
  }

  private Optional<Layer> layer(String name, List<String> own) {
    List<Layer.Call> found = new ArrayList<>();
    List<NodeDef> nodes = new ArrayList<>();
    for (Part part : parts(name, own)) {
      nodes.addAll(part.nodes);
      List<TensorSpec> outputs = boundary.leaving(part.nodes).stream().map(this::spec).toList();
      if (!outputs.isEmpty()) {
        found.add(new Layer.Call(part.name, outputs));
      }
    }
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Set<VariableSpec> read = new HashSet<>();
    nodes.forEach(n -> read.addAll(reads.getOrDefault(n.getName(), Set.of())));
    Set<VariableSpec> inOrder = new LinkedHashSet<>(flat.variables().values());
    inOrder.retainAll(read);
    List<VariableSpec> variables = List.copyOf(inOrder);
    Shape shape = found.get(0).outputs().get(0).shape();
    return Optional.of(
        new Layer(
            name,
            type(name, own, nodes, variables, shape),
            found,
            variables,
            variables.stream().anyMatch(VariableSpec::trainable)));
  }

  /** A layer's calls: within each call of the layer around it, as many as there are. */
  private List<Part> parts(String name, List<String> own) {
    Map<Part, Map<String, List<List<NodeDef>>>> within = new LinkedHashMap<>();
    for (String scope : own) {
      for (Part outer : around(scope)) {
        List<NodeDef> nodes =
            nodesOf(name, scope).stream()
                .filter(n -> outer == MODEL || outer.names.contains(n.getName()))
                .toList();
        if (!nodes.isEmpty()) {
          within
              .computeIfAbsent(outer, o -> new LinkedHashMap<>())
              .put(scope, split(name, nodes, own.size()));
        }
      }
    }
    List<Part> all = new ArrayList<>();
    within.forEach(
        (outer, byScope) -> {
          long count = byScope.values().stream().mapToLong(List::size).sum();
          int number = 0;
          for (Map.Entry<String, List<List<NodeDef>>> some : byScope.entrySet()) {
            for (List<NodeDef> nodes : some.getValue()) {
              Part part = new Part(called(name, some.getKey(), outer, count, number++), nodes);
              if (!leaves.contains(some.getKey())) {
                parts.computeIfAbsent(some.getKey(), s -> new ArrayList<>()).add(part);
              }
              all.add(part);
            }
          }
        });
    return all;
  }

  /**
   * The nodes of a scope. Where another layer's name begins with the layer's own, as {@code
   * Conv/BatchNorm} beside {@code Conv}, its nodes are left out: a layer of Keras that reads
   * weights itself has no layers inside.
   */
  private List<NodeDef> nodesOf(String name, String scope) {
    List<NodeDef> all = inside.getOrDefault(scope, List.of());
    Set<String> ops = new HashSet<>();
    all.forEach(n -> ops.add(n.getName())); // an op with nodes of its own below is no layer
    List<String> inner =
        names.keySet().stream().filter(s -> s.startsWith(scope + "/") && !ops.contains(s)).toList();
    if (inner.isEmpty()) {
      return all;
    }
    List<NodeDef> rest =
        all.stream()
            .filter(n -> inner.stream().noneMatch(s -> n.getName().startsWith(s + "/")))
            .toList();
    Set<VariableSpec> read = new LinkedHashSet<>();
    rest.forEach(n -> read.addAll(reads.getOrDefault(n.getName(), Set.of())));
    Optional<String> type = LayerType.infer(rest, List.copyOf(read), Shape.unknown());
    String recorded = scopes.recorded(name).map(KerasLayer::className).orElse("");
    if (read.isEmpty() || type.isEmpty() || !List.of("", type.get()).contains(recorded)) {
      return all;
    }
    leaves.add(scope);
    return rest;
  }

  private List<Part> around(String scope) {
    String outer = scopes.enclosing(scope, parts.keySet());
    return outer.isEmpty() ? List.of(MODEL) : parts.get(outer);
  }

  private List<List<NodeDef>> split(String name, List<NodeDef> nodes, int sharing) {
    if (!scopes.callsShareScope() || sharing > 1) {
      return List.of(nodes);
    }
    int recorded = scopes.recorded(name).map(KerasLayer::calls).orElse(0);
    return calls.split(
        nodes,
        recorded > 0 ? OptionalInt.of(recorded) : OptionalInt.empty(),
        boundary.leaving(nodes).size());
  }

  private String called(String name, String scope, Part outer, long count, int number) {
    String around = names.getOrDefault(scopes.enclosing(scope, parts.keySet()), "");
    String own = outer == MODEL ? name : name.substring(around.length() + 1);
    String prefix = outer == MODEL ? "" : outer.name + "/";
    return prefix + own + (count > 1 ? "@" + number : "");
  }

  private Optional<String> type(
      String name,
      List<String> own,
      List<NodeDef> nodes,
      List<VariableSpec> variables,
      Shape shape) {
    Optional<String> known =
        scopes
            .recorded(name)
            .map(KerasLayer::className)
            .or(() -> Optional.ofNullable(classes.get(last(name))));
    if (known.isPresent()) {
      return known.filter(type -> !type.isEmpty());
    }
    boolean isFunction = last(name).startsWith("tf."); // a TensorFlow function called as a layer
    return isFunction || own.stream().anyMatch(scopes::isModel)
        ? Optional.empty()
        : LayerType.infer(nodes, variables, shape);
  }

  private TensorSpec spec(String tensor) {
    Optional<TensorSpec> result =
        flat.outputs().values().stream().filter(o -> o.tensor().equals(tensor)).findFirst();
    Shape shape = shape(tensor);
    int index = Integer.parseInt(tensor.substring(tensor.lastIndexOf(':') + 1));
    return new TensorSpec(
        tensor,
        result
            .map(TensorSpec::dtype)
            .orElseGet(
                () -> TensorTypes.of(flow.node(DataFlow.nodeOf(tensor)).orElseThrow(), index)),
        shape.isUnknown() ? result.map(TensorSpec::shape).orElse(shape) : shape);
  }

  /** As recorded; that of its input for an {@code Identity} that stands for another op. */
  private Shape shape(String tensor) {
    Shape shape = shapes.of(tensor);
    String from = tensor;
    while (shape.isUnknown()) {
      NodeDef node = flow.node(DataFlow.nodeOf(from)).orElseThrow();
      if (!node.getOp().equals("Identity")) {
        break;
      }
      from = DataFlow.inputs(node).get(0);
      shape = shapes.of(from);
    }
    return shape;
  }
}
