package org.kerasgraft.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.kerasgraft.savedmodel.ImportedModel;
import org.kerasgraft.savedmodel.KerasLayer;
import org.kerasgraft.savedmodel.ModelFormat;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.proto.NodeDef;

/**
 * Which name scopes are Keras layers, and how the layers are called.
 *
 * <p>A node's path is {@code model/[nested/]layer/op}. Where a variable is read, its own name says
 * which component is the layer; whatever encloses it is a model, and the other scopes there are
 * layers without weights. Keras 3 opens a layer's scope twice, so TensorFlow appends exactly one
 * number to it, and exactly one is taken off again; Keras 2 leaves names as they are. Which Keras
 * it was, the variables' names decide by majority.
 */
final class LayerScopes {

  private static final Pattern NUMBER = Pattern.compile("_\\d+$");

  /** The nodes of the model itself, whose names are their paths. */
  private final Set<String> paths;

  private final Set<String> known = new HashSet<>();
  private final boolean keras3;

  /** Scope of a layer that reads a variable to the layer's own name. */
  private final Map<String, String> anchored = new LinkedHashMap<>();

  /** Scopes of models, nested ones too. */
  private final Set<String> models = new TreeSet<>();

  LayerScopes(ImportedModel model, FlatGraph flat) {
    this.paths = paths(flat);
    model.kerasLayers().stream().map(KerasLayer::name).forEach(known::add);
    Map<String, Set<VariableSpec>> reads = reads(flat);
    this.keras3 = isKeras3(reads, model.format());
    reads.forEach((node, some) -> some.forEach(v -> anchor(node, v)));
    if (models.isEmpty()) {
      paths.stream().filter(p -> p.indexOf('/') > 0).forEach(p -> models.add(first(p)));
    }
  }

  private static Set<String> paths(FlatGraph flat) {
    Set<String> paths = new LinkedHashSet<>();
    flat.graphDef().getNodeList().forEach(n -> paths.add(n.getName()));
    paths.removeAll(flat.variables().keySet());
    flat.inputs().values().forEach(i -> paths.remove(DataFlow.nodeOf(i.tensor())));
    return paths;
  }

  private static String first(String path) {
    return path.substring(0, path.indexOf('/'));
  }

  /** Node of the model to the variables whose handles it is given. */
  static Map<String, Set<VariableSpec>> reads(FlatGraph flat) {
    Map<String, Set<VariableSpec>> reads = new LinkedHashMap<>();
    for (NodeDef node : flat.graphDef().getNodeList()) {
      for (String input : DataFlow.inputs(node)) {
        VariableSpec variable = flat.variables().get(DataFlow.nodeOf(input));
        if (variable != null) {
          reads.computeIfAbsent(node.getName(), n -> new HashSet<>()).add(variable);
        }
      }
    }
    return reads;
  }

  private boolean isKeras3(Map<String, Set<VariableSpec>> reads, ModelFormat format) {
    int plain = 0;
    int numbered = 0;
    for (Map.Entry<String, Set<VariableSpec>> read : reads.entrySet()) {
      List<String> scopes = scopes(read.getKey());
      for (VariableSpec variable : read.getValue()) {
        String layer = layer(variable);
        if (scopes.contains(layer)) {
          plain++;
        } else if (scopes.stream().anyMatch(s -> stripped(s).equals(layer))) {
          numbered++;
        }
      }
    }
    if (plain == numbered) {
      return format == ModelFormat.KERAS_3_EXPORT || format == ModelFormat.KERAS_3_SAVED_MODEL;
    }
    return numbered > plain;
  }

  private void anchor(String path, VariableSpec variable) {
    List<String> scopes = scopes(path);
    String layer = layer(variable);
    int at = scopes.size() - 1;
    while (at > 0 && !own(scopes.get(at)).equals(layer)) {
      at--;
    }
    if (at == 0) {
      at = scopes.size() - 1;
      while (at > 0 && !other(scopes.get(at)).equals(layer)) {
        at--;
      }
    }
    if (at > 0) {
      anchored.put(String.join("/", scopes.subList(0, at + 1)), layer);
      for (int i = 1; i <= at; i++) {
        models.add(String.join("/", scopes.subList(0, i)));
      }
    }
  }

  /** The components of a path but the op's own. */
  private static List<String> scopes(String path) {
    List<String> parts = List.of(path.split("/", -1));
    return parts.subList(0, parts.size() - 1);
  }

  /** The layer that a variable's Keras path names: the last component but one. */
  private static String layer(VariableSpec variable) {
    String owner = variable.layer();
    return owner.substring(owner.lastIndexOf('/') + 1);
  }

  private static String stripped(String scope) {
    return NUMBER.matcher(scope).replaceFirst("");
  }

  private String own(String scope) {
    return keras3 ? stripped(scope) : scope;
  }

  /** The other Keras' way: a model may have parts of both, as a head that this library put on. */
  private String other(String scope) {
    return keras3 ? scope : stripped(scope);
  }

  /** Whether a scope is that of a nested model. */
  boolean isModel(String scope) {
    return models.contains(scope);
  }

  /** Full Keras name of each layer to its scopes, one a call, by their first node. */
  Map<String, List<String>> byName() {
    Map<String, List<String>> found = new LinkedHashMap<>();
    Set<String> seen = new HashSet<>();
    Map<String, String> names = new HashMap<>();
    for (String path : paths) {
      for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
        String scope = path.substring(0, slash);
        if (seen.add(scope)) {
          String name = name(scope, names);
          if (!name.isEmpty()) {
            found.computeIfAbsent(name, n -> new ArrayList<>()).add(scope);
          }
        }
      }
    }
    return found;
  }

  /** The full Keras name of a scope; empty if it is no layer. Remembers what it finds. */
  private String name(String scope, Map<String, String> names) {
    int slash = scope.lastIndexOf('/');
    if (slash < 0 || !models.contains(scope.substring(0, slash))) {
      return "";
    }
    String last = scope.substring(slash + 1);
    String outer = names.getOrDefault(scope.substring(0, slash), "");
    String prefix = outer.isEmpty() ? "" : outer + "/";
    String name = prefix + anchored.getOrDefault(scope, own(last));
    if (!known.isEmpty() && !known.contains(name) && known.contains(prefix + stripped(last))) {
      name = prefix + stripped(last);
    }
    boolean layer =
        known.isEmpty()
            ? anchored.containsKey(scope) || !keras3 || NUMBER.matcher(last).find()
            : known.contains(name);
    if (layer || models.contains(scope)) {
      names.put(scope, name);
    }
    return layer ? name : "";
  }
}
