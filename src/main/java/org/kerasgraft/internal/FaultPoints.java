package org.kerasgraft.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The places at which the outside world can refuse: before each write, sync, rename and delete of
 * an output. Tests install a hook that fails at the first, second, … of them; otherwise nothing is
 * installed and a place costs the look at a reference.
 */
public final class FaultPoints {

  /** What is about to happen. */
  public enum Point {
    /** Bytes go into a file, or a file or a directory is created. */
    WRITE,
    /** A file's or directory's content is forced to the disk. */
    SYNC,
    /** A file or directory gets another name. */
    RENAME,
    /** A file or directory is removed. */
    DELETE
  }

  /** What a test does at each place. */
  @FunctionalInterface
  public interface Hook {
    /**
     * Called on the thread that is about to act.
     *
     * @param point what is about to happen
     * @param path the file or directory that it happens to
     * @throws IOException to make it fail
     */
    void before(Point point, Path path) throws IOException;
  }

  /** A hook in force until it is closed. */
  public static final class Installed implements AutoCloseable {
    private final Hook hook;

    private Installed(Hook hook) {
      this.hook = hook;
    }

    /** Takes the hook out. Idempotent. */
    @Override
    public void close() {
      HOOK.compareAndSet(hook, null);
    }
  }

  private static final AtomicReference<Hook> HOOK = new AtomicReference<>();

  private FaultPoints() {}

  /**
   * Passes a place; does nothing unless a test has installed a hook.
   *
   * @param point what is about to happen
   * @param path the file or directory that it happens to
   * @throws IOException if the hook makes it fail
   */
  public static void before(Point point, Path path) throws IOException {
    Hook hook = HOOK.get();
    if (hook != null) {
      hook.before(point, path);
    }
  }

  /**
   * Installs a hook for the whole process. For tests.
   *
   * @param hook called at each place, from any thread
   * @return to be closed
   * @throws IllegalStateException if one is installed already
   */
  public static Installed install(Hook hook) {
    if (!HOOK.compareAndSet(null, hook)) {
      throw new IllegalStateException("A hook is installed already");
    }
    return new Installed(hook);
  }
}
