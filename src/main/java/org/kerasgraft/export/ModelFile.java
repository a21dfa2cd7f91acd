package org.kerasgraft.export;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.kerasgraft.data.Sha256;
import org.kerasgraft.error.InvalidModelException;

/**
 * One file of an exported model, as recorded when it was written.
 *
 * @param path relative to the model's directory, with {@code /}
 * @param bytes its length
 * @param sha256 its hash, hexadecimal
 */
record ModelFile(String path, long bytes, String sha256) {

  /** What makes up a model; the order in which it is written. */
  static final List<String> PATHS =
      List.of(
          "variables/variables.data-00000-of-00001",
          "variables/variables.index",
          "saved_model.pb",
          "assets.extra/labels.txt");

  private static final long HASHED_ON_OPENING = 64L << 20;

  static List<ModelFile> of(Path directory) throws IOException {
    List<ModelFile> files = new ArrayList<>();
    for (String path : PATHS) {
      Path file = directory.resolve(path);
      files.add(new ModelFile(path, Files.size(file), Sha256.of(file)));
    }
    return files;
  }

  /**
   * Checks that a file is there, whole and unchanged. The content of a larger file is left to
   * TensorFlow, which verifies a checksum of every tensor it restores.
   *
   * @throws InvalidModelException if it is missing, of another length, or changed
   */
  void verify(Path directory) throws IOException {
    Path file = directory.resolve(path);
    String problem = null;
    if (!Files.isRegularFile(file)) {
      problem = "is missing";
    } else if (Files.size(file) != bytes) {
      problem = "has " + Files.size(file) + " bytes, not the " + bytes + " it was written with";
    } else if (bytes <= HASHED_ON_OPENING && !Sha256.of(file).equals(sha256)) {
      problem = "is not what was written: its SHA-256 differs";
    }
    if (problem != null) {
      throw new InvalidModelException(
          "'" + file + "' " + problem + ".", "Copy the model again, or export it again.");
    }
  }
}
