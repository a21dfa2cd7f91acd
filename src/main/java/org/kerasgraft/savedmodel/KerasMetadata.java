package org.kerasgraft.savedmodel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.error.ModelRefusedException;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObject;

/**
 * What Keras 2 wrote about its layers: {@code keras_metadata.pb} (TensorFlow 2.5 and later) or the
 * objects' own metadata (older). There is no generated class for the file's {@code SavedMetadata},
 * so the few fields needed are read from the wire: {@code nodes = 1} with {@code node_path = 3},
 * {@code identifier = 4} and {@code metadata = 5} (tf-keras {@code protobuf/saved_metadata.proto}).
 *
 * <p>The model's own configuration names the layers in order, if it is functional or sequential.
 * Layers that only the objects tell of, as a subclassed model's, follow; the object that holds one
 * as an attribute, directly or in a list, is the outer layer.
 */
final class KerasMetadata {

  private static final String LAYER_PREFIX = "_tf_keras_";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Characters about one object; a tree of them takes some fifty times as much. */
  private static final int MOST = 16 << 20;

  /** Layers, and objects. */
  private static final int MOST_LAYERS = 100_000;

  /** Characters of a layer's name with those of the models around it, and of an object's path. */
  private static final int LONGEST = 1024;

  /** What the file says about one object: {@code root.first.conv} and so on, and its JSON. */
  private record Entry(String path, String json) {}

  private KerasMetadata() {}

  /** Whether an object is a Keras 2 layer or model. */
  static boolean isKeras(String identifier) {
    return identifier.startsWith(LAYER_PREFIX) && !identifier.equals("_tf_keras_metric");
  }

  /**
   * The layers in model order, {@code outer/inner} in nested models; empty if nothing is recorded.
   *
   * @param directory the model
   * @param objects its object graph, for files older than {@code keras_metadata.pb}
   */
  static List<KerasLayer> read(Path directory, List<SavedObject> objects) {
    Path file = directory.resolve("keras_metadata.pb");
    List<Entry> entries = new ArrayList<>();
    try {
      if (Files.isRegularFile(file)) {
        readFile(WholeFile.read(file, ModelLimits.STANDARD.fileBytes()), entries);
      } else {
        readObjects(objects, entries);
      }
      return layers(entries);
    } catch (ModelRefusedException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new InvalidModelException(
          "The Keras metadata of '" + directory + "' is damaged or truncated.",
          "Copy or export the model again.",
          e);
    }
  }

  private static JsonNode parsed(Entry entry) throws IOException {
    if (entry.json().length() > MOST) {
      throw refused("more than " + MOST + " characters of one object");
    }
    return JSON.readTree(entry.json());
  }

  /** The first entry is the model's. */
  private static List<KerasLayer> layers(List<Entry> entries) throws IOException {
    Map<String, KerasLayer> layers = new LinkedHashMap<>();
    if (entries.isEmpty()) {
      return List.of();
    }
    JsonNode root = parsed(entries.get(0));
    addConfigured("", root.path("config"), layers);
    Map<String, String> names = new HashMap<>();
    for (Entry entry : entries.subList(1, entries.size())) {
      JsonNode json = parsed(entry);
      String own = json.path("name").asText(json.path("config").path("name").asText(""));
      String name = outer(entry.path(), names) + own;
      requireShort(name);
      names.put(entry.path(), name + "/");
      add(name, json, 0, layers);
    }
    return List.copyOf(layers.values());
  }

  /** The prefix that the nearest enclosing layer gives; empty directly in the model. */
  private static String outer(String path, Map<String, String> names) {
    for (int dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
      String prefix = names.get(path.substring(0, dot));
      if (prefix != null) {
        return prefix;
      }
    }
    return "";
  }

  private static void addConfigured(
      String prefix, JsonNode config, Map<String, KerasLayer> layers) {
    for (JsonNode layer : config.path("layers")) {
      String name =
          prefix + layer.path("config").path("name").asText(layer.path("name").asText(""));
      add(name, layer, Math.max(1, layer.path("inbound_nodes").size()), layers);
      addConfigured(name + "/", layer.path("config"), layers);
    }
  }

  private static void add(String name, JsonNode json, int calls, Map<String, KerasLayer> layers) {
    requireShort(name);
    if (layers.size() >= MOST_LAYERS) {
      throw refused("more than " + MOST_LAYERS + " layers");
    }
    boolean trainable =
        json.path("trainable").asBoolean(json.path("config").path("trainable").asBoolean(true));
    layers.putIfAbsent(
        name, new KerasLayer(name, json.path("class_name").asText(""), trainable, calls));
  }

  /** Each layer's name holds those around it, and each level of a path is looked up. */
  private static void requireShort(String name) {
    if (name.length() > LONGEST) {
      throw refused("a name or path of more than " + LONGEST + " characters");
    }
  }

  private static ModelRefusedException refused(String what) {
    return new ModelRefusedException(
        "The Keras metadata of the model has " + what + ".",
        "No export of Keras has as much; do not use this model.");
  }

  @SuppressWarnings("deprecation") // where TensorFlow up to 2.4 stored it
  private static void readObjects(List<SavedObject> objects, List<Entry> entries) {
    for (SavedObject object : objects) {
      String text = object.getUserObject().getMetadata();
      if (isKeras(object.getUserObject().getIdentifier()) && !text.isEmpty()) {
        entries.add(new Entry("", text));
      }
    }
  }

  private static void readFile(byte[] bytes, List<Entry> entries) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(bytes);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == 1) {
        int limit = in.pushLimit(in.readRawVarint32());
        readNode(in, entries);
        in.popLimit(limit);
      } else {
        in.skipField(tag);
      }
    }
  }

  private static void readNode(CodedInputStream in, List<Entry> entries) throws IOException {
    String path = "";
    String identifier = "";
    String metadata = "";
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case 3 -> path = in.readStringRequireUtf8();
        case 4 -> identifier = in.readStringRequireUtf8();
        case 5 -> metadata = in.readStringRequireUtf8();
        default -> in.skipField(tag);
      }
    }
    if (isKeras(identifier)) {
      requireShort(path);
      if (entries.size() >= MOST_LAYERS) {
        throw refused("more than " + MOST_LAYERS + " objects");
      }
      entries.add(new Entry(path, metadata));
    }
  }
}
