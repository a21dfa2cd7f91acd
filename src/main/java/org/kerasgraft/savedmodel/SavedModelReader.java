package org.kerasgraft.savedmodel;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.error.MissingInputException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObject;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Reads a SavedModel directory as data. Only protobufs and the checkpoint's index are read: no
 * native code runs, no weight is touched, and the directory is never written to.
 */
public final class SavedModelReader {

  private static final String SERVE = "serve";
  private static final String INIT_OP = "__saved_model_init_op";

  private SavedModelReader() {}

  /**
   * Scans and reads a model that holds only the ops that {@link OpPolicy} lists.
   *
   * @param directory a SavedModel: holds {@code saved_model.pb} and {@code variables/}
   * @return the model as data
   * @throws MissingInputException if there is no such directory
   * @throws InvalidModelException if it is no SavedModel, or files are missing, truncated or
   *     damaged
   */
  public static ImportedModel read(Path directory) {
    return read(directory, OpPolicy.listed());
  }

  /**
   * Scans and reads a model.
   *
   * @param directory as for {@link #read(Path)}
   * @param policy which ops it may hold
   * @return the model as data
   * @throws org.kerasgraft.error.ModelRefusedException if it holds anything else
   */
  public static ImportedModel read(Path directory, OpPolicy policy) {
    WeightFiles weights = WeightFiles.of(directory);
    ModelProto file = ModelProto.read(directory, ModelLimits.STANDARD);
    ScanReport scan = ModelScan.of(file, policy, ModelLimits.STANDARD);
    scan.requireClean();
    MetaGraphDef metaGraph = serving(file.content(), directory);
    try {
      ImportedModel model = read(directory, metaGraph, scan, weights);
      Fingerprint.check(directory, file.content());
      return model;
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      throw new InvalidModelException(
          "'" + directory.resolve(ModelProto.FILE) + "' is damaged: its parts do not fit together.",
          "Copy or export the model again.",
          e);
    }
  }

  /**
   * Scans a model without reading it any further.
   *
   * @param directory as for {@link #read(Path)}
   * @param policy which ops it may hold
   * @return what it may do, and what of it is not allowed
   */
  public static ScanReport scan(Path directory, OpPolicy policy) {
    ModelLimits limits = ModelLimits.STANDARD;
    return ModelScan.of(ModelProto.read(directory, limits), policy, limits);
  }

  private static ImportedModel read(
      Path directory, MetaGraphDef metaGraph, ScanReport scan, WeightFiles weights) {
    boolean hasVariables = Files.exists(directory.resolve("variables"));
    CheckpointIndex checkpoint =
        hasVariables
                || metaGraph.getObjectGraphDef().getNodesList().stream()
                    .anyMatch(SavedObject::hasVariable)
            ? CheckpointIndex.read(directory.resolve("variables").resolve("variables"))
            : null;
    if (checkpoint != null) {
      StoredObjects.check(directory, metaGraph.getObjectGraphDef(), checkpoint.objectGraph());
    }
    List<SavedObject> objects = metaGraph.getObjectGraphDef().getNodesList();
    List<KerasLayer> layers = KerasMetadata.read(directory, objects);
    SignatureForm.check(directory, metaGraph, INIT_OP);
    Map<String, Signature> signatures = signatures(metaGraph);
    Map<String, NodeDef> calls = calls(metaGraph, signatures);
    ObjectGraph graph =
        new ObjectGraph(
            metaGraph.getObjectGraphDef(),
            checkpoint == null
                ? org.tensorflow.proto.TrackableObjectGraphOuterClass.TrackableObjectGraph
                    .getDefaultInstance()
                : checkpoint.objectGraph(),
            RestoreKeys.byObject(metaGraph, calls),
            frozen(layers),
            signatures.values().stream()
                .flatMap(s -> s.inputs().keySet().stream())
                .collect(Collectors.toSet()));
    Map<String, List<Optional<VariableSpec>>> captures = graph.captures();
    List<VariableSpec> variables = servingVariables(calls.keySet(), captures, graph);
    if (checkpoint != null) {
      variables.forEach(checkpoint::require);
    }
    return new ImportedModel(
        directory,
        format(objects, layers),
        metaGraph.getMetaInfoDef().getTensorflowVersion(),
        signatures,
        variables,
        captures,
        layers,
        PreprocessingFile.read(directory),
        metaGraph,
        scan,
        weights);
  }

  private static MetaGraphDef serving(SavedModel model, Path directory) {
    List<MetaGraphDef> serving =
        model.getMetaGraphsList().stream()
            .filter(m -> m.getMetaInfoDef().getTagsList().contains(SERVE))
            .toList();
    if (serving.size() != 1) {
      throw new InvalidModelException(
          "'"
              + directory
              + "' holds "
              + serving.size()
              + " graphs tagged 'serve', expected exactly one.",
          "Copy or export the model again.");
    }
    return serving.get(0);
  }

