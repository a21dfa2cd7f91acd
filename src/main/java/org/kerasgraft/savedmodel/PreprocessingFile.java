package org.kerasgraft.savedmodel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.kerasgraft.error.InvalidModelException;

/** The file in which an export records how its input images are to be prepared. */
final class PreprocessingFile {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Bytes; a hundred thousand labels take three million. */
  private static final int MOST = 16 << 20;

  private PreprocessingFile() {}

  static Optional<RecordedPreprocessing> read(Path model) {
    Path file = model.resolve("assets.extra").resolve("graft.json");
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      JsonNode json = JSON.readTree(WholeFile.read(file, MOST));
      String mode = json.path("preprocessing").asText("");
      if (mode.isEmpty()) {
        return Optional.empty();
      }
      JsonNode size = json.path("imageSize");
      return Optional.of(
          new RecordedPreprocessing(mode, number(size.path("height")), number(size.path("width"))));
    } catch (IOException e) {
      throw new InvalidModelException(
          "'" + file + "' is no JSON object.",
          "Repair or remove it; then give --preprocessing and --image-size.",
          e);
    }
  }

  private static OptionalInt number(JsonNode node) {
    return node.isInt() ? OptionalInt.of(node.asInt()) : OptionalInt.empty();
  }
}
