package org.kerasgraft.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.backbone.TinyNetwork;
import org.kerasgraft.data.LabelledRows;
import org.kerasgraft.data.Labels;
import org.kerasgraft.data.RowSource;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.error.TrainingDivergedException;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.graph.Network;
import org.kerasgraft.head.BuiltHead;
import org.kerasgraft.head.Head;
import org.kerasgraft.head.KeptHead;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.ndarray.Shape;

class TwoPhaseTrainingTest {

  private static final String HEAD =
      "flatten, dense(8, relu), dropout(0.25), dense(classes, sigmoid)";
  private static final Training SHORT =
      Training.builder()
          .head(2, Optimizer.adam(1e-2))
          .fineTune(2, Optimizer.sgd(1e-2, 0.9))
          .batchSize(4)
          .seed(3)
          .keep(Keep.LAST)
          .build();

  @TempDir private Path directory;

  /** Bright and dark pictures; the last two of ten are for validation where wanted. */
  private final TinyRows pictures = new TinyRows(10, 8 * 8 * 3, 17);

  private record Result(
      TrainedNetwork trained, Map<String, float[]> before, Map<String, float[]> after) {}

  private Result train(Network network, Variables variables, Training training) {
    try (LiveNetwork live = LiveNetwork.open(network, RuntimeOptions.defaults())) {
      BuiltHead head =
          Head.parse(HEAD)
              .withClasses(2)
              .build(live, Gradients.outputOf(network), training.batches().seed());
      head.initialize(live.session());
      List<VariableSpec> all = variables.resolve(network, head.variables()).all();
      Map<String, float[]> before = new Weights(live, head).read(all);
      TrainedNetwork trained =
          new TwoPhaseTraining(live, head, variables, training)
              .run(new TinyFeatures(live, pictures, 2), TrainingListener.SILENT);
      return new Result(trained, before, trained.values(all));
    }
  }

  private static final List<String> MOVING =
      List.of(
          "block2_conv1/kernel",
          "block2_conv1/bias",
          "head/dense/kernel",
          "head/dense/bias",
          "head/dense_1/kernel",
          "head/dense_1/bias");

  @Test
  void frozenWeightsStayBitIdenticalAndEveryChosenOneChanges() {
    Result result = train(TinyNetwork.twoBlocks(directory), Variables.headAnd("block2_*"), SHORT);
    assertEquals(8, result.before().size());
    result
        .before()
        .forEach(
            (name, before) ->
                assertEquals(
                    MOVING.contains(name), !Arrays.equals(before, result.after().get(name)), name));
  }

  @Test
  void theHeadPhaseLeavesTheWholeBackboneAlone() {
    Training headOnly = SHORT.toBuilder().fineTune(0, Optimizer.sgd(1)).build();
    Result result =
        train(TinyNetwork.twoBlocks(directory), Variables.headAnd("block2_*"), headOnly);
    result
        .before()
        .forEach(
            (name, before) ->
                assertEquals(
                    name.startsWith("head/"),
                    !Arrays.equals(before, result.after().get(name)),
                    name));
    assertEquals(List.of(), result.trained().selection().backbone());
  }

  @Test
  void movingStatisticsStayBitIdenticalWhenTheirLayerTrains() {
    try (TinyNetwork tiny = new TinyNetwork(directory, 7, 8, 8, 3)) {
      Network network =
          tiny.conv("conv1", 4).batchNorm("bn").pool("pool").conv("conv2", 3).pool("pool2").cut();
      Result result = train(network, Variables.all(), SHORT);
      for (String name : result.before().keySet()) {
        assertEquals(
            !name.startsWith("bn/moving"),
            !Arrays.equals(result.before().get(name), result.after().get(name)),
            name);
      }
    }
  }

