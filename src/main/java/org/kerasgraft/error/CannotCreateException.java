package org.kerasgraft.error;

/** An output that cannot be created: the path exists, or its parent refuses. */
public final class CannotCreateException extends GraftException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param problem what was received and what was expected, as a sentence
   * @param remedy how to fix it, as a sentence; may be empty
   */
  public CannotCreateException(String problem, String remedy) {
    this(problem, remedy, null);
  }

  /**
   * Creates the exception with its technical cause.
   *
   * @param problem what was received and what was expected, as a sentence
   * @param remedy how to fix it, as a sentence; may be empty
   * @param cause the technical cause; may be null
   */
  public CannotCreateException(String problem, String remedy, Throwable cause) {
    super(problem, remedy, cause);
  }
}
