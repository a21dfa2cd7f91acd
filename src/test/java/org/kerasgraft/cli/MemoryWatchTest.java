package org.kerasgraft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.promises.CommandProcess;

class MemoryWatchTest {

  @TempDir Path folder;

  @Test
  void readsTheProcessesOwnMemory() throws IOException {
    Path status =
        Files.writeString(folder.resolve("status"), "VmRSS:\t 9 kB\nRssAnon:\t  2048 kB\n");

    assertEquals(2 << 20, MemoryWatch.used(status).getAsLong());
    assertTrue(MemoryWatch.used(folder.resolve("absent")).isEmpty());
    assertTrue(MemoryWatch.used(Files.writeString(status, "RssAnon: ? kB")).isEmpty());
  }

  @Test
  void aCommandBeyondTheLimitEndsWithAMessageAndNoOutput() {
    assumeTrue(
        Files.exists(Path.of("/proc/self/status")),
        "run it on Linux: no other system tells a process's own memory");
    Path out = folder.resolve("out");

    CommandProcess.Outcome outcome =
        CommandProcess.start(
                folder,
                List.of("-D" + MemoryWatch.LIMIT + "=20000000"),
                "pictures",
                "--per-class",
                "2000",
                "--out",
                out)
            .end();

    assertEquals(ExitCode.INTERNAL.code(), outcome.code(), outcome.err());
    assertTrue(outcome.err().contains("Stopped at the memory limit"), outcome.err());
    assertTrue(outcome.err().contains("the limit is 19 MB"), outcome.err());
    assertFalse(Files.exists(out));
  }

  @Test
  void withoutALimitNothingIsWatched() {
    assertEquals(0, CommandProcess.start(folder, List.of(), "--version").end().code());
  }
}
