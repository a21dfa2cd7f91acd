package org.kerasgraft.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.kerasgraft.internal.Cancellation;

/**
 * One command run within the test's process.
 *
 * @param code how it ended
 * @param out what it wrote as its result
 * @param err its messages
 */
record CommandRun(ExitCode code, String out, String err) {

  static CommandRun of(String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console = new Console(stream(out), stream(err), false, new Cancellation());
    ExitCode code = Main.run(List.of(words), console);
    return new CommandRun(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }
}
