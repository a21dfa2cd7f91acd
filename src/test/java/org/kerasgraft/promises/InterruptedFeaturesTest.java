package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P18, of features: Ctrl-C at random batches. */
class InterruptedFeaturesTest {

  private static final int PICTURES = 1_000;
  private static final Pattern SAID = Pattern.compile("Stopped after (\\d+) of (\\d+) inputs");

  @TempDir private Path folder;

  @Test
  void ctrlCKeepsEveryFinishedBatchAndTheRunGoesOn() throws IOException {
    int times = Promises.size(3, 20);
    FeaturesRun run = new FeaturesRun(folder, PICTURES);
    assertEquals(0, run.start("whole").end().code());
    Map<String, String> whole = run.hashes("whole");
    Random random = new Random(18);
    int interrupted = 0;
    int runs = 0;
    while (interrupted < times) {
      assertTrue(runs <= 2 * times, "Ctrl-C is not heard");
      String out = "out" + runs;
      CommandProcess command = run.start(out, "--resume");
      long seen = run.batches(out);
      long wanted = seen + 1 + random.nextInt(20);
      while (!command.endsWithin(1) && seen < wanted) {
        seen = run.batches(out);
      }
      command.interrupt();
      CommandProcess.Outcome outcome = command.end();
      if (outcome.code() == 0) {
        assertEquals(whole, run.hashes(out));
        runs++;
        continue;
      }
      assertEquals(130, outcome.code(), outcome.err());
      assertEquals("", outcome.out());
      interrupted++;
      Matcher said = SAID.matcher(outcome.err());
      assertTrue(said.find() && outcome.err().contains("--resume"), outcome.err());
      long kept = run.batches(out);
      assertTrue(kept >= seen, kept + " batches are kept, " + seen + " were seen");
      // A batch holds at least as many inputs as rows, so this many inputs were finished.
      assertTrue(Integer.parseInt(said.group(1)) >= kept * FeaturesRun.BATCH, outcome.err());
    }
    String last = "out" + runs;
    CommandProcess.Outcome end = run.start(last, "--resume").end();
    assertEquals(0, end.code(), end.err());
    assertEquals(whole, run.hashes(last));
    Promises.of(18)
        .tried("Ctrl-C during graft features", interrupted)
        .holds("exit 130, every finished batch kept, resumed to the same SHA-256 of all 3 files");
  }
}
