package org.kerasgraft.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.kerasgraft.data.Manifest;
import org.kerasgraft.data.Npy;
import org.kerasgraft.data.NpyWriter;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.train.CheckpointJson.ArrayFile;
import org.kerasgraft.train.CheckpointJson.ArrayFiles;
import org.tensorflow.ndarray.Shape;

/**
 * A checkpoint as a directory: one {@code .npy} for the values of each variable, and a manifest
 * with the rest and the hash of each file.
 */
final class CheckpointFiles {

  private CheckpointFiles() {}

  /** Writes into an empty directory. */
  static void write(Checkpoint checkpoint, Path directory) {
    PhaseState.Values values = checkpoint.phase().values();
    ArrayFiles files =
        new ArrayFiles(
            write(values.weights(), "weight", directory),
            write(values.slots(), "slot", directory),
            write(values.best(), "best", directory));
    Manifest.write(Manifest.Kind.CHECKPOINT, directory, CheckpointJson.content(checkpoint, files));
  }

  private static List<ArrayFile> write(List<NamedArray> arrays, String kind, Path directory) {
    List<ArrayFile> files = new ArrayList<>();
    for (NamedArray array : arrays) {
      String name = kind + "-" + files.size() + ".npy";
      boolean scalar = array.shape().numDimensions() == 0;
      Shape row = scalar ? Shape.scalar() : array.shape().tail();
      try (NpyWriter writer = NpyWriter.create(directory.resolve(name), row)) {
        int size = Math.toIntExact(row.size());
        for (int offset = 0; offset < array.values().length; offset += size) {
          writer.append(array.values(), offset);
        }
      }
      files.add(ArrayFile.of(array, name));
    }
    return files;
  }

  /**
   * Reads and verifies.
   *
   * @throws InvalidDataException if a file is missing or not as it was written, naming it
   */
  static Checkpoint read(Path directory) {
    Manifest manifest =
        Manifest.find(Manifest.Kind.CHECKPOINT, directory)
            .orElseThrow(
                () -> damaged(directory.resolve(Manifest.Kind.CHECKPOINT.path()), "it is missing"));
    manifest.verify(name -> true);
    CheckpointJson.Document document = CheckpointJson.parse(manifest.content(), manifest.path());
    ArrayFiles files = document.arrays();
    return document.checkpoint(
        new PhaseState.Values(
            read(files.weights(), directory),
            read(files.slots(), directory),
            read(files.best(), directory)));
  }

  private static List<NamedArray> read(List<ArrayFile> files, Path directory) {
    List<NamedArray> arrays = new ArrayList<>();
    for (ArrayFile file : files) {
      try (Npy npy = Npy.open(directory.resolve(file.file()))) {
        float[] values = new float[npy.count() * npy.rowSize()];
        for (int row = 0; row < npy.count(); row++) {
          npy.read(row, values, row * npy.rowSize());
        }
        arrays.add(file.array(values));
      }
    }
    return arrays;
  }

  /** The error of a checkpoint that cannot be used. */
  static InvalidDataException damaged(Path file, String why) {
    return new InvalidDataException(
        "The checkpoint's file '" + file + "' cannot be used: " + why + ".",
        "Remove the folder of checkpoints to train from the beginning.");
  }
}
