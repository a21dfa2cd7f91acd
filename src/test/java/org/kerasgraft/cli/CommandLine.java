package org.kerasgraft.cli;

import java.util.Arrays;

/** The command line, for tests of other packages; runs within the test's process. */
public final class CommandLine {

  /**
   * How a command ended.
   *
   * @param code its exit code
   * @param out what it wrote as its result
   * @param err its messages
   */
  public record Outcome(int code, String out, String err) {}

  private CommandLine() {}

  /** Runs a command. */
  public static Outcome run(Object... words) {
    CommandRun run =
        CommandRun.of(Arrays.stream(words).map(Object::toString).toArray(String[]::new));
    return new Outcome(run.code().code(), run.out(), run.err());
  }
}
