package org.kerasgraft.error;

/** An input that is not there: no such path, or a folder without any image. */
public final class MissingInputException extends GraftException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param problem what was received and what was expected, as a sentence
   * @param remedy how to fix it, as a sentence; may be empty
   */
  public MissingInputException(String problem, String remedy) {
    this(problem, remedy, null);
  }

  /**
   * Creates the exception with its technical cause.
   *
   * @param problem what was received and what was expected, as a sentence
   * @param remedy how to fix it, as a sentence; may be empty
   * @param cause the technical cause; may be null
   */
  public MissingInputException(String problem, String remedy, Throwable cause) {
    super(problem, remedy, cause);
  }
}
