package org.kerasgraft.graph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.kerasgraft.savedmodel.ImportedModel;
import org.kerasgraft.savedmodel.KerasLayer;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.proto.NodeDef;

/**
 * Finds the output tensor of each Keras layer in a flat graph, from node scopes {@code
 * model/[nested/]layer/op}.
 *
 * <p>Keras 3 opens a layer's scope twice, and TensorFlow makes the second one unique, so there a
 * scope is the layer's name and exactly one {@code _<digits>}; in Keras 2 it is the name. Which of
 * the two wrote a file is decided by a vote: each variable read names its layer, and its scope
 * either equals it or does so after one strip. A layer's output is its one tensor that is used
 * outside its scope.
 */
final class LayerLocator {

  private final FlatGraph flat;
  private final ImportedModel model;
  private final Shapes shapes;
  private final Map<String, Integer> position = new HashMap<>();
  private final List<NodeDef> body = new ArrayList<>();

  /** Tensor to the nodes that use it; an output of the graph is used by the empty name. */
  private final Map<String, Set<String>> consumers = new LinkedHashMap<>();

  private final Map<String, List<String>> tensors = new HashMap<>();
  private final Map<String, List<NodeDef>> scopes = new TreeMap<>();
  private final boolean uniquified;

  LayerLocator(FlatGraph flat, ImportedModel model) {
    this.flat = flat;
    this.model = model;
    this.shapes = new Shapes(flat.graphDef());
    Set<String> ends = new HashSet<>();
    flat.inputs().values().forEach(spec -> ends.add(Inliner.node(spec.tensor())));
    for (NodeDef node : flat.graphDef().getNodeList()) {
      position.put(node.getName(), position.size());
      for (String input : node.getInputList()) {
        consumers.computeIfAbsent(canonical(input), t -> new HashSet<>()).add(node.getName());
      }
      if (!flat.variables().containsKey(node.getName()) && !ends.contains(node.getName())) {
        body.add(node);
        for (String scope : scopesOf(node.getName())) {
          scopes.computeIfAbsent(scope, s -> new ArrayList<>()).add(node);
        }
      }
    }
    flat.outputs()
        .values()
        .forEach(spec -> consumers.computeIfAbsent(spec.tensor(), t -> new HashSet<>()).add(""));
    consumers
        .keySet()
        .forEach(t -> tensors.computeIfAbsent(Inliner.node(t), n -> new ArrayList<>()).add(t));
    this.uniquified = vote();
  }

  /** The layers in execution order, inputs first. */
  List<Layer> locate() {
    Map<String, List<Layer>> byName = new LinkedHashMap<>();
    for (String scope : scopes.keySet()) {
      layerName(scope)
          .flatMap(name -> layer(scope, name))
          .ifPresent(l -> byName.computeIfAbsent(l.name(), n -> new ArrayList<>()).add(l));
    }
    List<Layer> layers = new ArrayList<>();
    flat.inputs()
        .forEach(
            (name, spec) ->
                layers.add(
                    new Layer(
                        name,
                        Optional.of("InputLayer"),
                        spec.tensor(),
                        spec.shape(),
                        List.of(),
                        false)));
    byName.values().stream()
        .flatMap(Collection::stream)
        .sorted(Comparator.comparingInt(l -> position.get(Inliner.node(l.output()))))
        .forEach(layers::add);
    return layers;
  }

  /** A tensor's name with its index: {@code node:0}, not {@code node}. */
  static String canonical(String tensor) {
    return tensor.contains(":") ? tensor : tensor + ":0";
  }

  /** {@code a/b/c} is in the scopes {@code a/b} (a layer, below the model) and deeper ones. */
  private static List<String> scopesOf(String node) {
    List<String> scopes = new ArrayList<>();
    int first = node.indexOf('/');
    for (int end = node.indexOf('/', first + 1); first >= 0 && end >= 0; ) {
      scopes.add(node.substring(0, end));
      end = node.indexOf('/', end + 1);
    }
    return scopes;
  }

