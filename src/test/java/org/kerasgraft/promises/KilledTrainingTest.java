package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.promises.CommandProcess.Outcome;

/** P2: {@code kill -9} at random points of {@code graft train}, gone on with until it is done. */
class KilledTrainingTest {

  /** Each phase has 3 epochs of 6 steps and 2 validation batches; each epoch's end counts too. */
  private static final int CHECKPOINTS = 2 * 3 * (6 + 2 + 1);

  @TempDir private Path folder;

  @Test
  void killedAtAnyPointItEndsWithTheModelOfAnUndisturbedRun() throws IOException {
    int kills = Promises.size(6, 100);
    TrainingProcess training = new TrainingProcess(folder, 3, "--checkpoint-seconds", "0");
    long begin = System.nanoTime();
    Outcome undisturbed = training.start("whole").end();
    int millis = (int) ((System.nanoTime() - begin) / 1_000_000);
    assertEquals(0, undisturbed.code(), undisturbed.err());
    Map<String, String> whole = training.results("whole");
    assertTrue(
        whole.containsKey("model/1/variables/variables.data-00000-of-00001"), whole.toString());

    SplittableRandom random = new SplittableRandom(2);
    int killed = 0;
    boolean first = true;
    int withWork = 0;
    int extracting = 0;
    int rounds = 0;
    while (killed < kills) {
      String out = "out" + rounds;
      CommandProcess command = training.start(out, "--resume");
      waitForSomePoint(command, training, out, random, millis, first);
      Outcome outcome = command.kill();
      if (outcome.code() == 0) {
        assertEquals(whole, training.results(out), out);
        rounds++;
        first = true;
      } else {
        first = false;
        assertEquals(137, outcome.code(), outcome.err());
        killed++;
        withWork += training.checkpoint(out) > 0 ? 1 : 0;
        extracting += training.isExtracting(out) ? 1 : 0;
      }
    }
    Outcome last = training.start("out" + rounds, "--resume").end();
    assertEquals(0, last.code(), last.err());
    assertEquals(whole, training.results("out" + rounds));
    rounds++;
    assertEquals(rounds + 1, training.left().size(), training.left().toString());
    assertTrue(withWork > kills / 3, withWork + " of " + killed + " kills left a checkpoint");
    assertTrue(extracting > 0, "no kill fell into the extraction");
    Promises.of(2)
        .tried("kill -9 of graft train at random points, resumed until done", killed)
        .holds(
            "the same SHA-256 of the model, figures and indexes in "
                + rounds
                + " runs; "
                + withWork
                + " kills left a checkpoint, "
                + extracting
                + " half the features");
  }

  /**
   * A run's first kill comes while it extracts features; of the others one in four at any time of
   * an undisturbed run's, mostly before the first step, the rest after some more steps, so that
   * they fall within training and writing.
   */
  private static void waitForSomePoint(
      CommandProcess command,
      TrainingProcess training,
      String out,
      SplittableRandom random,
      int millis,
      boolean first) {
    if (first) {
      while (!command.endsWithin(1)
          && !training.isExtracting(out)
          && training.checkpoint(out) == 0) {
        continue;
      }
      command.endsWithin(random.nextInt(8));
      return;
    }
    if (random.nextInt(4) == 0) {
      command.endsWithin(random.nextInt(millis));
      return;
    }
    int wanted = training.checkpoint(out) + 1 + random.nextInt(CHECKPOINTS / 3);
    while (!command.endsWithin(1) && training.checkpoint(out) < wanted) {
      continue;
    }
    command.endsWithin(random.nextInt(8));
  }
}
