package org.kerasgraft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kerasgraft.junit.GraphAssertions.assertExactlyChanged;
import static org.kerasgraft.junit.GraphAssertions.assertUnchanged;
import static org.kerasgraft.junit.GraphAssertions.assertValuesEqual;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.data.ImageFolder;
import org.kerasgraft.data.ImageSet;
import org.kerasgraft.data.Labels;
import org.kerasgraft.data.Npy;
import org.kerasgraft.data.NpyWriter;
import org.kerasgraft.data.RowSource;
import org.kerasgraft.data.pictures.PictureClass;
import org.kerasgraft.data.pictures.PictureFamily;
import org.kerasgraft.data.pictures.Pictures;
import org.kerasgraft.error.CannotCreateException;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.export.ServedModel;
import org.kerasgraft.features.ExtractionListener;
import org.kerasgraft.features.FeatureStore;
import org.kerasgraft.head.Activation;
import org.kerasgraft.head.Head;
import org.kerasgraft.junit.Snapshot;
import org.kerasgraft.junit.Tolerance;
import org.kerasgraft.junit.Values;
import org.kerasgraft.savedmodel.VariableSpec;
import org.kerasgraft.train.Optimizer;
import org.kerasgraft.train.Training;
import org.kerasgraft.train.TrainingListener;
import org.kerasgraft.train.Variables;
import org.tensorflow.ndarray.Shape;

/** The whole way through the facade, on a genuine Keras export and generated pictures. */
class GraftTest {

  private static final Path MODEL = Path.of("src/test/resources/models/tiny-vgg-keras3");
  private static final Head HEAD =
      Head.builder().flatten().dense(8, Activation.RELU).dropout(0.5f).classes(2).build();
  private static final Training SHORT =
      Training.builder()
          .head(2, Optimizer.rmsProp(1e-3))
          .fineTune(2, Optimizer.sgd(1e-3, 0.9))
          .build();

  @TempDir static Path folder;
  private static ImageSet images;

  @BeforeAll
  static void drawPictures() {
    List<PictureClass> two = PictureFamily.TARGET.classes().subList(0, 2);
    Pictures.writeClassFolders(folder.resolve("pictures"), two, 10, 1);
    images = ImageFolder.open(folder.resolve("pictures"));
  }

  private static Trainer trainer(Backbone backbone) {
    return Trainer.of(backbone, HEAD)
        .trainable(Variables.headAnd("block5_*"))
        .validationSplit(0.2, 7)
        .store(FeatureStore.at(folder.resolve("store")));
  }

  @Test
  void frozenWeightsStayBitForBitAndChosenOnesAllChange() {
    try (Backbone backbone = Graft.open(MODEL).cutAfter("block5_pool");
        TrainedModel model = trainer(backbone).fit(images, SHORT)) {
      Snapshot before = Snapshot.read(MODEL);
      assertExactlyChanged(
          List.of("block5_*", "head/*"), before.without("fc?", "predictions"), snapshot(model));
      assertEquals(10, model.selection().chosen().size());
    }
  }

  private static Snapshot snapshot(TrainedModel model) {
    return Snapshot.of(model.network());
  }

  @Test
  void theSameSeedGivesTheSameWeightsBitForBit() {
    assertUnchanged(weights(SHORT), weights(SHORT));
  }

  @Test
  void anotherSeedGivesOtherWeights() {
    assertExactlyChanged(
        List.of("block5_*", "head/*"), weights(SHORT), weights(SHORT.toBuilder().seed(5).build()));
  }

  private static Snapshot weights(Training training) {
    try (Backbone backbone = Graft.open(MODEL).cutAfter("block5_pool");
        TrainedModel model = trainer(backbone).fit(images, training)) {
      return snapshot(model);
    }
  }

  @Test
  void aSavedModelPredictsAsTheLiveOne() {
    Path saved = folder.resolve("saved");
    float[] picture = new float[2 * 32 * 32 * 3];
    for (int i = 0; i < picture.length; i++) {
      picture[i] = i * 31 % 256;
    }
    try (Backbone backbone = Graft.open(MODEL).cutAfter("block5_pool");
        TrainedModel model = trainer(backbone).fit(images, SHORT)) {
      model.save(saved);
      assertThrows(CannotCreateException.class, () -> model.save(saved));
      try (ServedModel served = Graft.load(saved)) {
        assertEquals(images.classes(), served.labels());
        float[][] there = served.predict(picture, 2);
        var here = model.predict(RowSource.of(picture, Shape.of(32, 32, 3)));
        assertValuesEqual(
            Values.of(new float[][] {here.probabilities(0), here.probabilities(1)}),
            Values.of(there),
            Tolerance.SAME_GRAPH);
      }
      assertTrue(model.report().contains("Accuracy"), model.report());
    }
  }

