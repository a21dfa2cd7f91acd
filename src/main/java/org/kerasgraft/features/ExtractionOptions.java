package org.kerasgraft.features;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.kerasgraft.internal.Cancellation;

/**
 * How an extraction runs; nothing here changes its result.
 *
 * @param batchSize inputs in a run of the network, 1 or more
 * @param listener hears of progress
 * @param cancellation ends the extraction when it is set; finished batches are kept
 * @param watch the file in which this process tells the one that watches it where it is at work, so
 *     that it is known what it was doing if it dies ({@link Isolation}); empty if none watches
 */
public record ExtractionOptions(
    int batchSize, ExtractionListener listener, Cancellation cancellation, Optional<Path> watch) {

  /** The batch size unless another is given. */
  public static final int BATCH_SIZE = 16;

  /** Checks. */
  public ExtractionOptions {
    Objects.requireNonNull(listener);
    Objects.requireNonNull(cancellation);
    Objects.requireNonNull(watch);
    if (batchSize < 1) {
      throw new IllegalArgumentException("batchSize must be 1 or more, not " + batchSize);
    }
  }

  /**
   * An extraction that nobody watches.
   *
   * @param batchSize inputs in a run of the network, 1 or more
   * @param listener hears of progress
   * @param cancellation ends the extraction when it is set; finished batches are kept
   */
  public ExtractionOptions(int batchSize, ExtractionListener listener, Cancellation cancellation) {
    this(batchSize, listener, cancellation, Optional.empty());
  }

  /**
   * An extraction that nobody cancels.
   *
   * @param batchSize inputs in a run of the network, 1 or more
   * @param listener hears of progress
   */
  public ExtractionOptions(int batchSize, ExtractionListener listener) {
    this(batchSize, listener, new Cancellation());
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
