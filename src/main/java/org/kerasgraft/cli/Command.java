package org.kerasgraft.cli;

import java.time.Duration;
import java.util.List;

/** One of graft's commands. Holds no state: each run gets its own arguments and console. */
interface Command {

  /** What the user types. */
  String name();

  /** What it does, in one line. */
  String purpose();

  /** The arguments in short, without the command's name. */
  String synopsis();

  /** The options, in the order of the help page. */
  List<OptionSection> sections();

  /** Two command lines that work, as a user would type them. */
  List<String> examples();

  /** Whether arguments that belong to no option are taken. */
  default boolean takesOperands() {
    return false;
  }

  /** How long it may take to end after Ctrl-C. */
  default Duration patience() {
    return Interruption.AT_ONCE;
  }

  /**
   * Does the work.
   *
   * @param arguments what the user asked for
   * @param console where to write
   * @return how it ended
   */
  ExitCode run(Arguments arguments, Console console);
}
