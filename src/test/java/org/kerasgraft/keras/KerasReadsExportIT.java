package org.kerasgraft.keras;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.data.NpyWriter;
import org.kerasgraft.export.SavedModelExport;
import org.kerasgraft.export.TrainedExample;
import org.tensorflow.ndarray.Shape;

/** Python and Keras load what this library exports, predict the same and train it further. */
@Tag("keras")
class KerasReadsExportIT {

  private static final int IMAGES = 7;

  @TempDir Path folder;

  @Test
  void manyClassesPredictTheSameInPythonAndTrainOn() throws IOException {
    check(() -> TrainedExample.images("circle", "square", "star"));
  }

  @Test
  void oneSigmoidPredictsTheSameInPythonAndTrainsOn() throws IOException {
    check(() -> TrainedExample.images("cat", "dog"));
  }

  @Test
  void aKeptClassifierOnRowsPredictsTheSameInPythonAndTrainsOn() throws IOException {
    check(TrainedExample::keptHeadOnRows);
  }

  private void check(Supplier<TrainedExample> trained) throws IOException {
    KerasPeer keras = KerasPeer.orSkip();
    float[] images = TrainedExample.rows(IMAGES);
    Path model = folder.resolve("model");
    float[][] expected;
    try (TrainedExample example = trained.get()) {
      SavedModelExport.writeAtomically(example.spec(), model);
      expected = example.predict(images, IMAGES);
    }
    Path imageFile = folder.resolve("images.npy");
    try (NpyWriter writer = NpyWriter.create(imageFile, Shape.of(32, 32, 3))) {
      for (int i = 0; i < IMAGES; i++) {
        writer.append(images, i * 32 * 32 * 3);
      }
    }
    Path expectedFile = folder.resolve("expected.npy");
    try (NpyWriter writer = NpyWriter.create(expectedFile, Shape.of(expected[0].length))) {
      for (float[] row : expected) {
        writer.append(row, 0);
      }
    }
    keras.run("check_export.py", model, imageFile, expectedFile);
  }
}
