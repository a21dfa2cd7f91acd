package org.kerasgraft.error;

/** More inputs were rejected than the user allows; each is a line of the index with its code. */
public final class TooManyRejectedException extends GraftException {

  private static final long serialVersionUID = 1L;

  private final int most;
  private final int rejected;

  /**
   * Creates the exception.
   *
   * @param source where the inputs come from
   * @param most how many may be rejected
   * @param rejected how many were
   * @param total how many inputs there are
   */
  public TooManyRejectedException(String source, int most, int rejected, int total) {
    super(
        rejected
            + " of the "
            + total
            + " inputs in '"
            + source
            + "' were rejected; "
            + most
            + " are allowed.",
        "Repair or remove them, or raise --max-bad.",
        null);
    this.most = most;
    this.rejected = rejected;
  }

  /**
   * How many may be rejected.
   *
   * @return 0 or more
   */
  public int most() {
    return most;
  }

  /**
   * How many were rejected.
   *
   * @return more than {@link #most()}
   */
  public int rejected() {
    return rejected;
  }
}