  private boolean vote() {
    int equal = 0;
    int stripped = 0;
    for (NodeDef node : body) {
      VariableSpec variable =
          node.getInputCount() == 0 ? null : flat.variables().get(node.getInput(0));
      if (variable == null || !node.getOp().equals("ReadVariableOp")) {
        continue;
      }
      String owner = last(variable.layer());
      Set<String> path = new HashSet<>(List.of(node.getName().split("/", -1)));
      if (path.contains(owner)) {
        equal++;
      } else if (path.stream().anyMatch(p -> strip(p).equals(owner))) {
        stripped++;
      }
    }
    return stripped > equal;
  }

  private String keras(String component) {
    return uniquified ? strip(component) : component;
  }

  private static String strip(String component) {
    return component.replaceFirst("_\\d+$", "");
  }

  private static String last(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /**
   * The Keras name of a scope: its last component for a layer of the model, {@code outer/inner} if
   * every scope between is a nested model; empty for a scope inside a layer.
   */
  private Optional<String> layerName(String scope) {
    String[] path = scope.split("/", -1);
    StringBuilder name = new StringBuilder(keras(path[1]));
    StringBuilder outer = new StringBuilder(path[0]).append('/').append(path[1]);
    for (int depth = 2; depth < path.length; depth++) {
      if (!isNested(outer.toString())) {
        return Optional.empty();
      }
      outer.append('/').append(path[depth]);
      name.append('/').append(keras(path[depth]));
    }
    return Optional.of(name.toString());
  }

  /**
   * Whether variables read in a scope belong to layers below it rather than to the scope itself.
   */
  private boolean isNested(String scope) {
    int depth = scope.split("/", -1).length;
    return scopes.get(scope).stream()
        .filter(node -> node.getOp().equals("ReadVariableOp"))
        .filter(node -> flat.variables().containsKey(node.getInput(0)))
        .anyMatch(
            node -> {
              String owner = last(flat.variables().get(node.getInput(0)).layer());
              String[] path = node.getName().split("/", -1);
              for (int i = depth; i < path.length - 1; i++) {
                if (keras(path[i]).equals(owner)) {
                  return !keras(path[depth - 1]).equals(owner);
                }
              }
              return false;
            });
  }

  private Optional<Layer> layer(String scope, String name) {
    List<NodeDef> inside = scopes.get(scope);
    Set<String> names = new HashSet<>();
    inside.forEach(node -> names.add(node.getName()));
    Set<String> outputs = new LinkedHashSet<>();
    for (NodeDef node : inside) {
      if (node.getOp().equals("Const") || node.getOp().equals("ReadVariableOp")) {
        continue;
      }
      for (String tensor : tensors.getOrDefault(node.getName(), List.of())) {
        if (!names.containsAll(consumers.get(tensor))) {
          outputs.add(tensor);
        }
      }
    }
    if (outputs.size() != 1) {
      return Optional.empty();
    }
    String output = outputs.iterator().next();
    Set<String> read = new HashSet<>();
    inside.forEach(node -> read.addAll(node.getInputList()));
    List<VariableSpec> variables =
        flat.variables().values().stream().filter(v -> read.contains(v.name())).toList();
    return Optional.of(
        new Layer(
            name,
            type(name, inside, output),
            output,
            shapes.of(output),
            variables,
            variables.stream().anyMatch(VariableSpec::trainable)));
  }

  private Optional<String> type(String name, List<NodeDef> inside, String output) {
    Optional<String> recorded =
        model.kerasLayers().stream()
            .filter(layer -> layer.name().equals(last(name)))
            .map(KerasLayer::className)
            .filter(type -> !type.isEmpty())
            .findFirst();
    return recorded.or(() -> LayerTypes.of(inside, shapes.of(output)));
  }
}
