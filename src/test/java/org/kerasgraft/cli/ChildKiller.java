package org.kerasgraft.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.kerasgraft.internal.FlightRecord;

/** Kills the process that this one starts ({@code kill -9}), once something is so. */
final class ChildKiller {

  private static final long PAUSE_NANOS = 100_000;
  private static final long START_NANOS = 5_000_000;
  private static final long PATIENCE_MILLIS = 1_000;

  private ChildKiller() {}

  /** Waits in a thread of its own; to be joined. */
  static Thread when(BooleanSupplier so) {
    return thread(() -> isChildUp() && so.getAsBoolean() && kill(), () -> {});
  }

  /** Each process that is started, until it is interrupted. */
  static Thread always() {
    return thread(
        () -> {
          if (isChildUp()) {
            kill();
          }
          return false;
        },
        () -> {});
  }

  /** A process that is being started looks like its parent for a moment. */
  private static boolean isChildUp() {
    if (child().isEmpty()) {
      return false;
    }
    LockSupport.parkNanos(START_NANOS);
    return child().isPresent();
  }

  private static boolean kill() {
    return child().map(ProcessHandle::destroyForcibly).orElse(false);
  }

  /** While an extraction below a folder decodes an input. */
  static Thread whenDecoding(Path folder, int input) {
    FlightRecord.Entry wanted = new FlightRecord.Entry(FlightRecord.Doing.DECODING, input, 1);
    return when(() -> flights(folder).anyMatch(wanted::equals));
  }

  private static Stream<FlightRecord.Entry> flights(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .flatMap(entry -> FlightRecord.last(entry.resolve("flight")).stream())
          .toList()
          .stream();
    } catch (IOException | UncheckedIOException e) {
      return Stream.empty();
    }
  }

  /** Does something once, in a thread of its own. */
  static Thread thread(BooleanSupplier when, Runnable what) {
    Thread thread =
        new Thread(
            () -> {
              while (!Thread.currentThread().isInterrupted()) {
                if (when.getAsBoolean()) {
                  what.run();
                  return;
                }
                LockSupport.parkNanos(PAUSE_NANOS);
              }
            });
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** Checks that it was done before the command ended. */
  static void requireDone(Thread thread, String said) throws InterruptedException {
    thread.join(PATIENCE_MILLIS);
    boolean alive = thread.isAlive();
    thread.interrupt();
    assertFalse(alive, said);
  }

  private static Optional<ProcessHandle> child() {
    return ProcessHandle.current().children().filter(p -> isJava(p.info())).findAny();
  }

  /** Not yet so while the process is being started. */
  private static boolean isJava(ProcessHandle.Info process) {
    return process.command().filter(command -> command.endsWith("java")).isPresent();
  }
}
