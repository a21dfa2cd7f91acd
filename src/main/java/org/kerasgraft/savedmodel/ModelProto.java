package org.kerasgraft.savedmodel;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
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
   * @throws ModelRefusedException if it is larger or nested more deeply than the limits
   */
  static ModelProto read(Path directory, ModelLimits limits) {
    Path file = find(directory);
    MessageDigest hash = newHash();
    try (var in =
        new DigestInputStream(new BufferedInputStream(Files.newInputStream(file)), hash)) {
      if (Files.size(file) > limits.fileBytes()) {
        throw tooLarge(file, limits);
      }
      CodedInputStream coded = CodedInputStream.newInstance(in);
      coded.setRecursionLimit(limits.depth());
      coded.setSizeLimit(limits.fileBytes() + 1); // it may have grown since
      SavedModel content = SavedModel.parseFrom(coded);
      coded.checkLastTagWas(0);
      return new ModelProto(directory, content, HexFormat.of().formatHex(hash.digest()));
    } catch (InvalidProtocolBufferException e) {
      throw refusal(file, e, limits);
    } catch (IOException e) {
      throw new StorageException("Cannot read '" + file + "': " + e.getMessage() + ".", "", e);
    }
  }

  private static RuntimeException refusal(
      Path file, InvalidProtocolBufferException e, ModelLimits limits) {
    String reason = String.valueOf(e.getMessage()); // the exception has no other trait
    if (reason.contains("nesting")) {
      return new ModelRefusedException(
          "'" + file + "' is nested more than " + limits.depth() + " levels deep.",
          "No export of Keras is; do not use this model.",
          e);
    }
    if (reason.contains("too large")) {
      return tooLarge(file, limits);
    }
    return new InvalidModelException("'" + file + "' is damaged or truncated.", AGAIN, e);
  }

  private static ModelRefusedException tooLarge(Path file, ModelLimits limits) {
    return new ModelRefusedException(
        "'" + file + "' has more than " + limits.fileBytes() + " bytes.",
        "Export the model with its weights as variables, not as constants.");
  }

  private static Path find(Path directory) {
    if (!Files.exists(directory)) {
      throw new MissingInputException(
          "There is no '" + directory + "'.", "Give the directory of a SavedModel.");
    }
    Path file = directory.resolve(FILE);
    if (Files.isRegularFile(file)) {
      return file;
    }
    String found =
        Files.isDirectory(directory) ? "it has no saved_model.pb" : "it is a file, not a directory";
    throw new InvalidModelException(
        "'" + directory + "' is no SavedModel: " + found + ".", nested(directory));
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
