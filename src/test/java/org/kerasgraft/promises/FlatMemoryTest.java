package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P9: the resident memory of {@code graft features} does not grow with the images. */
class FlatMemoryTest {

  private static final long MOST_DRIFT = 32L << 20;
  private static final int GLANCE_MILLIS = 10;
  private static final int FEWEST_GLANCES = 8;

  /**
   * Java's own heap is of one size and touched from the start: what can grow is what lies outside
   * of it. A heap that fills up would end the process.
   */
  private static final List<String> FLAGS = List.of("-Xms192m", "-Xmx192m", "-XX:+AlwaysPreTouch");

  @TempDir private Path folder;

  private record Glance(long batches, long resident) {}

  @Test
  void residentMemoryStaysFlatOverManyImages() throws IOException {
    int count = Promises.size(5_000, 50_000);
    FeaturesRun run = new FeaturesRun(folder, count);
    CommandProcess command = run.start(FLAGS, "out", "--quiet");
    List<Glance> glances = new ArrayList<>();
    while (!command.endsWithin(GLANCE_MILLIS)) {
      glances.add(new Glance(run.journal("out"), command.resident()));
    }
    CommandProcess.Outcome outcome = command.end();
    assertEquals(0, outcome.code(), outcome.err());
    if (glances.stream().allMatch(g -> g.resident() == 0)) {
      Promises.of(9).skipped("graft features on many images", "/proc does not tell memory here");
      return;
    }
    glances.removeIf(g -> g.batches() == 0 || g.resident() == 0);
    long whole = glances.get(glances.size() - 1).batches();
    List<Long> early = between(glances, whole / 5, 2 * whole / 5);
    List<Long> late = between(glances, 4 * whole / 5, whole);
    assertTrue(
        Math.min(early.size(), late.size()) >= FEWEST_GLANCES,
        early.size() + " and " + late.size() + " glances");
    long drift = median(late) - median(early);
    String figures =
        String.format(
            Locale.ROOT,
            "%,.1f MB from the second fifth of %,d images (%,d MB resident) to the last (%,d MB)",
            drift / (double) (1 << 20),
            count,
            median(early) >> 20,
            median(late) >> 20);
    assertTrue(drift < MOST_DRIFT, figures);
    Promises.of(9)
        .tried("graft features on many images, drift of resident memory", count)
        .holds(figures);
  }

  /** The memory at each glance between two lengths of the journal, which grows evenly. */
  private static List<Long> between(List<Glance> glances, long from, long to) {
    return glances.stream()
        .filter(g -> g.batches() >= from && g.batches() <= to)
        .map(Glance::resident)
        .sorted()
        .toList();
  }

  private static long median(List<Long> sorted) {
    return sorted.get(sorted.size() / 2);
  }
}
