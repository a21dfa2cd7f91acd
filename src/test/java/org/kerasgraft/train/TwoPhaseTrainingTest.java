package org.kerasgraft.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kerasgraft.junit.GraphAssertions.assertExactlyChanged;
import static org.kerasgraft.train.TinyTraining.PICTURES;
import static org.kerasgraft.train.TinyTraining.SHORT;
import static org.kerasgraft.train.TinyTraining.head;

import java.nio.file.Path;
import java.util.List;
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
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.graph.Network;
import org.kerasgraft.head.BuiltHead;
import org.kerasgraft.head.KeptHead;
import org.kerasgraft.junit.Snapshot;
import org.tensorflow.ndarray.Shape;

class TwoPhaseTrainingTest {

  @TempDir private Path directory;

  @Test
  void phasesRunInOrderAtTheirTensors() {
    Recorder recorder = new Recorder();
    Training training = SHORT.toBuilder().batchSize(3).build();
    try (LiveNetwork live =
        LiveNetwork.open(TinyNetwork.twoBlocks(directory), RuntimeOptions.defaults())) {
      BuiltHead head = head(live, 3);
      TrainedNetwork trained =
          new TwoPhaseTraining(live, head, Variables.lastConvBlock(), training)
              .run(new TinyFeatures(live, PICTURES, 2), recorder);
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
  void theBestEpochsWeightsComeBackAsTheyWere() {
    Network network = TinyNetwork.twoBlocks(directory);
    Training best =
        SHORT.toBuilder()
            .keep(Keep.BEST)
            .head(12, Optimizer.sgd(0.3, 0.9))
            .fineTune(0, Optimizer.sgd(1))
            .build();
    try (LiveNetwork live = LiveNetwork.open(network, RuntimeOptions.defaults())) {
      BuiltHead head = head(live, 3);
      Recorder recorder = new Recorder();
      TinyFeatures features = new TinyFeatures(live, PICTURES, 4);
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
        Snapshot before = Snapshot.of(live);
        TrainedNetwork trained =
            new TwoPhaseTraining(live, head, Variables.fromLastConvBlock(), SHORT)
                .run(new TinyFeatures(live, PICTURES, 0), recorder);
        assertEquals("begin fine-tune at pool1/MaxPool:0, 2 x 3", recorder.events.get(0));
        assertEquals(List.of(), recorder.warnings);
        assertExactlyChanged(
            List.of("conv2", "predictions"), before, Snapshot.of(trained.network()));
        Training none = SHORT.toBuilder().fineTune(0, Optimizer.sgd(1)).build();
        assertThrows(
            UsageException.class,
            () ->
                new TwoPhaseTraining(live, head, Variables.fromLastConvBlock(), none)
                    .run(new TinyFeatures(live, PICTURES, 0), recorder));
      }
    }
  }

  @Test
  void fineTuningAnUntrainedHeadIsWarnedOf() {
    Training cold = SHORT.toBuilder().head(0, Optimizer.sgd(1)).build();
    try (LiveNetwork live =
        LiveNetwork.open(TinyNetwork.twoBlocks(directory), RuntimeOptions.defaults())) {
      BuiltHead head = head(live, 3);
      Recorder recorder = new Recorder();
      new TwoPhaseTraining(live, head, Variables.lastConvBlock(), cold)
          .run(new TinyFeatures(live, PICTURES, 0), recorder);
      assertEquals(1, recorder.warnings.size());
      assertTrue(recorder.warnings.get(0).contains("head"), recorder.warnings.get(0));
    }
  }

  @Test
  void faultsOfTheSecondPhaseShowBeforeTheFirstStep() {
    try (TinyNetwork tiny = new TinyNetwork(directory, 5, 8, 8, 3)) {
      Network network = tiny.conv("conv1", 4).rint("rounding").conv("conv2", 4).pool("end").cut();
      try (LiveNetwork live = LiveNetwork.open(network, RuntimeOptions.defaults())) {
        BuiltHead head = head(live, 3);
        Recorder recorder = new Recorder();
        TinyFeatures features = new TinyFeatures(live, PICTURES, 0);
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
      BuiltHead head = head(live, 3);
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
