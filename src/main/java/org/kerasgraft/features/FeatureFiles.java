package org.kerasgraft.features;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.kerasgraft.data.NpyWriter;
import org.kerasgraft.internal.AtomicDirectory;
import org.kerasgraft.savedmodel.ScanReport;
import org.tensorflow.ndarray.Shape;

/** The features of one tensor while they are being written; nothing is seen before the commit. */
final class FeatureFiles implements AutoCloseable {

  private final String tensor;
  private final AtomicDirectory directory;
  private NpyWriter writer;
  private Shape rowShape;

  /** Takes the directory over, and closes it. */
  FeatureFiles(String tensor, AtomicDirectory directory) {
    this.tensor = tensor;
    this.directory = directory;
  }

  String tensor() {
    return tensor;
  }

  /** Appends rows that lie one after the other. */
  void append(float[] values, Shape shape, int rows) {
    if (writer == null) {
      rowShape = shape;
      writer = NpyWriter.create(directory.staging().resolve(FeatureSet.FEATURES), shape);
    } else if (!Arrays.equals(rowShape.asArray(), shape.asArray())) {
      throw new IllegalStateException(
          "Rows of '" + tensor + "' have the shapes " + rowShape + " and " + shape + ".");
    }
    for (int i = 0; i < rows; i++) {
      writer.append(values, i * Math.toIntExact(shape.size()));
    }
  }

  /** Writes index and manifest, and gives the directory its name. */
  Path commit(FeatureKey key, ScanReport model, FeatureInput input, List<IndexRow> index) {
    writer.close();
    Path folder = directory.staging();
    IndexFile.write(folder.resolve(FeatureSet.INDEX), index);
    int accepted = (int) index.stream().filter(IndexRow::isAccepted).count();
    new FeatureManifest(
            key,
            model.directory().toString(),
            List.copyOf(model.allowedByUser()),
            input.name(),
            input.classes(),
            accepted,
            index.size() - accepted,
            Arrays.stream(rowShape.asArray()).boxed().toList())
        .write(folder);
    return directory.commit();
  }

  @Override
  public void close() {
    try (directory) {
      if (writer != null) {
        writer.close();
      }
    }
  }
}
