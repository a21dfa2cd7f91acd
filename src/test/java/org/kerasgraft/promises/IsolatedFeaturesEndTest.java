package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P18, of {@code features --isolate}: both processes end, and the work can be gone on with. */
class IsolatedFeaturesEndTest {

  private static final int PICTURES = 1_000;

  @TempDir private Path folder;

  @Test
  void ctrlCAndAKillOfTheWatchingProcessEndBothAndNothingIsLost() throws IOException {
    FeaturesRun run = new FeaturesRun(folder, PICTURES);
    assertEquals(0, run.start("whole").end().code());
    Map<String, String> whole = run.hashes("whole");

    CommandProcess interrupted = started(run, "--isolate");
    interrupted.interrupt();
    CommandProcess.Outcome outcome = interrupted.end();
    assertEquals(130, outcome.code(), outcome.err());
    assertTrue(outcome.err().contains("Stopped after"), outcome.err());

    CommandProcess killed = started(run, "--isolate", "--resume");
    assertEquals(137, killed.kill().code());

    CommandProcess.Outcome end;
    do {
      // The process that was watched ends at its next input; until then it holds the lock.
      end = run.start("out", "--isolate", "--resume").end();
    } while (end.code() == 73);
    assertEquals(0, end.code(), end.err());
    assertEquals(whole, run.hashes("out"));
    Promises.of(18)
        .tried("Ctrl-C and a kill -9 of graft features --isolate", 2)
        .holds("both processes ended, resumed to the same SHA-256 of all 3 files");
  }

  /** A command that has finished some more batches. */
  private static CommandProcess started(FeaturesRun run, String... more) {
    long before = run.batches("out");
    CommandProcess command = run.start("out", more);
    while (run.batches("out") < before + 3) {
      assertTrue(!command.endsWithin(1), "it ended too early");
    }
    return command;
  }
}
