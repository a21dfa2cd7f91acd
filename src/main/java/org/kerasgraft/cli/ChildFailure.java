package org.kerasgraft.cli;

/** A process of the command's own has failed, and the user knows why: it has said so. */
final class ChildFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final ExitCode code;

  ChildFailure(ExitCode code) {
    super("a child process ended the command: " + code.meaning());
    this.code = code;
  }

  /** How the command ends. */
  ExitCode code() {
    return code;
  }
}
