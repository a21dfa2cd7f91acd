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
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
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
 * it was, the variables' names decide by majority. The outermost component is the model itself and
 * no part of a layer's name, unless variables are read below several: then nothing says which of
 * them are models, and all are kept. The scope of a head that this library put on does not count.
 *
 * <p>Where Keras 2 metadata lists the layers, a scope is a layer if the rest of its path is in the
 * list.
 */
final class LayerScopes {

  private static final Pattern NUMBER = Pattern.compile("_\\d+$");

  /** The scope of a call of a SavedModel inside a layer, Keras 3's TFSMLayer: nobody's name. */
  private static final Pattern CALL = Pattern.compile("(Stateful)?PartitionedCall(_\\d+)?");

  private static final Pattern HEAD = Pattern.compile(Network.HEAD + "(_\\d+)?");

  /** The nodes of the model itself, whose names are their paths. */
  private final Set<String> paths;

  private final Map<String, KerasLayer> known = new HashMap<>();
  private final boolean keras3;

  /** Scope of a layer that reads a variable to the layer's own name. */
  private final Map<String, String> anchored = new LinkedHashMap<>();

  /** Scopes of models, nested ones too. */
  private final Set<String> models = new TreeSet<>();

  private final boolean oneRoot;

  /** Scope to full name, of layers and of nested models. */
  private final Map<String, String> names = new HashMap<>();

  LayerScopes(ImportedModel model, FlatGraph flat) {
    this.paths = paths(flat);
    model.kerasLayers().forEach(l -> known.put(l.name(), l));
    Map<String, Set<VariableSpec>> reads = reads(flat);
    this.keras3 = isKeras3(reads, model.format());
    reads.forEach((node, some) -> some.forEach(v -> anchor(node, v)));
    this.oneRoot = isOneModel(reads);
    if (models.isEmpty()) {
      paths.stream().filter(p -> p.indexOf('/') > 0).map(LayerScopes::root).forEach(models::add);
    }
  }

  /**
   * Whether all layers belong to one model, but for a head that this library put on: its scope is
   * named so, and unlike a model's it is part of its variables' names.
   */
  private boolean isOneModel(Map<String, Set<VariableSpec>> reads) {
    Set<String> roots = new HashSet<>();
    anchored.keySet().forEach(scope -> roots.add(root(scope)));
    Set<String> named = new HashSet<>();
    reads.forEach(
        (node, some) -> {
          if (some.stream().allMatch(v -> root(v.name()).equals(root(node)))) {
            named.add(root(node));
          }
        });
    boolean grafted = named.stream().allMatch(root -> HEAD.matcher(root).matches());
    if (grafted) {
      roots.removeAll(named);
    }
    return roots.size() <= 1;
  }

  private static Set<String> paths(FlatGraph flat) {
    Set<String> paths = new LinkedHashSet<>();
    flat.graphDef().getNodeList().forEach(n -> paths.add(n.getName()));
    paths.removeAll(flat.variables().keySet());
    flat.inputs().values().forEach(i -> paths.remove(DataFlow.nodeOf(i.tensor())));
    return paths;
  }

  private static String root(String path) {
    int slash = path.indexOf('/');
    return slash < 0 ? path : path.substring(0, slash);
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
    while (at >= 0 && !own(scopes.get(at)).equals(layer)) {
      at--;
    }
    if (at < 0) {
      at = scopes.size() - 1;
      while (at >= 0 && !other(scopes.get(at)).equals(layer)) {
        at--;
      }
    }
    if (at <= 0 && keras3) {
      at = numbered(scopes);
      layer = at < 0 ? layer : stripped(scopes.get(at));
    }
    if (at >= 0) {
      anchored.put(String.join("/", scopes.subList(0, at + 1)), layer);
      for (int i = 1; i <= at; i++) {
        models.add(String.join("/", scopes.subList(0, i)));
      }
    }
  }

  /**
   * The innermost layer around a read that the variable's name does not tell, as in a subclassed
   * model whose variables Keras 3 names by the model alone: the last numbered component before the
   * op's.
   */
  private static int numbered(List<String> scopes) {
    int at = scopes.size() - 2;
    while (at >= 0 && !NUMBER.matcher(scopes.get(at)).find()) {
      at--;
    }
    return at;
  }

  /** The components of a path but the op's own. */
  private static List<String> scopes(String path) {
    List<String> parts = List.of(path.split("/", -1));
    return parts.subList(0, parts.size() - 1);
  }

  /** The layer that a variable's Keras path names: the last component but one. */
  private static String layer(VariableSpec variable) {
    return last(variable.layer());
  }

  private static String last(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
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

  /** Keras' own record of a layer, if there is one. */
  Optional<KerasLayer> recorded(String name) {
    return Optional.ofNullable(known.get(name));
  }

  /** Whether all calls of a layer share one scope, as in Keras 2; else each has its own. */
  boolean callsShareScope() {
    return !keras3;
  }

  /** The nearest scope around a layer's that is a layer too; empty if there is none. */
  String enclosing(String scope, Set<String> layers) {
    String outer = scope;
    do {
      outer = outer.substring(0, Math.max(0, outer.lastIndexOf('/')));
    } while (!outer.isEmpty() && !layers.contains(outer));
    return outer;
  }

  /** Full Keras name of each layer to its scopes by their first node; outer ones come first. */
  Map<String, List<String>> byName() {
    Map<String, List<String>> found = new LinkedHashMap<>();
    Set<String> seen = new HashSet<>();
    for (String path : paths) {
      for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
        String scope = path.substring(0, slash);
        if (seen.add(scope)) {
          String name = known.isEmpty() ? found(scope) : listed(scope);
          if (!name.isEmpty()) {
            found.computeIfAbsent(name, n -> new ArrayList<>()).add(scope);
          }
        }
      }
    }
    return found;
  }

  /** The name that metadata lists for a scope; empty if it lists none. */
  private String listed(String scope) {
    int slash = scope.indexOf('/');
    if (slash < 0) {
      return "";
    }
    String outer = scope.substring(0, scope.lastIndexOf('/'));
    String prefix = outer.indexOf('/') < 0 ? "" : names.get(outer) + "/";
    String last = last(scope);
    String owner = anchored.getOrDefault(scope, "");
    List<String> candidates =
        Stream.of(prefix + last, prefix + stripped(last)).filter(known::containsKey).toList();
    String name =
        candidates.stream()
            .filter(c -> last(c).equals(owner))
            .findFirst()
            .orElse(candidates.isEmpty() ? "" : candidates.get(0));
    names.put(scope, name.isEmpty() ? prefix + last : name);
    return name;
  }

  /** The name that a scope has by the rules; empty if it is no layer. */
  private String found(String scope) {
    int slash = scope.lastIndexOf('/');
    boolean inModel = slash > 0 && models.contains(scope.substring(0, slash));
    boolean root = slash < 0;
    if (root ? oneRoot || !(isModel(scope) || anchored.containsKey(scope)) : !inModel) {
      return "";
    }
    String last = last(scope);
    String outer = root ? "" : names.getOrDefault(scope.substring(0, slash), "");
    if (isModel(scope) && CALL.matcher(last).matches()) {
      names.put(scope, outer);
      return "";
    }
    String prefix = outer.isEmpty() ? "" : outer + "/";
    String name = prefix + anchored.getOrDefault(scope, own(last));
    boolean layer = anchored.containsKey(scope) || !keras3 || NUMBER.matcher(last).find();
    if (layer || isModel(scope)) {
      names.put(scope, name);
    }
    return layer ? name : "";
  }
}
