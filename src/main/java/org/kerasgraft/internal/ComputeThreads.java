package org.kerasgraft.internal;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads with which TensorFlow computes one op. All sessions of a process share one pool of
 * them, whose size the first session decides (TensorFlow {@code common_runtime/local_device.cc}):
 * so each session says the same number, and who asks learns what is in force, not what was wished.
 */
public final class ComputeThreads {

  private static final AtomicInteger SIZE = new AtomicInteger();

  private ComputeThreads() {}

  /**
   * The number in force; the first call decides it for the process.
   *
   * @param wished 1 or more; 0 for the number of processors, as TensorFlow chooses
   * @return 1 or more
   */
  public static int claim(int wished) {
    SIZE.compareAndSet(0, wished == 0 ? Runtime.getRuntime().availableProcessors() : wished);
    return SIZE.get();
  }
}
