package org.kerasgraft.error;

/** Data that cannot be used: one class only, lengths that differ, a damaged array file. */
public final class InvalidDataException extends GraftException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param problem what was received and what was expected, as a sentence
   * @param remedy how to fix it, as a sentence; may be empty
   */
  public InvalidDataException(String problem, String remedy) {
    this(problem, remedy, null);
  }

  /**
   * Creates the exception with its technical cause.
   *
   * @param problem what was received and what was expected, as a sentence
   * @param remedy how to fix it, as a sentence; may be empty
   * @param cause the technical cause; may be null
   */
  public InvalidDataException(String problem, String remedy, Throwable cause) {
    super(problem, remedy, cause);
  }
}
