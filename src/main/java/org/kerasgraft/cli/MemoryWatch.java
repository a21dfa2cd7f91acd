package org.kerasgraft.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Ends the process with a message before the kernel ends it without one. TensorFlow's memory lies
 * outside Java's heap and is taken within a step, where no exception comes from; so a thread looks
 * at the process's own memory (Linux: {@code RssAnon} of {@code /proc/self/status}, what the kernel
 * cannot take back) and halts beyond the limit. What is kept for {@code --resume} stays. A child
 * process says so by its exit code, so that its parent can find the input that was too much.
 */
final class MemoryWatch {

  /** The limit in bytes, set by the launcher; without it, or at 0, nothing is watched. */
  static final String LIMIT = "graft.memory.limit";

  private static final Path STATUS = Path.of("/proc/self/status");
  private static final long PERIOD_MILLIS = 50;
  private static final long MEBIBYTE = 1 << 20;

  private final long limit;
  private final Console console;

  private MemoryWatch(long limit, Console console) {
    this.limit = limit;
    this.console = console;
  }

  /** Watches until the process ends, if a limit is set and the system tells. */
  static void start(Console console) {
    long limit = Long.getLong(LIMIT, 0);
    if (limit > 0 && used(STATUS).isPresent()) {
      Thread thread = new Thread(new MemoryWatch(limit, console)::watch, "memory-watch");
      thread.setDaemon(true);
      thread.start();
    }
  }

  /** The limit, and how to set another. */
  static String limitInWords() {
    long limit = Long.getLong(LIMIT, 0);
    String size = limit > 0 ? String.format(Locale.ROOT, "%,d MB", limit / MEBIBYTE) : "none";
    return size + " (GRAFT_MEMORY_LIMIT sets another)";
  }

  private void watch() {
    try {
      while (true) {
        OptionalLong used = used(STATUS);
        if (used.isPresent() && used.getAsLong() > limit) {
          console.say(message(used.getAsLong(), limit));
          console.err().flush();
          Runtime.getRuntime()
              .halt(ChildProcess.isThis() ? ChildProcess.MEMORY_LIMIT : ExitCode.INTERNAL.code());
        }
        TimeUnit.MILLISECONDS.sleep(PERIOD_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What the user reads. */
  static String message(long used, long limit) {
    return String.format(
        Locale.ROOT,
        "Stopped at the memory limit: %,d MB are used, the limit is %,d MB. What is unfinished"
            + " is not under its final name. Use a smaller --batch-size or --image-size, or set"
            + " GRAFT_MEMORY_LIMIT (bytes, or like 6g; 0 is no limit).",
        used / MEBIBYTE,
        limit / MEBIBYTE);
  }

  /** The process's own memory in bytes; empty where the system does not tell. */
  static OptionalLong used(Path status) {
    try {
      return Files.readAllLines(status).stream()
          .filter(line -> line.startsWith("RssAnon:"))
          .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst();
    } catch (IOException | NumberFormatException e) {
      return OptionalLong.empty();
    }
  }
}
