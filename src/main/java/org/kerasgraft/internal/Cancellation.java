package org.kerasgraft.internal;

/**
 * A wish, of another thread, that long work should end. The work looks at it after each batch,
 * keeps what it has done and throws {@link org.kerasgraft.error.RunInterruptedException}. A flag of
 * its own and not {@link Thread#interrupt}, which would close the files that are being written.
 * Thread-safe.
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
}
