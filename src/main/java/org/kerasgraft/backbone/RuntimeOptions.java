package org.kerasgraft.backbone;

import java.util.Objects;
import org.kerasgraft.internal.ComputeThreads;

/**
 * How TensorFlow runs.
 *
 * @param device where the network runs
 * @param threads the number of threads of one op and between ops; 0 lets TensorFlow choose. The
 *     threads of one op are shared by the whole process: the first network that is opened decides
 */
public record RuntimeOptions(Device device, int threads) {

  /** Where a network runs. */
  public enum Device {
    /** A GPU if TensorFlow sees one, else the CPU. */
    AUTO,
    /** The CPU, even if there is a GPU. */
    CPU,
    /** A GPU; an error if there is none. */
    GPU
  }

  /** Checks. */
  public RuntimeOptions {
    Objects.requireNonNull(device);
    if (threads < 0) {
      throw new IllegalArgumentException("threads must be 0 or more, not " + threads);
    }
  }

  /**
   * Automatic device, TensorFlow's choice of threads.
   *
   * @return the defaults
   */
  public static RuntimeOptions defaults() {
    return new RuntimeOptions(Device.AUTO, 0);
  }

  /**
   * The number of threads of one op, which decides how sums are cut into parts and so their last
   * bits.
   *
   * @return what the process asked for first, with these options or others; the number of
   *     processors if that was 0
   */
  public int threadsInUse() {
    return ComputeThreads.claim(threads);
  }
}
