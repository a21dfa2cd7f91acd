package org.kerasgraft.error;

/** The user stopped the work before it was finished; nothing was written under its final name. */
public final class RunInterruptedException extends GraftException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param problem how far the work had come, as a sentence
   * @param remedy how to go on, as a sentence; may be empty
   */
  public RunInterruptedException(String problem, String remedy) {
    super(problem, remedy, null);
  }
}
