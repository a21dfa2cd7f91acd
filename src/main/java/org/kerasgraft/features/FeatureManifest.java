package org.kerasgraft.features;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.MissingInputException;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.internal.NewFile;

/**
 * {@code manifest.json}, written last: what the features were computed from, and the hashes of the
 * files beside it.
 *
 * @param key what the features depend on
 * @param directory the model's directory when they were computed
 * @param allowedOps the model's ops that only the user's exception let pass; mostly empty
 * @param source the images' folder or the array when they were computed
 * @param classes the class names by number; empty if there are none
 * @param accepted the number of rows
 * @param rejected the number of inputs without a row
 * @param rowShape the shape of one row
 * @param files file name to size and hash
 */
public record FeatureManifest(
    FeatureKey key,
    String directory,
    List<String> allowedOps,
    String source,
    List<String> classes,
    int accepted,
    int rejected,
    List<Long> rowShape,
    Map<String, FileHash> files) {

  /** The file's name. */
  static final String FILE = "manifest.json";

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /**
   * A file beside the manifest.
   *
   * @param bytes its size
   * @param sha256 its hash
   */
  public record FileHash(long bytes, String sha256) {}

  /** Checks and copies. */
  public FeatureManifest {
    Objects.requireNonNull(key);
    Objects.requireNonNull(directory);
    Objects.requireNonNull(source);
    allowedOps =
        allowedOps == null ? List.of() : List.copyOf(allowedOps); // earlier builds wrote none
    classes = List.copyOf(classes);
    rowShape = List.copyOf(rowShape);
    files = java.util.Collections.unmodifiableMap(new TreeMap<>(files));
  }

  void write(Path folder) {
    try {
      NewFile.text(folder.resolve(FILE), JSON.writeValueAsString(this) + "\n");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A manifest is text and numbers", e);
    }
  }

  static FeatureManifest read(Path folder) {
    Path file = folder.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      throw new MissingInputException(
          "'" + folder + "' holds no finished features: it has no " + FILE + ".",
          "Compute the features again.");
    }
    byte[] text;
    try {
      text = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new StorageException("Cannot read '" + file + "': " + e + ".", "", e);
    }
    try {
      return Objects.requireNonNull(JSON.readValue(text, FeatureManifest.class));
    } catch (IOException | NullPointerException e) {
      throw damaged(file, e);
    }
  }

  private static InvalidDataException damaged(Path file, Exception cause) {
    return new InvalidDataException(
        "'" + file + "' is no readable manifest of features.",
        "Compute the features again.",
        cause);
  }
}
