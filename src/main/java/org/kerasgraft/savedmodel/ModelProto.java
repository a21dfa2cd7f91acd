package org.kerasgraft.savedmodel;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.error.MissingInputException;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.error.StorageException;
import org.tensorflow.proto.SavedModel;

/**
 * What {@code saved_model.pb} held when it was read. It is read once: the scan, the layers, the
 * graph that TensorFlow gets and the recorded hash all come from these bytes, so that a file that
 * is swapped afterwards changes nothing.
 *
 * @param directory the model's directory
 * @param content the parsed file
 * @param sha256 the hash of its bytes, hexadecimal
 */
record ModelProto(Path directory, SavedModel content, String sha256) {

  static final String FILE = "saved_model.pb";

  private static final String AGAIN = "Copy or export the model again.";

  /**
   * Reads the file of a model.
   *
   * @throws MissingInputException if there is no such directory
   * @throws InvalidModelException if it is no SavedModel, or is damaged
   * @throws ModelRefusedException if it is larger, holds more or is nested more deeply than the
   *     limits, or stands outside of the directory
   */
  static ModelProto read(Path directory, ModelLimits limits) {
    Path file = find(directory);
    try {
      byte[] bytes = WholeFile.read(file, limits.fileBytes());
      PartCount.require(file, bytes, SavedModel.getDescriptor(), limits);
      CodedInputStream coded = CodedInputStream.newInstance(bytes);
      coded.setRecursionLimit(limits.depth());
      SavedModel content = SavedModel.parseFrom(coded);
      coded.checkLastTagWas(0);
      return new ModelProto(directory, content, HexFormat.of().formatHex(newHash().digest(bytes)));
    } catch (InvalidProtocolBufferException e) {
      throw new InvalidModelException("'" + file + "' is damaged or truncated.", AGAIN, e);
    } catch (IOException e) {
      throw new StorageException("Cannot read '" + file + "': " + e.getMessage() + ".", "", e);
    }
  }

  private static Path find(Path directory) {
    if (!Files.exists(directory)) {
      throw new MissingInputException(
          "There is no '" + directory + "'.", "Give the directory of a SavedModel.");
    }
    Path file = directory.resolve(FILE);
    if (Files.isRegularFile(file)) {
      requireInside(directory, file);
      return file;
    }
    String found =
        Files.isDirectory(directory) ? "it has no saved_model.pb" : "it is a file, not a directory";
    throw new InvalidModelException(
        "'" + directory + "' is no SavedModel: " + found + ".", nested(directory));
  }

  /** Before it is read: an error could tell what stands in a file elsewhere. */
  private static void requireInside(Path directory, Path file) {
    try {
      if (file.toRealPath().startsWith(directory.toRealPath())) {
        return;
      }
    } catch (IOException e) {
      throw new StorageException("Cannot read '" + file + "': " + e.getMessage() + ".", "", e);
    }
    throw new ModelRefusedException(
        "'"
            + directory
            + "' holds '"
            + FILE
            + "' in the directory: it is a link that leads out of the model.",
        "Copy the model whole and without links (cp -rL).");
  }

  private static String nested(Path directory) {
    for (String child : List.of("1", "model/1", "model", "saved_model")) {
      if (Files.isRegularFile(directory.resolve(child).resolve(FILE))) {
        return "There is one in '" + directory.resolve(child) + "': give that.";
      }
    }
    return "In Keras 3, write one with model.export(directory); in Keras 2, with"
        + " model.save(directory, save_format=\"tf\").";
  }

  private static MessageDigest newHash() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
