package org.kerasgraft.savedmodel;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.error.StorageException;
import org.tensorflow.proto.SavedModel;

/**
 * What TensorFlow 2.11 and later noted about a model when it was written, {@code fingerprint.pb}:
 * {@code uint64 saved_model_checksum = 1}, {@code checkpoint_hash = 5}, {@code version = 6}
 * (TensorFlow {@code core/protobuf/fingerprint.proto}). Both are FarmHash's Fingerprint64: the
 * first of the model serialized anew with sorted map keys (version 0, TensorFlow 2.11: of its graph
 * alone), the second of the checkpoint's index file. The file is optional. Versions newer than any
 * known are not compared, since what they hash is not known.
 */
final class Fingerprint {

  private static final int MODEL = 1;
  private static final int CHECKPOINT = 5;
  private static final int VERSION = 6;

  /** The newest version whose meaning is known: TensorFlow 2.21. */
  private static final long NEWEST = 4;

  private final Path file;
  private final Map<Integer, Long> hashes = new HashMap<>();
  private long version;

  private Fingerprint(Path file) {
    this.file = file;
  }

  /**
   * Compares a model with its fingerprint, if it has one.
   *
   * @throws InvalidModelException if the fingerprint is damaged, or the model is not the one that
   *     was written with it
   */
  static void check(Path directory, SavedModel model) {
    Path file = directory.resolve("fingerprint.pb");
    if (!Files.isRegularFile(file)) {
      return;
    }
    Fingerprint fingerprint = new Fingerprint(file);
    Path index = directory.resolve("variables").resolve("variables.index");
    try {
      fingerprint.parse(WholeFile.read(file, ModelLimits.STANDARD.fileBytes()));
      if (fingerprint.version <= NEWEST) {
        fingerprint.compare(
            MODEL,
            directory.resolve("saved_model.pb"),
            deterministic(
                fingerprint.version == 0 && model.getMetaGraphsCount() > 0
                    ? model.getMetaGraphs(0).getGraphDef()
                    : model));
        if (Files.isRegularFile(index)) {
          fingerprint.compare(
              CHECKPOINT, index, WholeFile.read(index, ModelLimits.STANDARD.fileBytes()));
        }
      }
    } catch (IOException e) {
      throw new StorageException("Cannot read '" + file + "': " + e.getMessage() + ".", "", e);
    }
  }

  private void parse(byte[] bytes) {
    CodedInputStream in = CodedInputStream.newInstance(bytes);
    try {
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_VARINT) {
          hashes.put(WireFormat.getTagFieldNumber(tag), in.readUInt64());
        } else if (WireFormat.getTagFieldNumber(tag) == VERSION) {
          CodedInputStream inner = in.readBytes().newCodedInput();
          version = inner.readTag() == 8 ? inner.readInt32() : 0;
        } else {
          in.skipField(tag);
        }
      }
    } catch (IOException e) {
      throw new InvalidModelException(
          "'" + file + "' is damaged or truncated.", "Copy or export the model again.", e);
    }
  }

  private void compare(int field, Path named, byte[] bytes) {
    Long expected = hashes.get(field);
    if (expected == null || expected == 0) {
      return;
    }
    if (bytes.length <= FarmHash.TOO_SHORT || FarmHash.fingerprint64(bytes) != expected) {
      throw new InvalidModelException(
          "'" + named + "' is not the file that '" + file + "' was written for: it has changed.",
          "Copy or export the model again; if the file was changed on purpose, delete"
              + " fingerprint.pb.");
    }
  }

  private static byte[] deterministic(MessageLite message) throws IOException {
    byte[] bytes = new byte[message.getSerializedSize()];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    message.writeTo(out);
    out.checkNoSpaceLeft();
    return bytes;
  }
}
