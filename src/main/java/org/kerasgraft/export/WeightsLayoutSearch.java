package org.kerasgraft.export;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.export.WeightsLayout.LayerWeights;
import org.kerasgraft.export.WeightsLayout.NestedGroup;
import org.kerasgraft.export.WeightsLayout.StoredVariable;
import org.kerasgraft.graph.Layer;
import org.kerasgraft.graph.Network;
import org.kerasgraft.savedmodel.Checkpoint;
import org.kerasgraft.savedmodel.ModelFormat;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObject;
import org.tensorflow.proto.TrackableObjectGraphOuterClass.TrackableObjectGraph.TrackableObject.ObjectReference;

/**
 * Finds a Keras 3 model's layers in the order of {@code model.layers}, from its object graph: an
 * export lists {@code model.variables} in order; {@code tf.saved_model.save} writes the tree of
 * layers. The states of random generators are no part of Keras' weights files.
 */
final class WeightsLayoutSearch {

  private static final String SEED = "seed_generator_state";
  private static final String VALUE = "VARIABLE_VALUE";

  private final Network network;
  private final List<SavedObject> objects;
  private final Checkpoint checkpoint;
  private final Map<String, Layer> byKey = new HashMap<>();
  private final List<LayerWeights> found = new ArrayList<>();

  /** For each open container (by its group) and class: how many of it there were so far. */
  private final Map<String, Integer> counts = new HashMap<>();

  /** Nested models by their names in the graph. */
  private final Map<String, Container> containers = new LinkedHashMap<>();

  /**
   * A nested model.
   *
   * @param parent the group around it, empty for the root
   * @param group its own, ending with {@code /}
   * @param guessed whether nothing tells that it is functional
   */
  private record Container(String parent, String group, boolean guessed) {}

  private WeightsLayoutSearch(Network network) {
    this.network = network;
    this.objects = network.source().metaGraph().getObjectGraphDef().getNodesList();
    this.checkpoint = Checkpoint.of(network.source().directory());
    for (Layer layer : network.layers()) {
      for (VariableSpec variable : layer.variables()) {
        variable
            .checkpointKeys()
            .forEach(
                key ->
                    byKey.merge(key, layer, (a, b) -> depth(a.name()) > depth(b.name()) ? a : b));
      }
    }
  }

  /**
   * Finds the layout.
   *
   * @param network the whole original model, of a Keras 3 format
   * @return all its layers with variables, whether the serving signature reads them or not
   * @throws ModelRefusedException if its object graph lists no variables
   */
  static WeightsLayout of(Network network) {
    WeightsLayoutSearch search = new WeightsLayoutSearch(network);
    if (network.source().format() == ModelFormat.KERAS_3_EXPORT) {
      search.addListed();
    } else {
      search.addTree(0, "", "");
    }
    if (search.found.isEmpty()) {
      throw new ModelRefusedException(
          "No variables of Keras layers were found in '" + network.source().directory() + "'.",
          "Only models of Keras layers with weights can be returned to Keras.");
    }
    return new WeightsLayout(search.found, search.guessed());
  }

  private List<NestedGroup> guessed() {
    List<NestedGroup> guessed = new ArrayList<>();
    for (Container container : containers.values()) {
      if (container.guessed()) {
        boolean alone =
            containers.values().stream().filter(c -> c.parent().equals(container.parent())).count()
                == 1;
        String group = container.group().substring(0, container.group().length() - 1);
        guessed.add(
            new NestedGroup(
                group,
                alone ? Optional.of(container.parent() + "layers/sequential") : Optional.empty()));
      }
    }
    return guessed;
  }

  /** An export: the variables in order; those in a row with the same owner make up a layer. */
  private void addListed() {
    List<StoredVariable> run = new ArrayList<>();
    for (ObjectReference child : children(child(0, "variables").orElse(0))) {
      Optional<StoredVariable> variable = variable(child.getNodeId());
      if (variable.isEmpty() || variable.get().path().endsWith(SEED)) {
        continue;
      }
      if (!run.isEmpty() && !run.get(0).owner().equals(variable.get().owner())) {
        addListed(run);
        run.clear();
      }
      run.add(variable.get());
    }
    if (!run.isEmpty()) {
      addListed(run);
    }
  }

  private void addListed(List<StoredVariable> variables) {
    String owner = variables.get(0).owner();
    String own = owner.substring(owner.lastIndexOf('/') + 1);
    Optional<Layer> layer = layer(own, variables);
    String path = layer.map(Layer::name).orElse(own);
    int slash = path.lastIndexOf('/');
    String outer = slash < 0 ? "" : path.substring(0, slash);
    boolean composite = !path.substring(slash + 1).equals(own);
    Optional<String> type =
        composite || repeats(own, variables)
            ? Optional.empty()
            : KerasClass.of(own, variables, layer);
    add(container(outer, owner), own, type, variables);
  }

