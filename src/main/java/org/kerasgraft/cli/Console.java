package org.kerasgraft.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Where a command writes.
 *
 * @param out results
 * @param err messages, progress and logs
 * @param terminal whether {@code err} is a terminal, where a line may be overwritten
 */
record Console(PrintStream out, PrintStream err, boolean terminal) {

  /** Set by the launcher when standard error is a terminal; Java itself cannot tell. */
  private static final String TERMINAL = "graft.terminal";

  /** Checks. */
  Console {
    Objects.requireNonNull(out);
    Objects.requireNonNull(err);
  }

  /** The process's own streams, as UTF-8. */
  static Console system() {
    return new Console(
        new PrintStream(System.out, true, StandardCharsets.UTF_8),
        new PrintStream(System.err, true, StandardCharsets.UTF_8),
        Boolean.getBoolean(TERMINAL));
  }

  /** Tells the user something, on one line of standard error that names the program. */
  void say(String message) {
    err.println("graft: " + printable(message));
  }

  /** A text from outside (a file or layer name) without terminal control characters. */
  static String printable(String text) {
    StringBuilder clean = new StringBuilder(text.length());
    text.codePoints().map(c -> isControl(c) ? '?' : c).forEach(clean::appendCodePoint);
    return clean.toString();
  }

  private static boolean isControl(int c) {
    int type = Character.getType(c);
    return (type == Character.CONTROL && c != '\t') || type == Character.FORMAT;
  }
}
