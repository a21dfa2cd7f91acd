package org.kerasgraft.features;

import java.util.Objects;

/**
 * How an extraction runs; nothing here changes its result.
 *
 * @param batchSize inputs in a run of the network, 1 or more
 * @param listener hears of progress
 */
public record ExtractionOptions(int batchSize, ExtractionListener listener) {

  /** The batch size unless another is given. */
  public static final int BATCH_SIZE = 16;

  /** Checks. */
  public ExtractionOptions {
    Objects.requireNonNull(listener);
    if (batchSize < 1) {
      throw new IllegalArgumentException("batchSize must be 1 or more, not " + batchSize);
    }
  }

  /**
   * Batches of {@value #BATCH_SIZE}, nobody listens.
   *
   * @return the defaults
   */
  public static ExtractionOptions defaults() {
    return new ExtractionOptions(BATCH_SIZE, ExtractionListener.SILENT);
  }
}
