package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kerasgraft.promises.Uses.TWO_PHASES;
import static org.kerasgraft.promises.Uses.cut;
import static org.kerasgraft.promises.Uses.layer;
import static org.kerasgraft.promises.Uses.live;
import static org.kerasgraft.promises.Uses.liveOnImages;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.function.Executable;
import org.kerasgraft.Backbone;
import org.kerasgraft.Graft;
import org.kerasgraft.Trainer;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.data.ImageFolder;
import org.kerasgraft.data.Labels;
import org.kerasgraft.data.Npy;
import org.kerasgraft.error.CannotCreateException;
import org.kerasgraft.error.GraftException;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.error.RunInterruptedException;
import org.kerasgraft.error.TooManyRejectedException;
import org.kerasgraft.error.TrainingDivergedException;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.export.ServedModel;
import org.kerasgraft.features.ExtractionListener;
import org.kerasgraft.features.ExtractionOptions;
import org.kerasgraft.features.FeatureExtractor;
import org.kerasgraft.features.FeatureStore;
import org.kerasgraft.features.IndexRow;
import org.kerasgraft.graph.Network;
import org.kerasgraft.head.Head;
import org.kerasgraft.internal.FaultPoints;
import org.kerasgraft.junit.Golden;
import org.kerasgraft.junit.KerasAssertions;
import org.kerasgraft.promises.FailingPoints.Mode;
import org.kerasgraft.promises.Uses.Use;
import org.kerasgraft.savedmodel.SavedModelReader;
import org.kerasgraft.train.Optimizer;
import org.kerasgraft.train.Training;
import org.kerasgraft.train.TrainingListener;
import org.kerasgraft.train.Variables;

/** Uses that end in an exception, while natives are open or are being opened. */
final class FailingUses {

  private FailingUses() {}

  static List<Use> all() {
    return List.of(
        new Use("no such layer", on -> fails(UnknownNameException.class, () -> noLayer())),
        new Use("no such layer to train", FailingUses::noLayerToTrain),
        new Use("a head that does not fit", FailingUses::headThatDoesNotFit),
        new Use("a GPU that is not there", on -> noGpu()),
        new Use("a refused model", FailingUses::refused),
        new Use("weights cut off", FailingUses::weightsCutOff),
        new Use("no image can be used", FailingUses::noImage),
        new Use("too many images rejected", FailingUses::tooManyRejected),
        new Use("features: a listener throws at a batch", FailingUses::extractionListener),
        new Use("features: a listener throws at the end", FailingUses::indexListener),
        new Use("features: damaged in the store", FailingUses::damagedStore),
        new Use("features: disk full at points", FailingUses::featuresOnFullDisk),
        new Use("features: whole, but their lock stays", FailingUses::lockStays),
        new Use("fit: the loss is no number", FailingUses::diverged),
        new Use("fit: a listener throws", FailingUses::trainingListener),
        new Use("fit: cancelled, nothing kept", FailingUses::cancelled),
        new Use("fit: classes that do not fit a kept head", FailingUses::keptHead),
        new Use("fit: labels of another length", FailingUses::labels),
        new Use("fit: other settings than were kept", FailingUses::otherSettings),
        new Use("fit: disk full at points of checkpoints", FailingUses::fitOnFullDisk),
        new Use("save: something is there", FailingUses::occupied),
        new Use("save: disk full at points", FailingUses::saveOnFullDisk),
        new Use("load: no export of ours", on -> notOurs()),
        new Use("load: a damaged export", FailingUses::damagedExport),
        new Use("predict: wrong shape, no image, closed", FailingUses::predict),
        new Use("back into Keras: another original", FailingUses::otherOriginal),
        new Use("back into Keras: disk full at points", FailingUses::returnOnFullDisk),
        new Use("kit: gradients of other weights", on -> otherGradients()));
  }

  private static void fails(Class<? extends Throwable> expected, Executable work) {
    assertThrows(expected, work);
  }

  private static void noLayer() {
    Graft.open(Uses.MODEL).cutAfter("block5_pol").close();
  }

  private static void noLayerToTrain(Uses on) {
    try (Backbone backbone = cut()) {
      Trainer trainer = on.trainer(backbone);
      fails(UnknownNameException.class, () -> trainer.trainable(Variables.headAnd("block6_*")));
    }
  }

  private static void headThatDoesNotFit(Uses on) {
    try (Backbone flat = Graft.open(Uses.MODEL).cutAfter("fc1")) {
      Trainer trainer = Trainer.of(flat, Head.parse("global_average_pooling, dense(classes)"));
      fails(UsageException.class, () -> on.fit(trainer, TWO_PHASES));
    }
  }

