package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.kerasgraft.promises.Uses.TWO_PHASES;
import static org.kerasgraft.promises.Uses.cut;
import static org.kerasgraft.promises.Uses.layer;
import static org.kerasgraft.promises.Uses.live;
import static org.kerasgraft.promises.Uses.liveOnImages;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.kerasgraft.Backbone;
import org.kerasgraft.Graft;
import org.kerasgraft.TrainedModel;
import org.kerasgraft.Trainer;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.data.ImageDecoder;
import org.kerasgraft.data.ImageSize;
import org.kerasgraft.data.Labels;
import org.kerasgraft.data.Npy;
import org.kerasgraft.data.RowSource;
import org.kerasgraft.error.RunInterruptedException;
import org.kerasgraft.export.SavedModelExport;
import org.kerasgraft.export.ServedModel;
import org.kerasgraft.export.TrainedExample;
import org.kerasgraft.features.ExtractionListener;
import org.kerasgraft.features.ExtractionOptions;
import org.kerasgraft.features.FeatureExtractor;
import org.kerasgraft.features.FeatureSet;
import org.kerasgraft.features.FeatureStore;
import org.kerasgraft.graph.Network;
import org.kerasgraft.internal.Cancellation;
import org.kerasgraft.junit.Golden;
import org.kerasgraft.junit.GraphAssertions;
import org.kerasgraft.junit.KerasAssertions;
import org.kerasgraft.junit.Snapshot;
import org.kerasgraft.promises.Uses.Use;
import org.kerasgraft.savedmodel.SavedModelReader;
import org.kerasgraft.savedmodel.VariableSpec;
import org.kerasgraft.train.Optimizer;
import org.kerasgraft.train.Training;
import org.kerasgraft.train.Variables;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;

/** The library's uses that own native things, each as its Javadoc says to close them. */
final class GoodUses {

  private static final Path GOLDENS = Path.of("src/test/resources/golden");

  private GoodUses() {}

  static List<Use> all() {
    return List.of(
        new Use("open and cut", on -> cut().close()),
        new Use("variables read and written", on -> variables()),
        new Use("images decoded", GoodUses::decode),
        new Use("features of images, the user's store", GoodUses::features),
        new Use("features, store miss, then hit", GoodUses::store),
        new Use("features of an array", GoodUses::array),
        new Use("features of named arrays", GoodUses::named),
        new Use("features cancelled, then resumed", GoodUses::resumedFeatures),
        new Use("features watched by a process, copied", GoodUses::watched),
        new Use("fit, head only", on -> fit(on, headOnly())),
        new Use("fit, two phases from features", on -> fit(on, TWO_PHASES)),
        new Use("fit, chosen layers and a split", GoodUses::split),
        new Use("fit, whole network from scratch", GoodUses::scratch),
        new Use("fit, head kept", GoodUses::keptHead),
        new Use("fit on an array", GoodUses::fitArray),
        new Use("fit cancelled, then resumed from checkpoints", GoodUses::resumedFit),
        new Use("trained model predicts and reports", on -> predict()),
        new Use("trained model saved, reloaded, compared", on -> save(on.fresh())),
        new Use("run directory with its report", on -> SmallRun.shared().write(on.fresh())),
        new Use("saved model loaded, four threads predict", GoodUses::serve),
        new Use("back into Keras", on -> Graft.toKeras(on.at("run"), on.fresh())),
        new Use("kit: snapshots", on -> snapshots()),
        new Use("kit: layers and cuts against Keras", on -> layers()),
        new Use("kit: gradients against Keras", on -> gradients()),
        new Use("kit: reload against the live model", GoodUses::reload));
  }

  static Training headOnly() {
    return TWO_PHASES.toBuilder().fineTune(0, Optimizer.sgd(0.001, 0.9)).build();
  }

  private static Training fineTuneOnly() {
    return TWO_PHASES.toBuilder().head(0, Optimizer.adam(0.01)).build();
  }

  private static void fit(Uses on, Training training) {
    try (Backbone backbone = cut()) {
      on.fit(on.trainer(backbone), training);
    }
  }

  private static void variables() {
    try (LiveNetwork live = live()) {
      List<VariableSpec> two =
          live.network().graph().variables().values().stream().limit(2).toList();
      live.assign(live.values(two));
    }
  }

  private static void decode(Uses on) {
    try (ImageDecoder decoder = ImageDecoder.open(new ImageSize(32, 32))) {
      float[] pixels = new float[decoder.imageValues()];
      for (String picture : SmallRun.files(on.at("some-broken"))) {
        decoder.decode(on.at("some-broken").resolve(picture), pixels, 0);
      }
    }
  }

  private static void features(Uses on) {
    try (Backbone backbone = cut();
        FeatureSet set = backbone.features(on.images())) {
      set.read(0, new float[set.rowSize()], 0);
    }
  }

  private static void store(Uses on) {
    FeatureStore store = FeatureStore.at(on.fresh());
    try (LiveNetwork live = liveOnImages()) {
      for (int i = 0; i < 2; i++) {
        FeatureExtractor extractor =
            Uses.extractor(live, on.at("some-broken"), ExtractionOptions.defaults());
        store
            .get(extractor, List.of(layer(live), live.network().input().tensor()))
            .forEach(FeatureSet::close);
      }
    }
  }

  private static void array(Uses on) {
    try (LiveNetwork live = live();
        Npy rows = on.rows();
        FeatureSet set =
            new FeatureExtractor(live, Uses.unlabelled(rows), ExtractionOptions.defaults())
                .extract(layer(live), on.fresh())) {
      assertEquals(Uses.ROWS, set.count());
    }
  }