  /** Whether two variables have the same path, as those of two nested models alike. */
  private boolean repeats(String own, List<StoredVariable> variables) {
    Set<String> paths = new TreeSet<>();
    variables.forEach(v -> paths.add(v.path()));
    return paths.size() != variables.size() || own.isEmpty();
  }

  private Optional<Layer> layer(String own, List<StoredVariable> variables) {
    Optional<Layer> reader =
        variables.stream().map(v -> byKey.get(v.key())).filter(l -> l != null).findFirst();
    if (reader.isPresent()) {
      return reader;
    }
    List<Layer> named =
        network.layers().stream()
            .filter(l -> l.name().equals(own) || l.name().endsWith("/" + own))
            .toList();
    return named.size() == 1 ? Optional.of(named.get(0)) : Optional.empty();
  }

  /** The group of a nested model, for example {@code layers/functional/}; empty for the root. */
  private String container(String outer, String owner) {
    if (outer.isEmpty()) {
      return "";
    }
    Container known = containers.get(outer);
    if (known != null) {
      return known.group();
    }
    int slash = outer.lastIndexOf('/');
    String parent = slash < 0 ? "" : container(outer.substring(0, slash), owner);
    String name = outer.substring(slash + 1);
    // A Sequential opens a name scope when it builds its layers, unless Keras loads it from a file;
    // a functional model does not.
    boolean sequential = List.of(owner.split("/", -1)).contains(name);
    String group = next(parent, sequential ? "Sequential" : "Functional") + "/";
    containers.put(outer, new Container(parent, group, !sequential));
    return group;
  }

  private String next(String container, String type) {
    String name = container + "layers/" + KerasClass.snakeCase(type);
    int count = counts.merge(name, 1, Integer::sum) - 1;
    return count == 0 ? name : name + "_" + count;
  }

  private void add(
      String container, String own, Optional<String> type, List<StoredVariable> variables) {
    String group = type.map(t -> next(container, t)).orElse(container + "layers/unknown " + own);
    found.add(new LayerWeights(group, own, type.isPresent(), variables));
  }

  /** {@code tf.saved_model.save}: the layers as they are tracked. */
  private void addTree(int node, String container, String outer) {
    Optional<Integer> functional = child(node, "_operations");
    int list = functional.or(() -> child(node, "_layers")).orElse(-1);
    if (list < 0) {
      return;
    }
    for (ObjectReference child : children(list)) {
      int layer = child.getNodeId();
      if (child(layer, "_operations").isPresent() || child(layer, "_layers").isPresent()) {
        boolean sequential = child(layer, "_operations").isEmpty();
        addTree(layer, next(container, sequential ? "Sequential" : "Functional") + "/", outer);
      } else {
        addLeaf(layer, container);
      }
    }
  }

  private void addLeaf(int node, String container) {
    List<StoredVariable> variables = new ArrayList<>();
    for (ObjectReference child : children(node)) {
      variable(child.getNodeId())
          .filter(v -> variables.stream().noneMatch(o -> o.key().equals(v.key())))
          .ifPresent(variables::add);
    }
    variables.removeIf(v -> v.path().endsWith(SEED));
    if (!variables.isEmpty()) {
      // Keras lists those created trainable first; the sort is stable.
      variables.sort(Comparator.comparing(v -> !v.trainable()));
      String owner = variables.get(0).owner();
      String own = owner.substring(owner.lastIndexOf('/') + 1);
      add(container, own, KerasClass.of(own, variables, layer(own, variables)), variables);
    }
  }

  private Optional<StoredVariable> variable(int node) {
    if (!objects.get(node).hasVariable() || node >= checkpoint.objects().getNodesCount()) {
      return Optional.empty();
    }
    var variable = objects.get(node).getVariable();
    return checkpoint.objects().getNodes(node).getAttributesList().stream()
        .filter(attribute -> attribute.getName().equals(VALUE))
        .map(
            attribute ->
                new StoredVariable(
                    variable.getName().replaceFirst(":0$", ""),
                    attribute.getCheckpointKey(),
                    variable.getDtype(),
                    variable.getTrainable()))
        .findFirst();
  }

  private List<ObjectReference> children(int node) {
    return objects.get(node).getChildrenList();
  }

  private Optional<Integer> child(int node, String name) {
    return children(node).stream()
        .filter(c -> c.getLocalName().equals(name))
        .map(ObjectReference::getNodeId)
        .findFirst();
  }

  private static long depth(String name) {
    return name.chars().filter(c -> c == '/').count();
  }
}
