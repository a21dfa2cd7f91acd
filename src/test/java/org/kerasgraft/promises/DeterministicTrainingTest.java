package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.Backbone;
import org.kerasgraft.Graft;
import org.kerasgraft.TrainedModel;
import org.kerasgraft.Trainer;
import org.kerasgraft.data.ImageFolder;
import org.kerasgraft.data.PreprocessingChoice;
import org.kerasgraft.data.Sha256;
import org.kerasgraft.data.pictures.PictureFamily;
import org.kerasgraft.data.pictures.Pictures;
import org.kerasgraft.features.FeatureStore;
import org.kerasgraft.head.Head;
import org.kerasgraft.train.Optimizer;
import org.kerasgraft.train.Training;

/** P17: Adam, dropout and many threads, and yet the same seed gives the same bits. */
class DeterministicTrainingTest {

  private static final Path MODEL = Path.of("src/test/resources/models/tiny-vgg-keras3");

  @TempDir private Path folder;

  @Test
  void identicalRunsHaveOneResult() {
    int runs = Promises.size(12, 200);
    Path pictures = folder.resolve("pictures");
    Pictures.writeClassFolders(pictures, PictureFamily.TARGET.classes(), 4, 1);
    Set<String> results = new HashSet<>();
    for (int i = 0; i < runs; i++) {
      results.add(weights(pictures, 7));
    }
    assertEquals(1, results.size());
    assertNotEquals(results, Set.of(weights(pictures, 8)), "the seed has no effect");
    Promises.of(17)
        .tried("identical trainings, head and top block, Adam, dropout", runs)
        .holds("1 result, all weights bit-equal");
  }

  /** The hash of all weights after a short training. */
  private String weights(Path pictures, long seed) {
    Training training =
        Training.builder()
            .head(2, Optimizer.adam(1e-2))
            .fineTune(2, Optimizer.adam(1e-3))
            .batchSize(4)
            .seed(seed)
            .build();
    Head head = Head.parse("flatten, dense(16, relu), dropout(0.5), dense(classes)").withClasses(4);
    try (Backbone backbone =
            Graft.open(MODEL)
                .withPreprocessing(PreprocessingChoice.parse("caffe", Optional.empty()))
                .cutAfter("block5_pool");
        TrainedModel model =
            Trainer.of(backbone, head)
                .store(FeatureStore.at(folder.resolve("features")))
                .fit(ImageFolder.open(pictures), training)) {
      Map<String, float[]> values =
          new TreeMap<>(model.network().values(model.selection().chosen()));
      Sha256 hash = new Sha256();
      values.forEach((name, value) -> hash.add(name).add(bytes(value)));
      return hash.hex();
    }
  }

  private static byte[] bytes(float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }
}
