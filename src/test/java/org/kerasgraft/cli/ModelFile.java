package org.kerasgraft.cli;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;

/**
 * A {@code saved_model.pb} with all its fields, grouped by kind. A kind is a field of a message
 * type within one part of the model, so that the few fields that the serving path needs are as
 * likely to be chosen as the many of functions that nothing calls.
 */
final class ModelFile {

  private final DynamicMessage root;
  private final Set<String> serving;
  private final Map<String, List<Site>> sites = new TreeMap<>();
  private final Map<FieldDescriptor, List<Object>> values = new HashMap<>();

  private ModelFile(DynamicMessage root, Set<String> serving) {
    this.root = root;
    this.serving = serving;
  }

  static ModelFile read(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    ModelFile model =
        new ModelFile(
            DynamicMessage.parseFrom(SavedModel.getDescriptor(), bytes),
            servingFunctions(SavedModel.parseFrom(bytes).getMetaGraphs(0)));
    model.walk(model.root, List.of(), "file");
    return model;
  }

  DynamicMessage root() {
    return root;
  }

  /** The places of each kind, sorted by kind. */
  Map<String, List<Site>> sites() {
    return sites;
  }

  /** What stands in a field anywhere in the file. */
  List<Object> values(FieldDescriptor field) {
    return values.getOrDefault(field, List.of());
  }

  private void walk(DynamicMessage message, List<Site.Step> path, String part) {
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      String kind = part + " " + field.getContainingType().getName() + "." + field.getName();
      sites.computeIfAbsent(kind, k -> new ArrayList<>()).add(new Site(path, field, kind));
      int count = field.isRepeated() ? message.getRepeatedFieldCount(field) : -1;
      for (int i = count < 0 ? -1 : 0; i < Math.max(count, 0); i++) {
        if (count < 0 && field.hasPresence() && !message.hasField(field)) {
          continue;
        }
        Object value = count < 0 ? message.getField(field) : message.getRepeatedField(field, i);
        values.computeIfAbsent(field, f -> new ArrayList<>()).add(value);
        if (value instanceof DynamicMessage inner) {
          List<Site.Step> longer = new ArrayList<>(path);
          longer.add(new Site.Step(field, i));
          walk(inner, List.copyOf(longer), part(part, field, inner));
        }
      }
    }
  }

  /** The part of the model that a field opens; else the one in which it lies. */
  private String part(String part, FieldDescriptor field, DynamicMessage value) {
    return switch (field.getFullName()) {
      case "tensorflow.MetaGraphDef.graph_def" -> "main graph";
      case "tensorflow.MetaGraphDef.object_graph_def" -> "objects";
      case "tensorflow.MetaGraphDef.signature_def" -> "signatures";
      case "tensorflow.MetaGraphDef.meta_info_def" -> "meta info";
      case "tensorflow.FunctionDefLibrary.function" ->
          serving.contains(name(value)) ? "serving function" : "other function";
      default -> part;
    };
  }

  private static String name(DynamicMessage function) {
    DynamicMessage signature =
        (DynamicMessage)
            function.getField(function.getDescriptorForType().findFieldByName("signature"));
    return (String) signature.getField(signature.getDescriptorForType().findFieldByName("name"));
  }

  /** The functions on the way from the serving signature to its outputs. */
  private static Set<String> servingFunctions(MetaGraphDef metaGraph) {
    GraphDef graph = metaGraph.getGraphDef();
    Map<String, FunctionDef> functions = new HashMap<>();
    graph.getLibrary().getFunctionList().forEach(f -> functions.put(f.getSignature().getName(), f));
    Set<String> calls = new HashSet<>();
    metaGraph
        .getSignatureDefMap()
        .getOrDefault("serving_default", metaGraph.getSignatureDefMap().values().iterator().next())
        .getOutputsMap()
        .values()
        .forEach(o -> calls.add(o.getName().replaceFirst(":\\d+$", "")));
    Deque<NodeDef> open = new ArrayDeque<>();
    graph.getNodeList().stream().filter(n -> calls.contains(n.getName())).forEach(open::add);
    Set<String> found = new HashSet<>();
    while (!open.isEmpty()) {
      NodeDef node = open.pop();
      String name = node.containsAttr("f") ? node.getAttrOrThrow("f").getFunc().getName() : "";
      if (functions.containsKey(name) && found.add(name)) {
        open.addAll(functions.get(name).getNodeDefList());
      }
    }
    return found;
  }
}