  private static void noGpu() {
    RuntimeOptions gpu = new RuntimeOptions(RuntimeOptions.Device.GPU, 0);
    fails(UsageException.class, () -> LiveNetwork.open(Uses.network(), gpu).close());
  }

  private static void refused(Uses on) {
    Path model = on.at("refused");
    fails(ModelRefusedException.class, () -> Graft.open(model).cutAfter(Uses.LAYER).close());
  }

  /** What the scan reads is whole; TensorFlow itself finds out, with graph and session open. */
  private static void weightsCutOff(Uses on) throws IOException {
    Path model = Uses.copy(Uses.MODEL, on.fresh());
    Network network = Network.of(SavedModelReader.read(model));
    cutOff(model.resolve("variables/variables.data-00000-of-00001"));
    RuntimeOptions options = RuntimeOptions.defaults();
    fails(InvalidModelException.class, () -> LiveNetwork.open(network, options).close());
  }

  private static void noImage(Uses on) {
    try (LiveNetwork live = liveOnImages()) {
      FeatureExtractor extractor =
          Uses.extractor(live, on.at("broken"), ExtractionOptions.defaults());
      FeatureStore store = FeatureStore.at(on.fresh());
      fails(InvalidDataException.class, () -> extractor.extract(layer(live), on.fresh()).close());
      fails(InvalidDataException.class, () -> store.get(extractor, layer(live)).close());
    }
  }

  private static void tooManyRejected(Uses on) {
    try (Backbone backbone = cut()) {
      Trainer strict = on.trainer(backbone).mostRejected(0);
      fails(
          TooManyRejectedException.class,
          () -> strict.fit(ImageFolder.open(on.at("some-broken")), TWO_PHASES).close());
    }
  }

  private static void extractionListener(Uses on) {
    throwing(
        on,
        new ExtractionListener() {
          @Override
          public void onProgress(int done, int total, double rowsPerSecond) {
            throw new ArithmeticException("a listener's fault");
          }
        });
  }

  private static void indexListener(Uses on) {
    throwing(
        on,
        new ExtractionListener() {
          @Override
          public void onIndex(List<IndexRow> index) {
            throw new ArithmeticException("a listener's fault");
          }
        });
  }

  private static void throwing(Uses on, ExtractionListener listener) {
    Path pictures = SmallRun.shared().pictures();
    ExtractionOptions options = new ExtractionOptions(4, listener);
    FeatureStore store = FeatureStore.at(on.fresh());
    Path out = on.fresh();
    try (LiveNetwork live = liveOnImages()) {
      FeatureExtractor extractor = Uses.extractor(live, pictures, options);
      fails(ArithmeticException.class, () -> extractor.extract(layer(live), out));
      fails(ArithmeticException.class, () -> extractor.resume(layer(live), out));
      fails(ArithmeticException.class, () -> store.get(extractor, layer(live)));
      fails(ArithmeticException.class, () -> store.get(extractor, layer(live)));
    }
  }

  private static void damagedStore(Uses on) throws IOException {
    FeatureStore store = FeatureStore.at(on.fresh());
    Path pictures = SmallRun.shared().pictures();
    try (LiveNetwork live = liveOnImages()) {
      FeatureExtractor extractor = Uses.extractor(live, pictures, ExtractionOptions.defaults());
      Path entry;
      try (var set = store.get(extractor, layer(live))) {
        entry = set.directory();
      }
      cutOff(entry.resolve("features.npy"));
      store.get(extractor, layer(live)).close();
    }
  }

  private static void featuresOnFullDisk(Uses on) {
    Path pictures = SmallRun.shared().pictures();
    try (LiveNetwork live = liveOnImages()) {
      ExtractionOptions options = new ExtractionOptions(4, ExtractionListener.SILENT);
      atPoints(
          () -> Uses.extractor(live, pictures, options).extract(layer(live), on.fresh()).close());
    }
  }

  /** The last thing that can fail, when the result is already open. */
  private static void lockStays(Uses on) {
    FaultPoints.Hook hook =
        (point, path) -> {
          if (point == FaultPoints.Point.DELETE && path.toString().endsWith(".lock")) {
            throw new IOException("Permission denied");
          }
        };
    try (LiveNetwork live = liveOnImages();
        var installed = FaultPoints.install(hook)) {
      FeatureExtractor extractor =
          Uses.extractor(live, SmallRun.shared().pictures(), ExtractionOptions.defaults());
      fails(GraftException.class, () -> extractor.extract(layer(live), on.fresh()).close());
    }
  }

