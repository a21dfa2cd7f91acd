package org.kerasgraft.promises;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.kerasgraft.Backbone;
import org.kerasgraft.Graft;
import org.kerasgraft.TrainedModel;
import org.kerasgraft.Trainer;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.data.ImageFolder;
import org.kerasgraft.data.ImageInput;
import org.kerasgraft.data.ImageSet;
import org.kerasgraft.data.ImageSize;
import org.kerasgraft.data.Npy;
import org.kerasgraft.data.NpyWriter;
import org.kerasgraft.data.Preprocessing;
import org.kerasgraft.features.ExtractionListener;
import org.kerasgraft.features.ExtractionOptions;
import org.kerasgraft.features.FeatureExtractor;
import org.kerasgraft.features.FeatureInput;
import org.kerasgraft.features.FeatureStore;
import org.kerasgraft.graph.Network;
import org.kerasgraft.head.Head;
import org.kerasgraft.internal.Cancellation;
import org.kerasgraft.savedmodel.SavedModelReader;
import org.kerasgraft.train.Optimizer;
import org.kerasgraft.train.Training;
import org.kerasgraft.train.TrainingListener;
import org.tensorflow.ndarray.Shape;

/** What uses of the library work on: a tiny model, a few pictures, arrays, a trained run. */
final class Uses {

  /**
   * One use, which closes what it opens.
   *
   * @param what in a few words
   * @param work may be done again and again
   */
  record Use(String what, Work work) {
    @Override
    public String toString() {
      return what;
    }
  }

  /** Something to do. */
  interface Work {
    void run(Uses on) throws Exception;
  }

  /** Both phases, one epoch each. */
  static final Training TWO_PHASES =
      Training.builder()
          .head(1, Optimizer.adam(0.01))
          .fineTune(1, Optimizer.sgd(0.001, 0.9))
          .batchSize(4)
          .build();

  static final Path MODEL = SmallRun.MODEL;
  static final String LAYER = "block5_pool";
  static final int ROWS = 4;

  private final Path folder;
  private final AtomicInteger numbers = new AtomicInteger();

  /** Makes what all uses need. */
  Uses(Path folder) {
    this.folder = folder;
    Path broken = SmallRun.pictures(at("broken"), 1);
    try {
      for (String picture : SmallRun.files(broken)) {
        Files.writeString(broken.resolve(picture), "no picture");
      }
      Path some = SmallRun.pictures(at("some-broken"), 2);
      Files.writeString(some.resolve(SmallRun.files(some).get(0)), "no picture");
      copy(MODEL, at("model"));
      copy(Path.of("src/test/resources/models/tiny-vgg-keras2"), at("other"));
      Canary.WRITE_FILE_IN_THE_INIT_OP.putInto(copy(MODEL, at("refused")), at("trace"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try (NpyWriter writer = NpyWriter.create(at("rows.npy"), Shape.of(32, 32, 3))) {
      for (int row = 0; row < ROWS; row++) {
        writer.append(new float[32 * 32 * 3], 0);
      }
    }
    SmallRun.shared().write(at("run"));
  }

  static Path copy(Path directory, Path target) throws IOException {
    for (String file : SmallRun.files(directory)) {
      Files.createDirectories(target.resolve(file).getParent());
      Files.copy(directory.resolve(file), target.resolve(file));
    }
    return target;
  }

  /** Something below the folder. */
  Path at(String name) {
    return folder.resolve(name);
  }

  /** A place where nothing is yet. */
  Path fresh() {
    return at("fresh-" + numbers.incrementAndGet());
  }

  ImageSet images() {
    return ImageFolder.open(SmallRun.shared().pictures());
  }

  static Backbone cut() {
    return Graft.open(MODEL).cutAfter(LAYER);
  }

  static Network network() {
    return Network.of(SavedModelReader.read(MODEL));
  }

  /** Takes rows as they are. */
  static LiveNetwork live() {
    return LiveNetwork.open(network(), RuntimeOptions.defaults());
  }

  private static ImageInput imageInput() {
    return new ImageInput(Preprocessing.CAFFE, new ImageSize(32, 32));
  }

  /** Takes images. */
  static LiveNetwork liveOnImages() {
    return LiveNetwork.open(imageInput().splice(network()), RuntimeOptions.defaults());
  }

  /** Extracts from a folder of images. */
  static FeatureExtractor extractor(LiveNetwork live, Path images, ExtractionOptions options) {
    return new FeatureExtractor(
        live, new FeatureInput.Images(ImageFolder.open(images), imageInput()), options);
  }

  static String layer(LiveNetwork live) {
    return live.network().layer(LAYER).output();
  }

  Npy rows() {
    return Npy.open(at("rows.npy"));
  }

  static FeatureInput named(LiveNetwork live, Npy rows) {
    Set<String> names = live.network().graph().inputs().keySet();
    return new FeatureInput.NamedRows(Map.of(names.iterator().next(), rows));
  }

  static FeatureInput unlabelled(Npy rows) {
    return new FeatureInput.Rows(rows, Optional.empty());
  }

  /** With features computed anew or stored before, in turn. */
  Trainer trainer(Backbone backbone) {
    return Trainer.of(backbone, Head.parse("flatten, dropout(0.5), dense(classes)"))
        .store(FeatureStore.at(at("store")));
  }

  /** Trains on the pictures and closes the model. */
  void fit(Trainer trainer, Training training) {
    TrainedModel model = trainer.fit(images(), training);
    model.close();
    model.close();
  }

  /** Cancels after the first batch. */
  static ExtractionOptions cancelled() {
    Cancellation cancellation = new Cancellation();
    ExtractionListener listener =
        new ExtractionListener() {
          @Override
          public void onProgress(int done, int total, double rowsPerSecond) {
            cancellation.cancel();
          }
        };
    return new ExtractionOptions(4, listener, cancellation);
  }

  /** Cancels after the first step. */
  static Trainer cancelled(Trainer trainer) {
    Cancellation cancellation = new Cancellation();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void batchEnds(BatchProgress progress) {
            cancellation.cancel();
          }
        };
    return trainer.cancellation(cancellation).listeners(ExtractionListener.SILENT, listener);
  }

  /** Numbers as pixels, {@value #ROWS} images. */
  static float[] pixels() {
    return new float[ROWS * 32 * 32 * 3];
  }

  /** One of the pictures' bytes. */
  byte[] picture() throws IOException {
    Path pictures = SmallRun.shared().pictures();
    List<String> files = SmallRun.files(pictures);
    return Files.readAllBytes(pictures.resolve(files.get(0)));
  }
}