  @Test
  void aKeptHeadIsTrainedOnFromTheModelsOwnWeights() throws Exception {
    Path three = folder.resolve("three");
    Pictures.writeClassFolders(three, PictureFamily.TARGET.classes().subList(0, 3), 4, 2);
    try (Backbone whole = Graft.open(MODEL).whole();
        TrainedModel model =
            Trainer.keepingHead(whole)
                .trainable(Variables.layers("predictions"))
                .store(FeatureStore.at(folder.resolve("store")))
                .fit(
                    ImageFolder.open(three),
                    Training.builder().fineTune(1, Optimizer.sgd(1e-2)).build())) {
      assertEquals(
          List.of("predictions/kernel", "predictions/bias"),
          model.selection().chosen().stream().map(VariableSpec::name).toList());
      assertEquals(1, model.history().epochs().size());
      assertEquals("training", model.judgement().rows());
    }
    try (Stream<Path> left = Files.list(MODEL)) {
      assertTrue(left.noneMatch(p -> p.getFileName().toString().contains("tmp")));
    }
  }

  @Test
  void trainingFromScratchLeavesNoFeaturesInTheStore() {
    Path store = folder.resolve("scratch-store");
    Training whole = SHORT.toBuilder().head(0, Optimizer.rmsProp(1e-3)).build();
    try (Backbone backbone = Graft.open(MODEL).cutAfter("block5_pool")) {
      Trainer here = trainer(backbone).store(FeatureStore.at(store));
      try (TrainedModel scratch = here.fromScratch().fit(images, whole)) {
        assertEquals(30, scratch.selection().chosen().size());
      }
      try (TrainedModel after = here.fit(images, SHORT)) {
        assertUnchanged(weights(SHORT), snapshot(after));
      }
      assertThrows(IllegalStateException.class, () -> here.fromScratch().fit(images, SHORT));
    }
  }

  @Test
  void labelsOfOneClassAreRefusedWhateverItsNumber() {
    Path array = folder.resolve("one-class.npy");
    try (NpyWriter writer = NpyWriter.create(array, Shape.of(32, 32, 3))) {
      writer.append(new float[32 * 32 * 3], 0);
      writer.append(new float[32 * 32 * 3], 0);
    }
    try (Backbone backbone = Graft.open(MODEL).cutAfter("block5_pool");
        Npy rows = Npy.open(array)) {
      Labels labels = new Labels("labels.npy", new int[] {1, 1});
      Trainer trainer = Trainer.of(backbone, HEAD).store(FeatureStore.at(folder.resolve("store")));
      var refused =
          assertThrows(InvalidDataException.class, () -> trainer.fit(rows, labels, SHORT));
      assertTrue(refused.getMessage().contains("one class only"), refused.getMessage());
    }
  }

  @Test
  void classesThatNoRowIsOfAreWarnedOf() {
    Path array = folder.resolve("gap.npy");
    try (NpyWriter writer = NpyWriter.create(array, Shape.of(32, 32, 3))) {
      writer.append(new float[32 * 32 * 3], 0);
      writer.append(new float[32 * 32 * 3], 0);
    }
    List<String> warnings = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void warning(String text) {
            warnings.add(text);
          }
        };
    try (Backbone backbone = Graft.open(MODEL).cutAfter("block5_pool");
        Npy rows = Npy.open(array);
        TrainedModel model =
            Trainer.of(backbone, Head.builder().flatten().classes(5).build())
                .store(FeatureStore.at(folder.resolve("store")))
                .listeners(ExtractionListener.SILENT, listener)
                .fit(rows, new Labels("labels.npy", new int[] {0, 4}), SHORT)) {
      assertEquals(5, model.judgement().evaluation().perClass().size());
    }
    assertEquals(1, warnings.size());
    assertTrue(warnings.get(0).contains("rows of 2 of its 5 classes"), warnings.get(0));
  }

  @Test
  void oneHashNamesTheSourceModelEverywhere() {
    try (Backbone backbone = Graft.open(MODEL).cutAfter("block5_pool");
        TrainedModel model = trainer(backbone).fit(images, SHORT)) {
      assertEquals(
          model.record().inputs().get("model"), model.provenance().surgery().source().sha256());
      assertEquals(images.count(), model.record().index().training().size());
    }
  }

  @Test
  void aSplitThatLeavesNoValidationFailsBeforeFeaturesAreComputed() {
    Path store = folder.resolve("split-store");
    try (Backbone backbone = Graft.open(MODEL).cutAfter("block5_pool")) {
      Trainer split = trainer(backbone).store(FeatureStore.at(store)).validationSplit(1e-3, 7);
      assertThrows(UsageException.class, () -> split.fit(images, SHORT));
      assertFalse(Files.exists(store));
    }
  }

  @Test
  void anUnknownLayerFailsWhenItIsChosenNotWhenItIsTrained() {
    try (Backbone backbone = Graft.open(MODEL).cutAfter("block5_pool")) {
      Trainer trainer = Trainer.of(backbone, HEAD);
      UnknownNameException refused =
          assertThrows(
              UnknownNameException.class, () -> trainer.trainable(Variables.headAnd("block6_*")));
      assertTrue(refused.explain().contains("block6_*"), refused.explain());
    }
  }
}