  private static void diverged(Uses on) {
    Training wild = TWO_PHASES.toBuilder().head(9, Optimizer.sgd(1e30, 0)).build();
    try (Backbone backbone = cut()) {
      fails(TrainingDivergedException.class, () -> on.fit(on.trainer(backbone), wild));
    }
  }

  private static void trainingListener(Uses on) {
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void phaseEnds(String phase, int kept) {
            throw new ArithmeticException("a listener's fault");
          }
        };
    try (Backbone backbone = cut()) {
      Trainer trainer = on.trainer(backbone).listeners(ExtractionListener.SILENT, listener);
      fails(ArithmeticException.class, () -> on.fit(trainer, TWO_PHASES));
    }
  }

  private static void cancelled(Uses on) {
    try (Backbone backbone = cut()) {
      Trainer trainer = Uses.cancelled(on.trainer(backbone));
      fails(RunInterruptedException.class, () -> on.fit(trainer, TWO_PHASES));
    }
  }

  private static void keptHead(Uses on) {
    try (Backbone whole = Graft.open(Uses.MODEL).whole()) {
      Trainer trainer = Trainer.keepingHead(whole).store(FeatureStore.at(on.at("store")));
      fails(UsageException.class, () -> on.fit(trainer, TWO_PHASES));
    }
  }

  private static void labels(Uses on) {
    Labels three = new Labels("labels", new int[] {0, 1, 2});
    try (Backbone backbone = cut();
        Npy rows = on.rows()) {
      Trainer trainer = on.trainer(backbone);
      fails(InvalidDataException.class, () -> trainer.fit(rows, three, TWO_PHASES).close());
    }
  }

  private static void otherSettings(Uses on) {
    Training other = TWO_PHASES.toBuilder().batchSize(3).build();
    try (Backbone backbone = cut()) {
      Trainer kept = on.trainer(backbone).checkpoints(on.fresh(), Duration.ZERO);
      fails(RunInterruptedException.class, () -> on.fit(Uses.cancelled(kept), TWO_PHASES));
      fails(UsageException.class, () -> on.fit(kept, other));
    }
  }

  private static void fitOnFullDisk(Uses on) {
    try (Backbone backbone = cut()) {
      on.fit(on.trainer(backbone), GoodUses.headOnly()); // its features are in the store then
      atPoints(
          () -> {
            Trainer kept = on.trainer(backbone).checkpoints(on.fresh(), Duration.ofHours(1));
            on.fit(kept, GoodUses.headOnly());
          });
    }
  }

  private static void occupied(Uses on) {
    fails(CannotCreateException.class, () -> SmallRun.shared().model().save(on.at("some-broken")));
  }

  private static void saveOnFullDisk(Uses on) {
    atPoints(() -> SmallRun.shared().model().save(on.fresh()));
  }

  private static void notOurs() {
    fails(InvalidModelException.class, () -> Graft.load(Uses.MODEL).close());
  }

  private static void damagedExport(Uses on) throws IOException {
    Path saved = SmallRun.shared().model().save(on.fresh());
    cutOff(saved.resolve("variables/variables.data-00000-of-00001"));
    fails(InvalidModelException.class, () -> Graft.load(saved).close());
  }

  private static void predict(Uses on) {
    ServedModel served = Graft.load(on.at("run"));
    try (served) {
      fails(InvalidDataException.class, () -> served.predict(Uses.pixels(), 3));
      fails(InvalidDataException.class, () -> served.predictBytes(List.of(new byte[] {1, 2})));
    }
    fails(IllegalStateException.class, () -> served.predict(Uses.pixels(), Uses.ROWS));
  }

  private static void otherOriginal(Uses on) {
    Path other = Path.of("src/test/resources/models/tiny-vgg-keras2");
    fails(InvalidModelException.class, () -> Graft.toKeras(on.at("run"), on.fresh(), other));
  }

  private static void returnOnFullDisk(Uses on) {
    atPoints(() -> Graft.toKeras(on.at("run"), on.fresh()));
  }

  private static void otherGradients() {
    Golden golden = Golden.read(Path.of("src/test/resources/golden/tiny-vgg-keras2-gradients.npz"));
    fails(
        AssertionError.class,
        () -> KerasAssertions.assertGradientsEqualKeras(golden, Uses.network()));
  }

  /** Fails at the first, fifth, 25th, … write, sync, rename or delete, at night at each. */
  private static void atPoints(Runnable work) {
    int failed = 0;
    int number = 1;
    while (FailingPoints.attempt(number, Mode.ONCE, work).failed()) {
      failed++;
      number = Promises.size(5 * number, number + 1);
    }
    assertTrue(failed > 1, "failed " + failed + " times");
  }

  private static void cutOff(Path file) throws IOException {
    try (var channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() / 8);
    }
  }
}
