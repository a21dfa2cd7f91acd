package org.kerasgraft.export;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.savedmodel.ImportedModel;

/**
 * The model that an exported one was made from.
 *
 * @param path the directory as the user gave it
 * @param format the id of its {@link org.kerasgraft.savedmodel.ModelFormat}
 * @param sha256 the hash of its graph and weights, hexadecimal
 */
public record SourceModel(String path, String format, String sha256) {

  /** Checks. */
  public SourceModel {
    Objects.requireNonNull(path);
    Objects.requireNonNull(format);
    Objects.requireNonNull(sha256);
  }

  /**
   * Describes and hashes an imported model: the SHA-256 over name, length and bytes of {@code
   * saved_model.pb} and of each file of {@code variables/}, by name.
   *
   * @param model the model; its directory is read through
   * @return the description
   * @throws StorageException if a file cannot be read
   */
  public static SourceModel of(ImportedModel model) {
    Path directory = model.directory();
    MessageDigest digest = FileHash.sha256();
    try (Stream<Path> variables = Files.list(directory.resolve("variables"))) {
      List<Path> files =
          Stream.concat(Stream.of(directory.resolve("saved_model.pb")), variables.sorted())
              .filter(Files::isRegularFile)
              .toList();
      for (Path file : files) {
        String head = directory.relativize(file) + "\n" + Files.size(file) + "\n";
        digest.update(head.getBytes(StandardCharsets.UTF_8));
        FileHash.update(digest, file);
      }
    } catch (IOException e) {
      throw new StorageException(
          "Cannot read the source model '" + directory + "': " + e.getMessage() + ".", "", e);
    }
    return new SourceModel(
        directory.toString(), model.format().id(), HexFormat.of().formatHex(digest.digest()));
  }
}
