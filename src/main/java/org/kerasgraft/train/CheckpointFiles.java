package org.kerasgraft.train;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.kerasgraft.data.Npy;
import org.kerasgraft.data.NpyWriter;
import org.kerasgraft.data.Sha256;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.internal.NewFile;
import org.kerasgraft.train.CheckpointJson.ArrayFile;
import org.kerasgraft.train.CheckpointJson.ArrayFiles;
import org.tensorflow.ndarray.Shape;

/**
 * A checkpoint as a directory: one {@code .npy} for the values of each variable, {@code state.json}
 * with the rest and the SHA-256 of each array, {@code state.sha256} with that of {@code
 * state.json}, as {@code sha256sum -c} reads it.
 */
final class CheckpointFiles {

  private static final String STATE = "state.json";
  private static final String SUM = "state.sha256";

  private CheckpointFiles() {}

  /** Writes into an empty directory. */
  static void write(Checkpoint checkpoint, Path directory) {
    PhaseState.Values values = checkpoint.phase().values();
    ArrayFiles files =
        new ArrayFiles(
            write(values.weights(), "weight", directory),
            write(values.slots(), "slot", directory),
            write(values.best(), "best", directory));
    byte[] text = CheckpointJson.text(checkpoint, files);
    String sum = Sha256.of(text) + "  " + STATE + "\n";
    NewFile.bytes(directory.resolve(STATE), text);
    NewFile.text(directory.resolve(SUM), sum);
  }

  private static List<ArrayFile> write(List<NamedArray> arrays, String kind, Path directory) {
    List<ArrayFile> files = new ArrayList<>();
    for (NamedArray array : arrays) {
      String name = kind + "-" + files.size() + ".npy";
      Path file = directory.resolve(name);
      boolean scalar = array.shape().numDimensions() == 0;
      Shape row = scalar ? Shape.scalar() : array.shape().tail();
      try (NpyWriter writer = NpyWriter.create(file, row)) {
        int size = Math.toIntExact(row.size());
        for (int offset = 0; offset < array.values().length; offset += size) {
          writer.append(array.values(), offset);
        }
      }
      files.add(
          new ArrayFile(
              array.name(),
              Arrays.stream(array.shape().asArray()).boxed().toList(),
              name,
              Sha256.of(file)));
    }
    return files;
  }

  /**
   * Reads and verifies.
   *
   * @throws InvalidDataException if a file is missing or not as it was written, naming it
   */
  static Checkpoint read(Path directory) {
    byte[] text = bytes(directory.resolve(STATE));
    String sum = new String(bytes(directory.resolve(SUM)), StandardCharsets.UTF_8);
    if (!sum.equals(Sha256.of(text) + "  " + STATE + "\n")) {
      throw damaged(directory.resolve(STATE), "its SHA-256 is not that in " + SUM);
    }
    CheckpointJson.Document document = CheckpointJson.parse(text, directory.resolve(STATE));
    ArrayFiles files = document.files();
    return document.checkpoint(
        new PhaseState.Values(
            read(files.weights(), directory),
            read(files.slots(), directory),
            read(files.best(), directory)));
  }

  private static List<NamedArray> read(List<ArrayFile> files, Path directory) {
    List<NamedArray> arrays = new ArrayList<>();
    for (ArrayFile file : files) {
      Path path = directory.resolve(file.file());
      if (!Files.isRegularFile(path)) {
        throw damaged(path, "it is missing");
      }
      if (!Sha256.of(path).equals(file.sha256())) {
        throw damaged(path, "its SHA-256 is not that in " + STATE);
      }
      try (Npy npy = Npy.open(path)) {
        float[] values = new float[npy.count() * npy.rowSize()];
        for (int row = 0; row < npy.count(); row++) {
          npy.read(row, values, row * npy.rowSize());
        }
        arrays.add(
            new NamedArray(
                file.name(),
                Shape.of(file.shape().stream().mapToLong(Long::longValue).toArray()),
                values));
      }
    }
    return arrays;
  }

  private static byte[] bytes(Path file) {
    if (!Files.isRegularFile(file)) {
      throw damaged(file, "it is missing");
    }
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new StorageException("Cannot read '" + file + "': " + e + ".", "", e);
    }
  }

  /** The error of a checkpoint that cannot be used. */
  static InvalidDataException damaged(Path file, String why) {
    return new InvalidDataException(
        "The checkpoint's file '" + file + "' cannot be used: " + why + ".",
        "Remove '" + file.getParent() + "' to train from the beginning.");
  }
}
