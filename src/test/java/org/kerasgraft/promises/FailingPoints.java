package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.kerasgraft.error.CannotCreateException;
import org.kerasgraft.error.GraftException;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.internal.FaultPoints;
import org.kerasgraft.internal.FaultPoints.Point;

/** Lets work fail at the first, second, … write, sync, rename and delete until nothing fails. */
final class FailingPoints {

  /** How the outside world fails. */
  enum Mode {
    /** One call fails; those after it do not. */
    ONCE,
    /** The disk is gone: every call fails from there on. */
    FROM_THERE_ON
  }

  /**
   * One attempt.
   *
   * @param number which point failed, from 1
   * @param point what it was about to do; empty if the work came through
   * @param failure what the user is told; empty if the work came through
   */
  record Attempt(int number, Optional<String> point, Optional<GraftException> failure) {

    boolean failed() {
      return failure.isPresent();
    }
  }

  private FailingPoints() {}

  /** Runs the work failing at one point. */
  static Attempt attempt(int number, Mode mode, Runnable work) {
    AtomicInteger passed = new AtomicInteger();
    AtomicReference<String> failing = new AtomicReference<>();
    try (var installed =
        FaultPoints.install(
            (point, path) -> fail(point, path, number, mode, passed.incrementAndGet(), failing))) {
      work.run();
      assertNull(failing.get(), "went on after a failure");
      return new Attempt(number, Optional.empty(), Optional.empty());
    } catch (CannotCreateException | StorageException e) {
      assertNotNull(failing.get(), () -> "failed by itself: " + e);
      return new Attempt(number, Optional.of(failing.get()), Optional.of(e));
    }
  }

  private static void fail(
      Point point, Path path, int number, Mode mode, int now, AtomicReference<String> failing)
      throws IOException {
    if (now == number) {
      failing.set(point + " " + path);
    }
    if (now == number || (mode == Mode.FROM_THERE_ON && now > number)) {
      throw new IOException("No space left on device");
    }
  }
}
