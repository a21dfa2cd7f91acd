package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * P18, of the commands that cannot be gone on with: Ctrl-C ends them soon, and they leave nothing.
 */
class InterruptedCommandsTest {

  /** Far less than what the work below takes, and than what Ctrl-C waits for at most. */
  private static final long SOON_MILLIS = 30_000;

  @TempDir private Path folder;

  @Test
  void picturesAreNotDrawnAnyFurther() throws IOException, InterruptedException {
    Path out = folder.resolve("many");
    CommandProcess command = start("pictures", "--per-class", 1_000_000, "--out", out);
    await(() -> Files.exists(folder.resolve(".many.tmp")));

    CommandProcess.Outcome outcome = interrupted(command);

    assertEquals(130, outcome.code(), outcome.err());
    assertTrue(outcome.err().contains("Stopped while drawing"), outcome.err());
    assertFalse(Files.exists(out));
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(
          List.of(),
          left.map(p -> p.getFileName().toString()).filter(n -> n.contains("many")).toList());
    }
    holds("pictures");
  }

  @Test
  void predictionsEndAfterTheirBatch() throws IOException, InterruptedException {
    Path pictures = SmallRun.pictures(folder.resolve("pictures"), 1_000);
    Path run = SmallRun.shared().write(folder.resolve("run"));
    for (String command : List.of("predict", "evaluate")) {
      for (String more : List.of("--quiet", "--isolate")) {
        CommandProcess process =
            start(command, "--model", run, "--images", pictures, "--batch-size", 1, more);
        if (command.equals("predict")) {
          await(() -> process.printed() > 1_000);
        } else {
          Thread.sleep(2_000); // prints at its end only
        }
        CommandProcess.Outcome outcome = interrupted(process);
        assertEquals(130, outcome.code(), outcome.err());
        assertTrue(
            outcome.out().isEmpty() || outcome.out().endsWith("\n"), "the last row is whole");
      }
      holds(command + ", with --isolate and without");
    }
  }

  /** A second Ctrl-C is for somebody who does not want to wait. */
  @Test
  void aSecondOneEndsTheProcessAtOnce() throws IOException, InterruptedException {
    Path pictures = SmallRun.pictures(folder.resolve("pictures"), 250);
    Path out = folder.resolve("features");
    CommandProcess command =
        start(
            "features",
            "--quiet",
            "--model",
            SmallRun.MODEL,
            "--at",
            "block5_pool",
            "--images",
            pictures,
            "--batch-size",
            1_000,
            "--out",
            out);
    await(() -> Files.exists(folder.resolve(".features.partial/journal")));
    command.interrupt();
    command.interrupt();
    assertTrue(command.endsWithin(SOON_MILLIS));
    assertEquals(130, command.end().code());
    assertFalse(Files.exists(out));
  }

  private CommandProcess start(Object... words) {
    return CommandProcess.start(folder, List.of("-Xmx512m"), words);
  }

  private static CommandProcess.Outcome interrupted(CommandProcess command) {
    command.interrupt();
    if (!command.endsWithin(SOON_MILLIS)) {
      throw new AssertionError("Ctrl-C was not heard; " + command.kill().err());
    }
    return command.end();
  }

  private static void holds(String what) {
    Promises.of(18).tried("Ctrl-C during graft " + what, 1).holds("exit 130 soon, nothing left");
  }

  /** Something that is so after a while. */
  private interface Condition {
    boolean holds();
  }

  private static void await(Condition condition) throws InterruptedException {
    for (int i = 0; i < SOON_MILLIS / 10 && !condition.holds(); i++) {
      Thread.sleep(10);
    }
    assertTrue(condition.holds(), "it begins");
  }
}