  private static void named(Uses on) {
    try (LiveNetwork live = live();
        Npy rows = on.rows();
        FeatureSet set =
            new FeatureExtractor(live, Uses.named(live, rows), ExtractionOptions.defaults())
                .extract(layer(live), on.fresh())) {
      assertEquals(Uses.ROWS, set.count());
    }
  }

  private static void resumedFeatures(Uses on) {
    Path out = on.fresh();
    Path pictures = SmallRun.shared().pictures();
    try (LiveNetwork live = liveOnImages()) {
      FeatureExtractor cancelled = Uses.extractor(live, pictures, Uses.cancelled());
      assertThrows(
          RunInterruptedException.class, () -> cancelled.extract(layer(live), out).close());
      ExtractionOptions same = new ExtractionOptions(4, ExtractionListener.SILENT);
      for (int i = 0; i < 2; i++) {
        Uses.extractor(live, pictures, same).resume(layer(live), out).close();
      }
    }
  }

  private static void watched(Uses on) {
    ExtractionOptions options =
        new ExtractionOptions(
            4, ExtractionListener.SILENT, new Cancellation(), Optional.of(on.fresh()));
    try (LiveNetwork live = liveOnImages();
        FeatureSet set =
            Uses.extractor(live, on.at("some-broken"), options).extract(layer(live), on.fresh())) {
      FeatureSet.open(set.copyTo(on.fresh())).close();
    }
  }

  private static void split(Uses on) {
    try (Backbone backbone = cut()) {
      Trainer trainer = on.trainer(backbone).trainable(Variables.headAnd("block5_*"));
      on.fit(trainer.validationSplit(0.25, 7), TWO_PHASES);
    }
  }

  private static void scratch(Uses on) {
    try (Backbone backbone = cut()) {
      on.fit(on.trainer(backbone).fromScratch(), fineTuneOnly());
    }
  }

  private static void keptHead(Uses on) {
    try (Backbone whole = Graft.open(Uses.MODEL).whole();
        Npy rows = on.rows();
        TrainedModel model =
            Trainer.keepingHead(whole)
                .trainable(Variables.layers("predictions"))
                .store(FeatureStore.at(on.at("store")))
                .fit(rows, new Labels("labels", new int[] {0, 1, 2, 1}), fineTuneOnly())) {
      assertEquals(1, model.history().epochs().size());
    }
  }

  private static void fitArray(Uses on) {
    try (Backbone backbone = cut();
        Npy rows = on.rows();
        TrainedModel model =
            on.trainer(backbone)
                .fit(rows, new Labels("labels", new int[] {0, 1, 2, 1}), TWO_PHASES)) {
      assertEquals(2, model.history().epochs().size());
    }
  }

  private static void resumedFit(Uses on) {
    try (Backbone backbone = cut()) {
      Trainer kept = on.trainer(backbone).checkpoints(on.fresh(), Duration.ZERO);
      Trainer cancelled = Uses.cancelled(kept);
      assertThrows(RunInterruptedException.class, () -> on.fit(cancelled, TWO_PHASES));
      on.fit(kept, TWO_PHASES);
      on.fit(kept, TWO_PHASES);
    }
  }

  private static void predict() {
    TrainedModel model = SmallRun.shared().model();
    model.predict(RowSource.of(Uses.pixels(), Shape.of(32, 32, 3)));
    model.report();
    model.network().values(model.selection().chosen());
  }

  private static void save(Path target) {
    SmallRun.shared().model().save(target);
  }

  private static void serve(Uses on) throws Exception {
    byte[] picture = on.picture();
    try (ServedModel served = Graft.load(on.at("run"))) {
      List<Thread> threads =
          IntStream.range(0, 4).mapToObj(i -> new Thread(() -> ask(served, picture))).toList();
      threads.forEach(Thread::start);
      for (Thread thread : threads) {
        thread.join();
      }
    }
  }

  private static void ask(ServedModel served, byte[] picture) {
    served.predict(Uses.pixels(), Uses.ROWS);
    served.predictBytes(List.of(picture, picture));
  }

  private static void snapshots() {
    try (LiveNetwork live = live()) {
      GraphAssertions.assertUnchanged(Snapshot.read(Uses.MODEL), Snapshot.of(live));
    }
    Snapshot.of(SmallRun.shared().model().network());
  }

  private static void layers() {
    Golden golden = Golden.read(GOLDENS.resolve("tiny-vgg-keras3.npz"));
    KerasAssertions.assertCutsEqualKeras(golden.only("block1_pool"), Uses.network());
    try (LiveNetwork live = live();
        Tensor fc1 = golden.output("fc1").tensor()) {
      KerasAssertions.assertLayersEqualKeras(golden, live);
      KerasAssertions.assertOutputEqualsKeras(golden, "fc1", fc1);
    }
  }

  private static void gradients() {
    KerasAssertions.assertGradientsEqualKeras(
        Golden.read(GOLDENS.resolve("tiny-vgg-keras2-gradients.npz")),
        Network.of(SavedModelReader.read(Path.of("src/test/resources/models/tiny-vgg-keras2"))));
  }

  private static void reload(Uses on) {
    try (var example = TrainedExample.images("a", "b", "c")) {
      Path saved = SavedModelExport.writeAtomically(example.spec(), on.fresh());
      GraphAssertions.assertReloadEquals(example.answers(), saved, TrainedExample.images(2));
    }
  }
}
