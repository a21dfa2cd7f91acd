package org.kerasgraft.savedmodel;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.kerasgraft.error.ModelRefusedException;

/** Reads a file whole, if it is not too large for that. */
final class WholeFile {

  private WholeFile() {}

  /**
   * The file's bytes.
   *
   * @param file a regular file; it may grow meanwhile
   * @param limit the most bytes
   * @throws ModelRefusedException if there are more
   */
  static byte[] read(Path file, int limit) throws IOException {
    if (Files.size(file) > limit) {
      throw tooLarge(file, limit);
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(limit);
      if (in.read() >= 0) {
        throw tooLarge(file, limit);
      }
      return bytes;
    }
  }

  private static ModelRefusedException tooLarge(Path file, int limit) {
    return new ModelRefusedException(
        "'" + file + "' has more than " + limit + " bytes.",
        "Export the model again, its weights as variables and not as constants.");
  }
}
