package org.kerasgraft.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kerasgraft.junit.GraphAssertions.assertExactlyChanged;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kerasgraft.backbone.TinyNetwork;
import org.kerasgraft.data.LabelledRows;
import org.kerasgraft.data.Sha256;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.RunInterruptedException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.graph.Network;
import org.kerasgraft.promises.Promises;
import org.kerasgraft.train.StoppableTraining.Outcome;
import org.tensorflow.types.TFloat16;

/** A training that is stopped after any batch goes on to the bits of one that was not. */
class InterruptedTrainingTest {

  /** Both phases: 2 epochs of 3 steps and 1 validation batch. */
  private static final int BATCHES = 2 * 2 * (3 + 1);

  /** In every build every fifth batch, each training others; nightly every batch of each. */
  private static final int STRIDE = Promises.size(5, 1);

  @TempDir private Path directory;

  private static Stream<Arguments> trainings() {
    Training.Builder base = TinyTraining.SHORT.toBuilder().batchSize(3).keep(Keep.BEST);
    Optimizer adam = Optimizer.adam(1e-2);
    Optimizer momentum = new Optimizer.Sgd(1e-1, 0.9, true);
    Optimizer rmsProp = new Optimizer.RmsProp(1e-3, 0.8, 0.5, 1e-7);
    return Stream.of(
        Arguments.of("Adam", base.head(2, adam).fineTune(2, adam).build(), 0),
        Arguments.of("SGD", base.head(2, momentum).fineTune(2, momentum).build(), 1),
        Arguments.of("RMSprop", base.head(2, rmsProp).fineTune(2, rmsProp).build(), 2));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("trainings")
  void stoppedAgainAndAgainItEndsWithTheSameBits(String name, Training training, int offset)
      throws IOException {
    StoppableTraining stoppable =
        new StoppableTraining(
            TinyNetwork.twoBlocks(directory), Variables.lastConvBlock(), training);
    int stops = checkPieces(stoppable, offset);
    Promises.of(2)
        .tried("stops within one process, " + name, stops)
        .holds("weights, optimizer slots and figures bit-equal to an undisturbed run's");
  }

  @Test
  void theLossScaleOfHalfPrecisionGoesOnToo() throws IOException {
    Training training =
        TinyTraining.SHORT.toBuilder().batchSize(3).fineTune(2, Optimizer.adam(1e-2)).build();
    try (TinyNetwork tiny = new TinyNetwork(directory, 7, 8, 8, 3)) {
      Network network =
          tiny.conv("conv", 4)
              .rescaled("scaled", TFloat16.class, 0x1p-14f, 0x1p14f)
              .pool("pool")
              .cut();
      StoppableTraining stoppable = new StoppableTraining(network, Variables.all(), training);
      int stops = checkPieces(stoppable, 3);
      Promises.of(2)
          .tried("stops within one process, float16", stops)
          .holds("loss scale, weights and slots bit-equal to an undisturbed run's");
    }
  }

  /** Stops after some of all batches, in as many runs; returns how often. */
  private int checkPieces(StoppableTraining stoppable, int offset) throws IOException {
    Path whole = directory.resolve("whole");
    Outcome undisturbed = stoppable.keptIn(whole);
    Path pieces = directory.resolve("pieces");
    AtomicInteger done = new AtomicInteger(offset);
    BooleanSupplier everyNth = () -> done.incrementAndGet() % STRIDE == 0;
    int stops = 0;
    Optional<Outcome> ended = Optional.empty();
    while (ended.isEmpty()) {
      try {
        ended = Optional.of(stoppable.keptIn(pieces, everyNth));
      } catch (RunInterruptedException e) {
        stops++;
      }
    }
    assertEquals((BATCHES + offset) / STRIDE - offset / STRIDE, stops);
    assertSame(undisturbed, ended.get());
    assertEquals(arrays(whole), arrays(pieces));
    return stops;
  }

  @Test
  void keepingTheStateChangesNothingAndAFinishedOneIsTakenUpAsItIs() {
    Training training = TinyTraining.SHORT;
    StoppableTraining stoppable =
        new StoppableTraining(
            TinyNetwork.twoBlocks(directory), Variables.lastConvBlock(), training);
    Outcome undisturbed = stoppable.undisturbed();
    Path folder = directory.resolve("kept");
    assertSame(undisturbed, stoppable.keptIn(folder));
    assertSame(undisturbed, stoppable.keptIn(folder, () -> true));
  }

  @Test
  void noStepIsTakenTwiceAndNoneIsLeftOut() {
    Training training = TinyTraining.SHORT.toBuilder().batchSize(3).build();
    StoppableTraining stoppable =
        new StoppableTraining(
            TinyNetwork.twoBlocks(directory), Variables.lastConvBlock(), training);
    Recorder whole = new Recorder();
    stoppable.run(Interruptions.NONE, whole);
    Recorder pieces = new Recorder();
    AtomicInteger done = new AtomicInteger();
    Interruptions everyFifth =
        new Interruptions(
            () -> done.incrementAndGet() % 5 == 0,
            Optional.of(
                StoppableTraining.keeping(
                    directory.resolve("kept"), Duration.ofDays(1), training)));
    for (int i = 0; i < BATCHES / 5; i++) {
      assertThrows(RunInterruptedException.class, () -> stoppable.run(everyFifth, pieces));
    }
    stoppable.run(everyFifth, pieces);
    assertEquals(BATCHES, done.get());
    assertEquals(whole.batches, pieces.batches);
  }

  @Test
  void anotherTrainingIsRefusedByTheFirstThingThatDiffers() {
    Network network = TinyNetwork.twoBlocks(directory);
    Path folder = directory.resolve("kept");
    Training training = TinyTraining.SHORT;
    StoppableTraining one = new StoppableTraining(network, Variables.lastConvBlock(), training);
    assertThrows(RunInterruptedException.class, () -> one.keptIn(folder, () -> true));

    assertRefused(
        one(network, training.toBuilder().seed(4).build()), folder, "seed '3', this one '4'");
    assertRefused(
        one(network, training.toBuilder().head(2, Optimizer.adam(1e-3)).build()),
        folder,
        "head optimizer 'Adam, learning rate 0.01,");
    assertRefused(
        new StoppableTraining(network, Variables.headAnd("block2_*", "block1_*"), training),
        folder,
        "trained variables '[block2_conv1/kernel");
    Interruptions other =
        new Interruptions(
            () -> false, Optional.of(StoppableTraining.keeping(folder, Duration.ZERO, training)));
    InvalidDataException changed =
        assertThrows(
            InvalidDataException.class,
            () -> one.run(other, TrainingListener.SILENT, f -> named(f, "other rows")));
    assertTrue(changed.getMessage().contains("the rows changed"), changed.getMessage());
    one.keptIn(folder); // nothing was touched
  }

  private static StoppableTraining one(Network network, Training training) {
    return new StoppableTraining(network, Variables.lastConvBlock(), training);
  }

  private static FeatureProvider named(FeatureProvider rows, String name) {
    return new FeatureProvider() {
      @Override
      public Optional<LabelledRows> at(String tensor, ImageSubset which) {
        return rows.at(tensor, which);
      }

      @Override
      public Identity identity() {
        return Identity.NONE.and(Identity.Part.content("the rows", name));
      }
    };
  }

  private static void assertRefused(StoppableTraining other, Path folder, String difference) {
    UsageException error = assertThrows(UsageException.class, () -> other.keptIn(folder));
    assertTrue(error.getMessage().contains(difference), error.getMessage());
  }

  private static void assertSame(Outcome expected, Outcome actual) {
    assertExactlyChanged(List.of(), expected.weights(), actual.weights());
    assertEquals(timeless(expected.history()), timeless(actual.history()));
  }

  /** All figures to the bit, but the time taken. */
  private static List<History.Epoch> timeless(History history) {
    return history.epochs().stream()
        .map(
            e ->
                new History.Epoch(
                    e.phase(), e.epoch(), e.training(), e.validation(), e.learningRate(), 0))
        .toList();
  }

  /** The hashes of the weights, slots and best weights of the newest checkpoint. */
  private static Map<String, String> arrays(Path folder) throws IOException {
    Map<String, String> hashes = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".npy")).toList()) {
        hashes.put(file.getFileName().toString(), Sha256.of(file));
      }
    }
    assertTrue(hashes.containsKey("weight-0.npy"), hashes.toString());
    return hashes;
  }
}
