package org.kerasgraft.features;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.kerasgraft.data.Manifest;
import org.kerasgraft.data.PathText;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.MissingInputException;

/**
 * What {@code manifest.json}, written last, says of features: what they were computed from.
 *
 * @param key what the features depend on
 * @param directory the model's directory when they were computed
 * @param allowedOps the model's ops that only the user's exception let pass; mostly empty
 * @param source the images' folder or the array when they were computed
 * @param classes the class names by number; empty if there are none
 * @param accepted the number of rows
 * @param rejected the number of inputs without a row
 * @param rowShape the shape of one row
 */
public record FeatureManifest(
    FeatureKey key,
    String directory,
    List<String> allowedOps,
    String source,
    List<String> classes,
    int accepted,
    int rejected,
    List<Long> rowShape) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Checks and copies. */
  public FeatureManifest {
    Objects.requireNonNull(key);
    Objects.requireNonNull(directory);
    Objects.requireNonNull(source);
    allowedOps = List.copyOf(allowedOps);
    classes = List.copyOf(classes);
    rowShape = List.copyOf(rowShape);
  }

  /** Writes it with the hashes of the array and the index; a journal may still lie beside them. */
  void write(Path folder) {
    Set<String> files = Set.of(FeatureSet.FEATURES, FeatureSet.INDEX);
    Manifest.write(Manifest.Kind.FEATURES, folder, JSON.valueToTree(this), files::contains);
  }

  /** Reads it after checking every file against it. */
  static FeatureManifest read(Path folder) {
    Manifest manifest =
        Manifest.find(Manifest.Kind.FEATURES, folder)
            .orElseThrow(
                () ->
                    new MissingInputException(
                        "'"
                            + folder
                            + "' holds no finished features: it has no "
                            + Manifest.Kind.FEATURES.path()
                            + ".",
                        "Compute the features again."));
    manifest.verify(name -> true);
    try {
      FeatureManifest read = JSON.treeToValue(manifest.content(), FeatureManifest.class);
      PathText.requirePrintable(read.classes(), "the class");
      return read;
    } catch (IllegalArgumentException e) {
      throw new InvalidDataException(
          "'" + manifest.path() + "' is no readable manifest of features: " + e.getMessage() + ".",
          "Compute the features again.",
          e);
    } catch (JsonProcessingException e) {
      throw new InvalidDataException(
          "'" + manifest.path() + "' is no readable manifest of features.",
          "Compute the features again.",
          e);
    }
  }
}
