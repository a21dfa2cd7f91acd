package org.kerasgraft.internal;

import org.kerasgraft.error.RunInterruptedException;

/**
 * A wish, of another thread, that long work should end. The work looks at it after each batch,
 * keeps what it has done and throws {@link RunInterruptedException}. A flag of its own and not
 * {@link Thread#interrupt}, which would close the files that are being written. Thread-safe.
 */
public final class Cancellation {

  private volatile boolean cancelled;

  /** Wishes that the work should end; cannot be taken back. Idempotent. */
  public void cancel() {
    cancelled = true;
  }

  /**
   * Whether the work should end.
   *
   * @return true from the first call of {@link #cancel()} on
   */
  public boolean isCancelled() {
    return cancelled;
  }

  /**
   * Ends work that has nothing to keep, if that is wished.
   *
   * @param problem how far the work has come, as a sentence
   * @throws RunInterruptedException from the first call of {@link #cancel()} on
   */
  public void stopIfWished(String problem) {
    if (cancelled) {
      throw new RunInterruptedException(problem, "");
    }
  }
}