  @Test
  void theSameSeedGivesTheSameBitsAndAnotherSeedOthers() {
    Network network = TinyNetwork.twoBlocks(directory);
    Variables block = Variables.headAnd("block2_*");
    Result first = train(network, block, SHORT);
    Result again = train(network, block, SHORT);
    Result other = train(network, block, SHORT.toBuilder().seed(4).build());
    assertEquals(losses(first), losses(again));
    for (String name : MOVING) {
      assertArrayEquals(first.after().get(name), again.after().get(name), name);
      assertFalse(Arrays.equals(first.after().get(name), other.after().get(name)), name);
    }
  }

  private static List<Double> losses(Result result) {
    return result.trained().history().epochs().stream().map(e -> e.training().loss()).toList();
  }

  @Test
  void adamGivesOneResultInTwelveRuns() {
    Network network = TinyNetwork.twoBlocks(directory);
    Training adam = SHORT.toBuilder().fineTune(3, Optimizer.adam(1e-2)).build();
    float[] first = train(network, Variables.headAnd("block2_*"), adam).after().get(MOVING.get(0));
    for (int i = 1; i < 12; i++) {
      float[] again =
          train(network, Variables.headAnd("block2_*"), adam).after().get(MOVING.get(0));
      assertArrayEquals(first, again);
    }
  }

  @Test
  void trainingFromTheFrontierIsTrainingFromTheInput() {
    Network network = TinyNetwork.twoBlocks(directory);
    List<List<Double>> losses = new ArrayList<>();
    for (String fedAt : List.of("images:0", "block1_pool/MaxPool:0")) {
      try (LiveNetwork live = LiveNetwork.open(network, RuntimeOptions.defaults())) {
        BuiltHead head =
            Head.parse(HEAD).withClasses(2).build(live, Gradients.outputOf(network), 3);
        head.initialize(live.session());
        LossGraph loss = LossGraph.build(live.ops(), head, SHORT.regularisation());
        Selection block = Variables.headAnd("block2_*").resolve(network, head.variables());
        Phase phase = new Phase(Phase.FINE_TUNE, block, fedAt, 3, Optimizer.sgd(1e-2, 0.9));
        PhaseRunner runner = new PhaseRunner(live, head, loss, phase, SHORT);
        TinyFeatures features = new TinyFeatures(live, pictures, 2);
        History history =
            runner.run(
                features.at(fedAt, ImageSubset.TRAINING).orElseThrow(),
                features.at(fedAt, ImageSubset.VALIDATION),
                TrainingListener.SILENT);
        losses.add(
            history.epochs().stream()
                .flatMap(e -> java.util.stream.Stream.of(e.training(), e.validation().get()))
                .map(History.Score::loss)
                .toList());
      }
    }
    assertEquals(6, losses.get(0).size());
    for (int i = 0; i < 6; i++) {
      assertEquals(losses.get(0).get(i), losses.get(1).get(i), 1e-6);
    }
  }

  @Test
  void phasesRunInOrderAtTheirTensors() {
    Recorder recorder = new Recorder();
    Training training = SHORT.toBuilder().batchSize(3).build();
    try (LiveNetwork live =
        LiveNetwork.open(TinyNetwork.twoBlocks(directory), RuntimeOptions.defaults())) {
      BuiltHead head = Head.parse(HEAD).withClasses(2).build(live, "block2_pool/MaxPool:0", 3);
      TrainedNetwork trained =
          new TwoPhaseTraining(live, head, Variables.lastConvBlock(), training)
              .run(new TinyFeatures(live, pictures, 2), recorder);
      assertEquals(
          List.of(
              "begin head at block2_pool/MaxPool:0, 2 x 3",
              "epoch head 1",
              "epoch head 2",
              "end head 2",
              "begin fine-tune at block1_pool/MaxPool:0, 2 x 3",
              "epoch fine-tune 1",
              "epoch fine-tune 2",
              "end fine-tune 2"),
          recorder.events);
      assertEquals(12, recorder.batches);
      assertEquals(4, trained.history().epochs().size());
      assertEquals(2, trained.history().of(Phase.HEAD).size());
      assertEquals(1e-2, trained.history().epochs().get(3).learningRate());
      assertTrue(trained.history().epochs().get(3).validation().isPresent());
    }
  }

