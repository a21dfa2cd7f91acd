package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * P3: {@code kill -9} at random points of {@code graft features}, gone on with until it is done.
 */
class KilledFeaturesTest {

  private static final int PICTURES = 400;
  private static final long SEED = 3;

  /** A batch's line is about this long. */
  private static final int LINE = 45;

  @TempDir private Path folder;

  @Test
  void killedAtAnyPointItEndsWithTheBytesOfAnUndisturbedRun() throws IOException {
    int kills = Promises.size(10, 100);
    FeaturesRun run = new FeaturesRun(folder, PICTURES);
    CommandProcess.Outcome undisturbed = run.start("whole").end();
    assertEquals(0, undisturbed.code(), undisturbed.err());
    Map<String, String> whole = run.hashes("whole");
    assertEquals(3, whole.size());

    Random random = new Random(SEED);
    int killed = 0;
    int withWork = 0;
    int rounds = 0;
    String out = "out0";
    while (killed < kills) {
      CommandProcess command = run.start(out, "--resume");
      waitForSomePoint(command, run.journal(out), run, out, random);
      CommandProcess.Outcome outcome = command.kill();
      if (outcome.code() == 0) {
        assertEquals(whole, run.hashes(out), out);
        rounds++;
        out = "out" + rounds;
      } else {
        assertEquals(137, outcome.code(), outcome.err());
        killed++;
        withWork += run.batches(out) > 0 ? 1 : 0;
      }
    }
    CommandProcess.Outcome last = run.start(out, "--resume").end();
    assertEquals(0, last.code(), last.err());
    assertEquals(whole, run.hashes(out), out);
    rounds++;
    assertTrue(withWork > kills / 3, withWork + " of " + killed + " kills left finished batches");
    List<String> left = run.left();
    assertTrue(left.stream().noneMatch(name -> name.startsWith(".out")), left.toString());
    Promises.of(3)
        .tried("kill -9 of graft features at random points, resumed until done", killed)
        .holds(
            "the same SHA-256 of all 3 files in "
                + rounds
                + " runs of "
                + PICTURES
                + " images; "
                + withWork
                + " kills left finished batches");
  }

  /** One kill in five comes at any time from the start on, the others after some more batches. */
  private static void waitForSomePoint(
      CommandProcess command, long before, FeaturesRun run, String out, Random random) {
    if (random.nextInt(5) == 0) {
      command.endsWithin(random.nextInt(1500));
      return;
    }
    long wanted = before + 1 + random.nextInt(PICTURES / FeaturesRun.BATCH / 3) * (long) LINE;
    while (!command.endsWithin(1) && run.journal(out) < wanted) {
      continue;
    }
    command.endsWithin(random.nextInt(4));
  }
}
