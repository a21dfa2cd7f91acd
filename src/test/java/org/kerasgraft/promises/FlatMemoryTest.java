package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P9: the resident memory of a long command does not grow with what it has done. */
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

  @Test
  void featuresOfManyImages() throws IOException {
    int count = Promises.size(5_000, 50_000);
    FeaturesRun run = new FeaturesRun(folder, count);
    CommandProcess command = run.start(FLAGS, "out", "--quiet");
    staysFlat("graft features, images", count, command, () -> run.journal("out") > 0, 0.2);
  }

  @Test
  void predictionsOfManyImages() throws IOException {
    int count = Promises.size(2_000, 50_000);
    FeaturesRun many = new FeaturesRun(folder, count);
    Path model = SmallRun.shared().write(folder.resolve("run"));
    CommandProcess command =
        CommandProcess.start(
            folder,
            FLAGS,
            "predict",
            "--model",
            model,
            "--images",
            many.images(),
            "--batch-size",
            FeaturesRun.BATCH,
            "--quiet");
    staysFlat("graft predict, images", count, command, () -> command.printed() > 0, 0.2);
  }

  /** The first phase needs less than the second, in which both windows lie. */
  @Test
  void trainingForManyEpochs() throws IOException {
    int epochs = Promises.size(60, 3_000);
    TrainingProcess training = new TrainingProcess(folder, epochs, "--checkpoint-seconds", "1");
    CommandProcess command = training.start(FLAGS, "out", "--quiet");
    staysFlat(
        "graft train, epochs of each phase, a checkpoint a second",
        epochs,
        command,
        () -> training.checkpoint("out") > 0 && !training.hasModel("out"),
        0.5);
  }

  /**
   * Compares the memory in two fifths of the time that the command is at work: the one that begins
   * at a part of it, and the last.
   */
  private static void staysFlat(
      String what, int count, CommandProcess command, BooleanSupplier isAtWork, double early)
      throws IOException {
    List<Long> resident = new ArrayList<>();
    while (!command.endsWithin(GLANCE_MILLIS)) {
      if (isAtWork.getAsBoolean()) {
        resident.add(command.resident());
      }
    }
    CommandProcess.Outcome outcome = command.end();
    assertEquals(0, outcome.code(), outcome.err());
    resident.removeIf(bytes -> bytes == 0); // it was just ending
    if (resident.isEmpty() && !CommandProcess.tellsMemory()) {
      Promises.of(9).skipped(what, "/proc does not tell memory here");
      return;
    }
    long before = median(resident, early);
    long after = median(resident, 0.8);
    String figures =
        String.format(
            Locale.ROOT,
            "%,.1f MB from %,d MB resident at %.0f %% of the time to %,d MB at its end",
            (after - before) / (double) (1 << 20),
            before >> 20,
            100 * (early + 0.1),
            after >> 20);
    assertTrue(after - before < MOST_DRIFT, figures);
    Promises.of(9).tried("drift of resident memory: " + what, count).holds(figures);
  }

  /** Of the fifth of all glances that begins at a part of them. */
  private static long median(List<Long> glances, double from) {
    int begin = (int) (from * glances.size());
    List<Long> fifth =
        glances.subList(begin, begin + glances.size() / 5).stream().sorted().toList();
    assertTrue(fifth.size() >= FEWEST_GLANCES, fifth.size() + " glances");
    return fifth.get(fifth.size() / 2);
  }
}
