package org.kerasgraft.savedmodel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kerasgraft.error.InvalidModelException;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObject;

/**
 * What Keras 2 wrote about its layers: {@code keras_metadata.pb} (TensorFlow 2.5 and later) or the
 * objects' own metadata (older). There is no generated class for the file's {@code SavedMetadata},
 * so the few fields needed are read from the wire: {@code nodes = 1} with {@code identifier = 4}
 * and {@code metadata = 5} (tf-keras {@code protobuf/saved_metadata.proto}).
 */
final class KerasMetadata {

  private static final String LAYER_PREFIX = "_tf_keras_";
  private static final ObjectMapper JSON = new ObjectMapper();

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
    List<String> texts = new ArrayList<>();
    try {
      if (Files.isRegularFile(file)) {
        readFile(Files.readAllBytes(file), texts);
      } else {
        readObjects(objects, texts);
      }
      return layers(texts);
    } catch (IOException | RuntimeException e) {
      throw new InvalidModelException(
          "The Keras metadata of '" + directory + "' is damaged or truncated.",
          "Copy or export the model again.",
          e);
    }
  }

  /** The first text is the model's: its configuration, if there, has the layers in order. */
  private static List<KerasLayer> layers(List<String> texts) throws IOException {
    Map<String, KerasLayer> layers = new LinkedHashMap<>();
    if (!texts.isEmpty()) {
      addConfigured("", JSON.readTree(texts.get(0)).path("config"), layers);
    }
    for (int i = 1; layers.isEmpty() && i < texts.size(); i++) {
      JsonNode json = JSON.readTree(texts.get(i));
      add(json.path("name").asText(json.path("config").path("name").asText("")), json, layers);
    }
    return List.copyOf(layers.values());
  }

  private static void addConfigured(
      String prefix, JsonNode config, Map<String, KerasLayer> layers) {
    for (JsonNode layer : config.path("layers")) {
      String name =
          prefix + layer.path("config").path("name").asText(layer.path("name").asText(""));
      add(name, layer, layers);
      addConfigured(name + "/", layer.path("config"), layers);
    }
  }

  private static void add(String name, JsonNode json, Map<String, KerasLayer> layers) {
    boolean trainable =
        json.path("trainable").asBoolean(json.path("config").path("trainable").asBoolean(true));
    layers.putIfAbsent(name, new KerasLayer(name, json.path("class_name").asText(""), trainable));
  }

  @SuppressWarnings("deprecation") // where TensorFlow up to 2.4 stored it
  private static void readObjects(List<SavedObject> objects, List<String> texts) {
    for (SavedObject object : objects) {
      String text = object.getUserObject().getMetadata();
      if (isKeras(object.getUserObject().getIdentifier()) && !text.isEmpty()) {
        texts.add(text);
      }
    }
  }

  private static void readFile(byte[] bytes, List<String> texts) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(bytes);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == 1) {
        int limit = in.pushLimit(in.readRawVarint32());
        readNode(in, texts);
        in.popLimit(limit);
      } else {
        in.skipField(tag);
      }
    }
  }

  private static void readNode(CodedInputStream in, List<String> texts) throws IOException {
    String identifier = "";
    String metadata = "";
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case 4 -> identifier = in.readStringRequireUtf8();
        case 5 -> metadata = in.readStringRequireUtf8();
        default -> in.skipField(tag);
      }
    }
    if (isKeras(identifier)) {
      texts.add(metadata);
    }
  }
}
