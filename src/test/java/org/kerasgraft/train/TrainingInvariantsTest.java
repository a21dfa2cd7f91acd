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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.backbone.TinyNetwork;
import org.kerasgraft.error.TrainingDivergedException;
import org.kerasgraft.graph.Network;
import org.kerasgraft.head.BuiltHead;
import org.kerasgraft.head.Head;
import org.kerasgraft.savedmodel.VariableSpec;

/** What must hold whatever is trained: frozen bits, seeds, where rows go in. */
class TrainingInvariantsTest {

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

  private static List<Double> losses(Result result) {
    return result.trained().history().epochs().stream().map(e -> e.training().loss()).toList();
  }

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
                .flatMap(e -> Stream.of(e.training(), e.validation().get()))
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
}