  private static Map<String, Signature> signatures(MetaGraphDef metaGraph) {
    Map<String, Signature> signatures = new HashMap<>();
    metaGraph
        .getSignatureDefMap()
        .forEach(
            (name, definition) -> {
              if (!name.equals(INIT_OP)) {
                signatures.put(name, signature(name, definition));
              }
            });
    return signatures;
  }

  private static Signature signature(String name, SignatureDef definition) {
    return new Signature(name, specs(definition.getInputsMap()), specs(definition.getOutputsMap()));
  }

  private static Map<String, TensorSpec> specs(Map<String, TensorInfo> tensors) {
    Map<String, TensorSpec> specs = new HashMap<>();
    tensors.forEach(
        (name, info) ->
            specs.put(
                name,
                new TensorSpec(info.getName(), info.getDtype(), shape(info.getTensorShape()))));
    return specs;
  }

  /**
   * A shape as TensorFlow writes it.
   *
   * @param proto unknown rank, or dimensions with -1 for unknown
   * @return the shape
   */
  public static Shape shape(TensorShapeProto proto) {
    return proto.getUnknownRank()
        ? Shape.unknown()
        : Shape.of(proto.getDimList().stream().mapToLong(d -> d.getSize()).toArray());
  }

  /** Names of layers that are frozen wherever they occur: nested models may share them. */
  private static Set<String> frozen(List<KerasLayer> layers) {
    Set<String> frozen = new HashSet<>();
    Set<String> moving = new HashSet<>();
    layers.forEach(
        l -> (l.trainable() ? moving : frozen).addAll(List.of(l.name(), lastOf(l.name()))));
    frozen.removeAll(moving);
    return frozen;
  }

  private static String lastOf(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** The functions that signatures call, with the node of the main graph that calls each. */
  private static Map<String, NodeDef> calls(
      MetaGraphDef metaGraph, Map<String, Signature> signatures) {
    Set<String> roots = new HashSet<>();
    signatures.values().stream()
        .flatMap(s -> s.outputs().values().stream())
        .forEach(o -> roots.add(o.tensor().replaceFirst(":\\d+$", "")));
    Map<String, NodeDef> calls = new LinkedHashMap<>();
    metaGraph.getGraphDef().getNodeList().stream()
        .filter(node -> roots.contains(node.getName()) && node.containsAttr("f"))
        .forEach(node -> calls.put(node.getAttrOrThrow("f").getFunc().getName(), node));
    return calls;
  }

  /** The variables behind any signature's call, in capture order; all of a graph without calls. */
  private static List<VariableSpec> servingVariables(
      Set<String> functions,
      Map<String, List<Optional<VariableSpec>>> captures,
      ObjectGraph graph) {
    Set<VariableSpec> found = new LinkedHashSet<>();
    functions.forEach(
        f -> captures.getOrDefault(f, List.of()).forEach(v -> v.ifPresent(found::add)));
    if (found.isEmpty()) {
      for (int id = 0; id < graph.objects().size(); id++) {
        graph.variable(id).ifPresent(found::add);
      }
    }
    return new ArrayList<>(found);
  }

  /** The format that the objects tell. */
  static ModelFormat format(List<SavedObject> objects, List<KerasLayer> layers) {
    if (!layers.isEmpty()) {
      return ModelFormat.KERAS_2_SAVED_MODEL;
    }
    Map<String, Integer> children = new HashMap<>();
    if (!objects.isEmpty()) {
      objects.get(0).getChildrenList().forEach(c -> children.put(c.getLocalName(), c.getNodeId()));
    }
    if (children.containsKey("_all_variables")) {
      return ofExport(objects, children);
    }
    // Attributes of Keras 3's functional, sequential and (the last) of every model.
    return Stream.of("_operations", "_layers", "_build_shapes_dict").anyMatch(children::containsKey)
        ? ModelFormat.KERAS_3_SAVED_MODEL
        : ModelFormat.SAVED_MODEL;
  }

  /** Keras 3 wraps each variable anew for {@code variables}; tf-keras' export lists it twice. */
  private static ModelFormat ofExport(List<SavedObject> objects, Map<String, Integer> children) {
    Set<Integer> all = listed(objects, children.get("_all_variables"));
    Set<Integer> own =
        children.containsKey("variables") ? listed(objects, children.get("variables")) : Set.of();
    return !own.isEmpty() && all.containsAll(own)
        ? ModelFormat.SAVED_MODEL
        : ModelFormat.KERAS_3_EXPORT;
  }

  private static Set<Integer> listed(List<SavedObject> objects, int list) {
    return objects.get(list).getChildrenList().stream()
        .map(c -> c.getNodeId())
        .collect(Collectors.toSet());
  }
}
