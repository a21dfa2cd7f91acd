package org.kerasgraft.error;

/**
 * Something a user can act on. The message says what was received and what was expected; {@link
 * #remedy()} says how to fix it. Exit codes are the command line's business and are mapped there.
 */
public abstract sealed class GraftException extends RuntimeException
    permits UsageException,
        UnknownNameException,
        InvalidModelException,
        ModelRefusedException,
        InvalidDataException,
        MissingInputException,
        CannotCreateException,
        StorageException,
        TrainingDivergedException,
        GateNotMetException,
        TooManyRejectedException,
        RunInterruptedException {

  private static final long serialVersionUID = 1L;

  private final String remedy;

  GraftException(String problem, String remedy, Throwable cause) {
    super(problem, cause);
    this.remedy = remedy;
  }

  /**
   * How to fix it, as a sentence; empty where the problem already says so.
   *
   * @return the remedy, never null
   */
  public String remedy() {
    return remedy;
  }

  /**
   * Problem and remedy in one line, as shown to a user.
   *
   * @return the whole text
   */
  public String explain() {
    return remedy.isEmpty() ? getMessage() : getMessage() + " " + remedy;
  }
}