  @Test
  void trainingLearns() {
    Training longer =
        SHORT.toBuilder()
            .head(30, Optimizer.adam(1e-2))
            .fineTune(10, Optimizer.sgd(1e-3, 0.9))
            .build();
    List<Double> losses =
        losses(train(TinyNetwork.twoBlocks(directory), Variables.lastConvBlock(), longer));
    assertTrue(
        losses.get(39) < 0.5 * losses.get(0), "loss " + losses.get(0) + " → " + losses.get(39));
  }

  @Test
  void theBestEpochsWeightsComeBackAsTheyWere() {
    Network network = TinyNetwork.twoBlocks(directory);
    Training best =
        SHORT.toBuilder()
            .keep(Keep.BEST)
            .head(12, Optimizer.sgd(0.3, 0.9))
            .fineTune(0, Optimizer.sgd(1))
            .build();
    try (LiveNetwork live = LiveNetwork.open(network, RuntimeOptions.defaults())) {
      BuiltHead head = Head.parse(HEAD).withClasses(2).build(live, Gradients.outputOf(network), 3);
      Recorder recorder = new Recorder();
      TinyFeatures features = new TinyFeatures(live, pictures, 4);
      TrainedNetwork trained =
          new TwoPhaseTraining(live, head, Variables.head(), best).run(features, recorder);
      List<History.Epoch> epochs = trained.history().epochs();
      int lowest = 0;
      for (int i = 0; i < epochs.size(); i++) {
        if (loss(epochs.get(i)) < loss(epochs.get(lowest))) {
          lowest = i;
        }
      }
      assertTrue(lowest < 11, "the last epoch is the best: nothing had to come back");
      assertEquals(lowest + 1, recorder.keptEpoch);
      Evaluation evaluation =
          trained.evaluate(
              "block2_pool/MaxPool:0",
              features.at("block2_pool/MaxPool:0", ImageSubset.VALIDATION).orElseThrow(),
              List.of("dark", "bright"),
              3);
      assertEquals(loss(epochs.get(lowest)), evaluation.loss(), 1e-6);
    }
  }

  private static double loss(History.Epoch epoch) {
    return epoch.validation().orElseThrow().loss();
  }

  @Test
  void aKeptHeadTrainsInOnePhase() {
    try (TinyNetwork tiny = new TinyNetwork(directory, 5, 8, 8, 3)) {
      Network network =
          tiny.conv("conv1", 4)
              .pool("pool1")
              .conv("conv2", 4)
              .pool("pool2")
              .flatten("flatten")
              .dense("predictions", 2, "softmax")
              .whole();
      try (LiveNetwork live = LiveNetwork.open(network, RuntimeOptions.defaults())) {
        BuiltHead head = KeptHead.find(network).build(live);
        Recorder recorder = new Recorder();
        List<VariableSpec> all = List.copyOf(network.graph().variables().values());
        Map<String, float[]> before = live.values(all);
        TrainedNetwork trained =
            new TwoPhaseTraining(live, head, Variables.fromLastConvBlock(), SHORT)
                .run(new TinyFeatures(live, pictures, 0), recorder);
        assertEquals("begin fine-tune at pool1/MaxPool:0, 2 x 3", recorder.events.get(0));
        assertEquals(List.of(), recorder.warnings);
        Map<String, float[]> after = trained.values(all);
        assertArrayEquals(before.get("conv1/kernel"), after.get("conv1/kernel"));
        assertFalse(Arrays.equals(before.get("conv2/kernel"), after.get("conv2/kernel")));
        assertFalse(Arrays.equals(before.get("predictions/bias"), after.get("predictions/bias")));
        Training none = SHORT.toBuilder().fineTune(0, Optimizer.sgd(1)).build();
        assertThrows(
            UsageException.class,
            () ->
                new TwoPhaseTraining(live, head, Variables.fromLastConvBlock(), none)
                    .run(new TinyFeatures(live, pictures, 0), recorder));
      }
    }
  }

