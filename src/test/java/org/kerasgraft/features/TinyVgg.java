package org.kerasgraft.features;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.data.ImageFolder;
import org.kerasgraft.data.ImageInput;
import org.kerasgraft.data.ImageSize;
import org.kerasgraft.data.Npy;
import org.kerasgraft.data.Preprocessing;
import org.kerasgraft.data.RowSource;
import org.kerasgraft.graph.Network;
import org.kerasgraft.savedmodel.SavedModelReader;

/** The tiny Keras export and small pictures, for tests of features. */
final class TinyVgg {

  static final Path MODEL = Path.of("src/test/resources/models/tiny-vgg-keras3");
  static final Path GOLDEN = Path.of("src/test/resources/golden/tiny-vgg-keras3");
  static final Path PICTURES = Path.of("src/test/resources/golden/images");
  static final ImageInput CAFFE = new ImageInput(Preprocessing.CAFFE, new ImageSize(32, 32));
  static final List<String> GOOD = List.of("landscape.png", "portrait.jpg", "animated.gif");

  private TinyVgg() {}

  static Network network() {
    return Network.of(SavedModelReader.read(MODEL));
  }

  static LiveNetwork live(Network network) {
    return LiveNetwork.open(network, RuntimeOptions.defaults());
  }

  /** Class folder {@code a} with good pictures, {@code b} with a good, an empty and a false one. */
  static Path pictures(Path folder) throws IOException {
    Path a = Files.createDirectories(folder.resolve("a"));
    Path b = Files.createDirectories(folder.resolve("b"));
    for (String name : GOOD) {
      Files.copy(PICTURES.resolve(name), a.resolve(name));
    }
    Files.copy(PICTURES.resolve("bitmap.bmp"), b.resolve("2.bmp"));
    Files.createFile(b.resolve("1.png"));
    Files.writeString(b.resolve("3.png"), "no picture");
    return folder;
  }

  static FeatureInput.Images images(Path folder) {
    return new FeatureInput.Images(ImageFolder.open(folder), CAFFE);
  }

  static FeatureInput.Rows rows(Npy array) {
    return new FeatureInput.Rows(array, Optional.empty());
  }

  static float[] values(RowSource rows) {
    float[] values = new float[rows.count() * rows.rowSize()];
    for (int i = 0; i < rows.count(); i++) {
      rows.read(i, values, i * rows.rowSize());
    }
    return values;
  }

  /** Remembers what it heard. */
  static final class Heard implements ExtractionListener {
    final List<String> hits = new ArrayList<>();
    final List<String> misses = new ArrayList<>();
    final List<String> damaged = new ArrayList<>();
    final List<String> rejected = new ArrayList<>();
    int done;
    int batches;

    ExtractionOptions options(int batchSize) {
      return new ExtractionOptions(batchSize, this);
    }

    @Override
    public void onStoreHit(String tensor, Path entry) {
      hits.add(tensor);
    }

    @Override
    public void onStoreMiss(String tensor, Path entry) {
      misses.add(tensor);
    }

    @Override
    public void onStoreDamaged(Path entry, String reason) {
      damaged.add(reason);
    }

    @Override
    public void onRejected(IndexRow row) {
      rejected.add(row.path());
    }

    @Override
    public void onProgress(int now, int total, double rowsPerSecond) {
      done = now;
      batches++;
    }
  }
}
