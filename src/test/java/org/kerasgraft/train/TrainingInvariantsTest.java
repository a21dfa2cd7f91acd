package org.kerasgraft.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kerasgraft.junit.GraphAssertions.assertExactlyChanged;
import static org.kerasgraft.junit.GraphAssertions.assertUnchanged;
import static org.kerasgraft.train.TinyTraining.PICTURES;
import static org.kerasgraft.train.TinyTraining.SHORT;
import static org.kerasgraft.train.TinyTraining.head;
import static org.kerasgraft.train.TinyTraining.run;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.backbone.TinyNetwork;
import org.kerasgraft.error.TrainingDivergedException;
import org.kerasgraft.graph.Network;
import org.kerasgraft.head.BuiltHead;
import org.kerasgraft.junit.Snapshot;
import org.kerasgraft.train.TinyTraining.Run;

/** What must hold whatever is trained: frozen bits, seeds, where rows go in. */
class TrainingInvariantsTest {

  @TempDir private Path directory;

  @Test
  void frozenWeightsStayBitIdenticalAndEveryChosenOneChanges() {
    Run run = run(TinyNetwork.twoBlocks(directory), Variables.headAnd("block2_*"), SHORT);
    assertEquals(8, run.before().names().size());
    assertExactlyChanged(List.of("block2_conv1", "head/*"), run.before(), run.after());
  }

  @Test
  void theHeadPhaseLeavesTheWholeBackboneAlone() {
    Training headOnly = SHORT.toBuilder().fineTune(0, Optimizer.sgd(1)).build();
    Run run = run(TinyNetwork.twoBlocks(directory), Variables.headAnd("block2_*"), headOnly);
    assertExactlyChanged(List.of("head/*"), run.before(), run.after());
    assertEquals(List.of(), run.selection().backbone());
  }

  @Test
  void movingStatisticsStayBitIdenticalWhenTheirLayerTrains() {
    try (TinyNetwork tiny = new TinyNetwork(directory, 7, 8, 8, 3)) {
      Network network =
          tiny.conv("conv1", 4).batchNorm("bn").pool("pool").conv("conv2", 3).pool("pool2").cut();
      Run run = run(network, Variables.all(), SHORT);
      assertUnchanged(run.before().only("bn/moving_*"), run.after());
      assertExactlyChanged(
          List.of("conv?", "bn/gamma", "bn/beta", "head/*"), run.before(), run.after());
    }
  }

  @Test
  void theSameSeedGivesTheSameBitsAndAnotherSeedOthers() {
    Network network = TinyNetwork.twoBlocks(directory);
    Variables block = Variables.headAnd("block2_*");
    Run first = run(network, block, SHORT);
    Run again = run(network, block, SHORT);
    Run other = run(network, block, SHORT.toBuilder().seed(4).build());
    assertEquals(first.losses(), again.losses());
    assertUnchanged(first.after(), again.after());
    assertExactlyChanged(List.of("block2_conv1", "head/*"), first.after(), other.after());
  }

  @Test
  void adamGivesOneResultInTwelveRuns() {
    Network network = TinyNetwork.twoBlocks(directory);
    Training adam = SHORT.toBuilder().fineTune(3, Optimizer.adam(1e-2)).build();
    Snapshot first = run(network, Variables.headAnd("block2_*"), adam).after();
    for (int i = 1; i < 12; i++) {
      assertUnchanged(first, run(network, Variables.headAnd("block2_*"), adam).after());
    }
  }

  @Test
  void trainingFromTheFrontierIsTrainingFromTheInput() {
    Network network = TinyNetwork.twoBlocks(directory);
    List<List<Double>> losses = new ArrayList<>();
    for (String fedAt : List.of("images:0", "block1_pool/MaxPool:0")) {
      try (LiveNetwork live = LiveNetwork.open(network, RuntimeOptions.defaults())) {
        BuiltHead head = head(live, 3);
        head.initialize(live.session());
        LossGraph loss = LossGraph.build(live.ops(), head, SHORT.regularisation());
        Selection block = Variables.headAnd("block2_*").resolve(network, head.variables());
        Phase phase = new Phase(Phase.FINE_TUNE, block, fedAt, 3, Optimizer.sgd(1e-2, 0.9));
        PhaseRunner runner = new PhaseRunner(live, head, loss, phase, SHORT);
        TinyFeatures features = new TinyFeatures(live, PICTURES, 2);
        History history =
            runner
                .run(
                    new PhaseRunner.Rows(
                        features.at(fedAt, ImageSubset.TRAINING).orElseThrow(),
                        features.at(fedAt, ImageSubset.VALIDATION)),
                    TrainingListener.SILENT,
                    Saving.none(),
                    Optional.empty())
                .history();
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
            () -> run(TinyNetwork.twoBlocks(directory), Variables.head(), hot));
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
        run(TinyNetwork.twoBlocks(directory), Variables.lastConvBlock(), longer).losses();
    assertTrue(
        losses.get(39) < 0.5 * losses.get(0), "loss " + losses.get(0) + " → " + losses.get(39));
  }
}