  @Test
  void fineTuningAnUntrainedHeadIsWarnedOf() {
    Training cold = SHORT.toBuilder().head(0, Optimizer.sgd(1)).build();
    try (LiveNetwork live =
        LiveNetwork.open(TinyNetwork.twoBlocks(directory), RuntimeOptions.defaults())) {
      BuiltHead head = Head.parse(HEAD).withClasses(2).build(live, "block2_pool/MaxPool:0", 3);
      Recorder recorder = new Recorder();
      new TwoPhaseTraining(live, head, Variables.lastConvBlock(), cold)
          .run(new TinyFeatures(live, pictures, 0), recorder);
      assertEquals(1, recorder.warnings.size());
      assertTrue(recorder.warnings.get(0).contains("head"), recorder.warnings.get(0));
    }
  }

  @Test
  void divergenceStopsAtOnceWithItsPlace() {
    Training hot = SHORT.toBuilder().head(50, Optimizer.sgd(1e30)).build();
    TrainingDivergedException e =
        assertThrows(
            TrainingDivergedException.class,
            () -> train(TinyNetwork.twoBlocks(directory), Variables.head(), hot));
    assertEquals(Phase.HEAD, e.phase());
    assertFalse(Double.isFinite(e.loss()));
    assertTrue(e.epoch() <= 2, "epoch " + e.epoch());
  }

  @Test
  void faultsOfTheSecondPhaseShowBeforeTheFirstStep() {
    try (TinyNetwork tiny = new TinyNetwork(directory, 5, 8, 8, 3)) {
      Network network = tiny.conv("conv1", 4).rint("rounding").conv("conv2", 4).pool("end").cut();
      try (LiveNetwork live = LiveNetwork.open(network, RuntimeOptions.defaults())) {
        BuiltHead head = Head.parse(HEAD).withClasses(2).build(live, "end/MaxPool:0", 3);
        Recorder recorder = new Recorder();
        TinyFeatures features = new TinyFeatures(live, pictures, 0);
        assertThrows(
            ModelRefusedException.class,
            () ->
                new TwoPhaseTraining(live, head, Variables.headAnd("conv1"), SHORT)
                    .run(features, recorder));
        assertThrows(
            UnknownNameException.class,
            () ->
                new TwoPhaseTraining(live, head, Variables.headAnd("conv9"), SHORT)
                    .run(features, recorder));
        assertEquals(List.of(), recorder.events);
      }
    }
  }

  @Test
  void rowsThatDoNotFitAreRefused() {
    try (LiveNetwork live =
        LiveNetwork.open(TinyNetwork.twoBlocks(directory), RuntimeOptions.defaults())) {
      BuiltHead head = Head.parse(HEAD).withClasses(2).build(live, "block2_pool/MaxPool:0", 3);
      TwoPhaseTraining training = new TwoPhaseTraining(live, head, Variables.head(), SHORT);
      LabelledRows flat = rows(Shape.of(24), 0, 1);
      LabelledRows beyond = rows(Shape.of(2, 2, 6), 0, 2);
      LabelledRows none =
          new LabelledRows(
              RowSource.of(new float[0], Shape.of(2, 2, 6)), new Labels("none", new int[0]));
      for (LabelledRows bad : List.of(flat, beyond, none)) {
        assertThrows(
            InvalidDataException.class,
            () ->
                training.run(
                    (tensor, which) ->
                        which == ImageSubset.TRAINING ? Optional.of(bad) : Optional.empty(),
                    TrainingListener.SILENT));
      }
    }
  }

  private static LabelledRows rows(Shape shape, int... labels) {
    return new LabelledRows(
        RowSource.of(new float[24 * labels.length], shape), new Labels("rows", labels));
  }
}
