package org.kerasgraft.error;

/** A choice that does not fit: an option, a head or a selection that the model cannot take. */
public final class UsageException extends GraftException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param problem what was received and what was expected, as a sentence
   * @param remedy how to fix it, as a sentence; may be empty
   */
  public UsageException(String problem, String remedy) {
    this(problem, remedy, null);
  }

  /**
   * Creates the exception with its technical cause.
   *
   * @param problem what was received and what was expected, as a sentence
   * @param remedy how to fix it, as a sentence; may be empty
   * @param cause the technical cause; may be null
   */
  public UsageException(String problem, String remedy, Throwable cause) {
    super(problem, remedy, cause);
  }
}
