package org.kerasgraft.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.kerasgraft.internal.Cancellation;

/**
 * The user's side of a command: where it writes, and the wish that it should end.
 *
 * @param out results
 * @param err messages, progress and logs
 * @param terminal whether {@code err} is a terminal, where a line may be overwritten
 * @param cancellation set when the user presses Ctrl-C
 */
record Console(PrintStream out, PrintStream err, boolean terminal, Cancellation cancellation) {

  /** Set by the launcher when standard error is a terminal; Java itself cannot tell. */
  private static final String TERMINAL = "graft.terminal";

  /** Checks. */
  Console {
    Objects.requireNonNull(out);
    Objects.requireNonNull(err);
    Objects.requireNonNull(cancellation);
  }

  /** The process's own streams, as UTF-8. */
  static Console system() {
    return new Console(
        new PrintStream(System.out, true, StandardCharsets.UTF_8),
        new PrintStream(System.err, true, StandardCharsets.UTF_8),
        Boolean.getBoolean(TERMINAL),
        new Cancellation());
  }

  /** Tells the user something, on one line of standard error that names the program. */
  void say(String message) {
    err.println(line(message));
  }

  /** A message as the user reads it. */
  static String line(String message) {
    return "graft: " + printable(message).replace('\t', ' ');
  }

  /** A text from outside (a file or layer name) without what steers a terminal or turns text. */
  static String printable(String text) {
    StringBuilder clean = new StringBuilder(text.length());
    text.codePoints().map(c -> isControl(c) ? '?' : c).forEach(clean::appendCodePoint);
    return clean.toString();
  }

  private static boolean isControl(int c) {
    int type = Character.getType(c);
    return (type == Character.CONTROL && c != '\t')
        || type == Character.FORMAT
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR;
  }
}
