package org.kerasgraft.cli;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.kerasgraft.error.GraftException;

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

  /** How a command ends that fails with this. */
  public static Outcome failed(Throwable failure) {
    boolean known = failure instanceof GraftException;
    String err =
        known
            ? Console.line(((GraftException) failure).explain()) + "\n"
            : failure + trace(failure);
    return new Outcome(ExitCode.of(failure).code(), "", err);
  }

  private static String trace(Throwable failure) {
    return Arrays.stream(failure.getStackTrace())
        .limit(5)
        .map(element -> " at " + element)
        .collect(Collectors.joining());
  }
}
