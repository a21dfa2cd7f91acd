package org.kerasgraft.savedmodel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObject;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObjectGraph;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedVariable;
import org.tensorflow.proto.TrackableObjectGraphOuterClass.TrackableObjectGraph;

/**
 * The object graph of a SavedModel: which variable each function captures, and under which keys the
 * checkpoint stores it. The way is captured argument → bound object → checkpoint key. Keras 3
 * exports store each value twice; the second key is the one that the model's own restore op gives
 * the handle.
 */
final class ObjectGraph {

  private static final String VALUE = "VARIABLE_VALUE";

  private final SavedObjectGraph saved;
  private final TrackableObjectGraph trackable;
  private final Map<Integer, String> restored;
  private final Optional<Set<Integer>> trainableIds;
  private final Set<String> frozenLayers;
  private final Map<Integer, VariableSpec> variables = new LinkedHashMap<>();

  /** Names that are taken. */
  private final Set<String> names;

  /** Name to the last number that was tried with it, so that many equal names take no longer. */
  private final Map<String, Integer> numbers = new HashMap<>();

  /**
   * Joins the model's and the checkpoint's object graphs: the same objects, in the same order.
   *
   * @param restored id of an object to the key that its handle is restored from, where known
   * @param frozenLayers layers that Keras 2 metadata declares not trainable
   * @param inputs names of the signatures' inputs, which no variable gets
   */
  ObjectGraph(
      SavedObjectGraph saved,
      TrackableObjectGraph trackable,
      Map<Integer, String> restored,
      Set<String> frozenLayers,
      Set<String> inputs) {
    this.saved = saved;
    this.trackable = trackable;
    this.restored = restored;
    this.trainableIds = listedUnderRoot("trainable_variables");
    this.frozenLayers = frozenLayers;
    this.names = new HashSet<>(inputs);
  }

  /** The objects, the root first. */
  List<SavedObject> objects() {
    return saved.getNodesList();
  }

  /** What each function captures, in order; empty for anything but a variable. */
  Map<String, List<Optional<VariableSpec>>> captures() {
    Map<String, List<Optional<VariableSpec>>> captures = new HashMap<>();
    saved
        .getConcreteFunctionsMap()
        .forEach(
            (function, concrete) -> {
              List<Optional<VariableSpec>> bound = new ArrayList<>();
              for (int id : concrete.getBoundInputsList()) {
                bound.add(variable(id));
              }
              captures.put(function, bound);
            });
    return captures;
  }

  /** The variable at an object, or empty if the object is none. */
  Optional<VariableSpec> variable(int id) {
    if (id < 0 || id >= saved.getNodesCount() || !saved.getNodes(id).hasVariable()) {
      return Optional.empty();
    }
    return Optional.of(variables.computeIfAbsent(id, this::read));
  }

  private VariableSpec read(int id) {
    SavedVariable variable = saved.getNodes(id).getVariable();
    String plain = nodeName(variable.getName().replaceFirst(":0$", ""));
    String name = plain;
    while (!names.add(name)) {
      name = plain + "_" + numbers.merge(plain, 1, Integer::sum);
    }
    long[] dims = variable.getShape().getDimList().stream().mapToLong(d -> d.getSize()).toArray();
    DataType dtype = variable.getDtype();
    List<String> keys = new ArrayList<>(keys(id));
    if (restored.containsKey(id)) {
      keys.add(restored.get(id));
    }
    return new VariableSpec(
        name,
        dtype,
        Shape.of(dims),
        trainable(id, variable, name),
        keys.stream().distinct().toList());
  }

  /** A name that a node may have: modules may call variables anything, or nothing. */
  private static String nodeName(String name) {
    String legal = name.replaceAll("[^A-Za-z0-9_./>-]", "_");
    return legal.matches("[A-Za-z0-9.].*") ? legal : "variable" + legal;
  }

  private boolean trainable(int id, SavedVariable variable, String name) {
    boolean listed = trainableIds.map(ids -> ids.contains(id)).orElse(variable.getTrainable());
    int slash = name.lastIndexOf('/');
    return listed && (slash < 0 || !frozenLayers.contains(name.substring(0, slash)));
  }

  private List<String> keys(int id) {
    if (id >= trackable.getNodesCount()) {
      return List.of();
    }
    return trackable.getNodes(id).getAttributesList().stream()
        .filter(attribute -> attribute.getName().equals(VALUE))
        .map(attribute -> attribute.getCheckpointKey())
        .toList();
  }

  /** The ids in a list under the root; empty if the root has no such list. */
  private Optional<Set<Integer>> listedUnderRoot(String name) {
    if (saved.getNodesCount() == 0) {
      return Optional.empty();
    }
    return saved.getNodes(0).getChildrenList().stream()
        .filter(child -> child.getLocalName().equals(name))
        .findFirst()
        .map(
            child -> {
              Set<Integer> ids = new HashSet<>();
              saved
                  .getNodes(child.getNodeId())
                  .getChildrenList()
                  .forEach(c -> ids.add(c.getNodeId()));
              return ids;
            });
  }
}
