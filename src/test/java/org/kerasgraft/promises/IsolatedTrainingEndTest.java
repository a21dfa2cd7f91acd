package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.promises.CommandProcess.Outcome;

/** P2 and P18, of {@code train --isolate}. */
class IsolatedTrainingEndTest {

  private static final int EPOCHS = 10;

  @TempDir private Path folder;
  private TrainingProcess training;
  private Map<String, String> whole;

  @BeforeEach
  void trainUndisturbed() throws IOException {
    training = new TrainingProcess(folder, EPOCHS, "--checkpoint-seconds", "0");
    Outcome undisturbed = training.start("whole").end();
    assertEquals(0, undisturbed.code(), undisturbed.err());
    whole = training.results("whole");
  }

  @Test
  void killsOfTheWatchedProcessAreBorneAndEndWithTheSameBytes() throws IOException {
    int kills = Promises.size(3, 12);
    CommandProcess command = training.start("out", "--isolate");
    for (int killed = 1; killed <= kills; killed++) {
      waitFor(command, "out", killed * EPOCHS);
      assertTrue(command.killChild(), command.said());
    }
    Outcome outcome = command.end();
    assertEquals(0, outcome.code(), outcome.err());
    assertTrue(outcome.err().contains("signal 9 (SIGKILL), by no input's fault"), outcome.err());
    assertTrue(outcome.out().contains("Model "), outcome.out());
    assertEquals(whole, training.results("out"));
    assertEquals(List.of("out", "whole"), training.left());
    Promises.of(2)
        .tried("kill -9 of the process that graft train --isolate watches", kills)
        .holds("each borne, in one run; the same SHA-256 of the model, figures and indexes");
  }

  @Test
  void ctrlCAndAKillOfTheWatchingProcessEndBothAndNothingIsLost() throws IOException {
    CommandProcess interrupted = training.start("out", "--isolate");
    waitFor(interrupted, "out", EPOCHS);
    interrupted.interrupt();
    Outcome outcome = interrupted.end();
    assertEquals(130, outcome.code(), outcome.err());
    assertTrue(outcome.err().contains("The training was interrupted"), outcome.err());
    int kept = training.checkpoint("out");
    assertTrue(kept >= EPOCHS, "kept " + kept);

    CommandProcess killed = training.start("out", "--isolate", "--resume");
    waitFor(killed, "out", kept + EPOCHS);
    assertEquals(137, killed.kill().code());

    Outcome end;
    do {
      // The process that was watched ends after its step; until then it holds the lock.
      end = training.start("out", "--isolate", "--resume").end();
    } while (end.code() == 73);
    assertEquals(0, end.code(), end.err());
    assertEquals(whole, training.results("out"));
    assertEquals(List.of("out", "whole"), training.left());
    Promises.of(18)
        .tried("Ctrl-C and a kill -9 of graft train --isolate", 2)
        .holds("both processes ended, resumed to the same SHA-256 of model and figures");
  }

  private void waitFor(CommandProcess command, String out, int checkpoint) {
    while (training.checkpoint(out) < checkpoint) {
      assertTrue(!command.endsWithin(1), "it ended too early");
    }
  }
}
