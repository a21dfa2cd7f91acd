package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.promises.CommandProcess.Outcome;

/** P18, of training: Ctrl-C at random batches. */
class InterruptedTrainingRunTest {

  private static final Pattern STOPPED =
      Pattern.compile("interrupted in epoch (\\d+) of phase '([^']+)', after step (\\d+)");
  private static final Pattern GOING_ON =
      Pattern.compile("Going on in phase (\\S+), epoch (\\d+), after step (\\d+)");

  @TempDir private Path folder;

  @Test
  void ctrlCKeepsEveryStepAndTheRunGoesOn() throws IOException {
    int times = Promises.size(3, 20);
    TrainingProcess training = new TrainingProcess(folder, 60);
    assertEquals(0, training.start("whole").end().code());
    Map<String, String> whole = training.results("whole");
    SplittableRandom random = new SplittableRandom(18);
    int interrupted = 0;
    int runs = 0;
    String stoppedAt = "";
    while (interrupted < times) {
      assertTrue(runs <= 2 * times, "Ctrl-C is not heard");
      String out = "out" + runs;
      CommandProcess command = training.start(out, "--resume");
      while (!command.endsWithin(1) && !command.said().contains("\nPhase ")) {
        continue;
      }
      command.endsWithin(random.nextInt(400));
      command.interrupt();
      Outcome outcome = command.end();
      assertTrue(outcome.code() == 0 || outcome.code() == 130, outcome.code() + outcome.err());
      assertGoesOn(stoppedAt, outcome);
      if (outcome.code() == 0 || !outcome.err().contains("interrupted in epoch")) {
        Outcome end = training.start(out, "--resume").end();
        assertEquals(0, end.code(), end.err());
        assertEquals(whole, training.results(out));
        runs++;
        stoppedAt = "";
        continue;
      }
      assertEquals(130, outcome.code(), outcome.err());
      assertEquals("", outcome.out());
      interrupted++;
      stoppedAt = stoppedAt(outcome);
    }
    Outcome end = training.start("out" + runs, "--resume").end();
    assertEquals(0, end.code(), end.err());
    assertGoesOn(stoppedAt, end);
    assertEquals(whole, training.results("out" + runs));
    Promises.of(18)
        .tried("Ctrl-C during graft train", interrupted)
        .holds("exit 130, no step lost, resumed to the same SHA-256 of model and figures");
  }

  /** The step that it says it stopped after. */
  private static String stoppedAt(Outcome outcome) {
    Matcher said = STOPPED.matcher(outcome.err());
    assertTrue(said.find() && outcome.err().contains("--resume"), outcome.err());
    return said.group(2) + " " + said.group(1) + " " + said.group(3);
  }

  /** A run goes on with the step after the one before it stopped after. */
  private static void assertGoesOn(String stoppedAt, Outcome outcome) {
    Matcher said = GOING_ON.matcher(outcome.err());
    if (!stoppedAt.isEmpty()) {
      assertTrue(said.find(), outcome.err());
      assertEquals(stoppedAt, said.group(1) + " " + said.group(2) + " " + said.group(3));
    }
  }
}
