package org.kerasgraft.export;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.kerasgraft.data.ImageInput;
import org.kerasgraft.data.ImageSize;
import org.kerasgraft.data.PathText;
import org.kerasgraft.data.Preprocessing;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.export.Provenance.ModelInput;
import org.kerasgraft.export.Provenance.Surgery;
import org.kerasgraft.export.Provenance.TrainedPhase;
import org.kerasgraft.export.Provenance.TrainingSummary;
import org.kerasgraft.export.Provenance.Versions;
import org.tensorflow.ndarray.Shape;

/**
 * What {@code assets.extra/graft.json} says beside the files that the model consists of.
 *
 * <p>Keys {@code preprocessing} and {@code imageSize} say what is to be done to images
 * <em>outside</em> the graph, as in the file that an export script writes beside a Keras model: an
 * exported model takes raw RGB, so its {@code preprocessing} is {@code none}; the mode inside the
 * graph is {@code builtInPreprocessing}.
 */
final class ProvenanceJson {

  private static final int FORMAT_VERSION = 2;
  private static final ObjectMapper JSON = new ObjectMapper();

  private ProvenanceJson() {}

  static ObjectNode of(Provenance provenance) {
    ObjectNode root = JSON.createObjectNode().put("formatVersion", FORMAT_VERSION);
    ArrayNode rowShape = root.putArray("rowShape");
    for (long size : provenance.input().rowShape().asArray()) {
      rowShape.add(size);
    }
    provenance
        .input()
        .images()
        .ifPresent(
            images -> {
              root.put("preprocessing", Preprocessing.NONE.id());
              root.put("builtInPreprocessing", images.mode().id());
              root.putObject("imageSize")
                  .put("height", images.size().height())
                  .put("width", images.size().width());
              root.put("resize", ImageInput.RESIZE);
            });
    provenance.labels().forEach(root.putArray("labels")::add);
    Surgery surgery = provenance.surgery();
    ObjectNode source = root.putObject("source");
    source
        .put("path", surgery.source().path())
        .put("format", surgery.source().format())
        .put("sha256", surgery.source().sha256());
    surgery.source().allowedOps().forEach(source.withArray("allowedOps")::add);
    surgery.cutAfter().ifPresent(layer -> root.put("cutAfter", layer));
    surgery.head().ifPresent(head -> root.put("head", head));
    ObjectNode training = root.putObject("training");
    provenance.training().variables().forEach(training.putArray("variables")::add);
    ArrayNode phases = training.putArray("phases");
    for (TrainedPhase phase : provenance.training().phases()) {
      phases
          .addObject()
          .put("name", phase.name())
          .put("optimizer", phase.optimizer())
          .put("epochs", phase.epochs());
    }
    root.putObject("versions")
        .put("graft", provenance.versions().graft())
        .put("tensorflow", provenance.versions().tensorflow());
    return root;
  }

  /**
   * Reads it back.
   *
   * @param root the content
   * @param place the path to name in errors
   * @throws InvalidModelException if it is damaged or of another format
   */
  static Provenance parse(JsonNode root, Path place) {
    if (root.path("formatVersion").asInt() != FORMAT_VERSION) {
      throw new InvalidModelException(
          "'" + place + "' has format version " + root.path("formatVersion").asText() + ".",
          "This version of Graft reads version "
              + FORMAT_VERSION
              + "; use the Graft that wrote it, or export the model again.");
    }
    try {
      return provenance(root);
    } catch (RuntimeException e) {
      throw damaged(place, String.valueOf(e.getMessage()), e);
    }
  }

  private static InvalidModelException damaged(Path place, String reason, Exception cause) {
    return new InvalidModelException(
        "'" + place + "' is damaged: " + reason + ".", "Export the model again.", cause);
  }

  private static Provenance provenance(JsonNode root) {
    JsonNode source = root.required("source");
    JsonNode training = root.required("training");
    List<String> labels = strings(root.required("labels"));
    PathText.requirePrintable(labels, "the label");
    List<TrainedPhase> phases = new ArrayList<>();
    for (JsonNode phase : training.required("phases")) {
      phases.add(
          new TrainedPhase(
              string(phase, "name"),
              string(phase, "optimizer"),
              phase.required("epochs").intValue()));
    }
    JsonNode versions = root.required("versions");
    return new Provenance(
        input(root),
        labels,
        new Surgery(
            new SourceModel(
                string(source, "path"),
                string(source, "format"),
                string(source, "sha256"),
                new HashSet<>(strings(source.path("allowedOps")))),
            optional(root, "cutAfter"),
            optional(root, "head")),
        new TrainingSummary(strings(training.required("variables")), phases),
        new Versions(string(versions, "graft"), string(versions, "tensorflow")));
  }

  private static ModelInput input(JsonNode root) {
    Optional<ImageInput> images = Optional.empty();
    if (root.has("imageSize")) {
      JsonNode size = root.required("imageSize");
      Preprocessing mode = Preprocessing.parse(string(root, "builtInPreprocessing"));
      int height = size.required("height").intValue();
      int width = size.required("width").intValue();
      images = Optional.of(new ImageInput(mode, new ImageSize(height, width)));
    }
    List<Long> sizes = new ArrayList<>();
    root.required("rowShape").forEach(size -> sizes.add(size.longValue()));
    Shape rowShape = Shape.of(sizes.stream().mapToLong(Long::longValue).toArray());
    return new ModelInput(rowShape, images);
  }

  private static List<String> strings(JsonNode array) {
    List<String> strings = new ArrayList<>();
    array.forEach(element -> strings.add(element.textValue()));
    return strings;
  }

  private static String string(JsonNode node, String key) {
    return Optional.ofNullable(node.required(key).textValue())
        .orElseThrow(() -> new IllegalArgumentException("'" + key + "' is no text"));
  }

  private static Optional<String> optional(JsonNode node, String key) {
    return Optional.ofNullable(node.path(key).textValue());
  }
}
