package org.kerasgraft.keras;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The Python with Keras that tests compare with: environment variable {@code GRAFT_KERAS_PYTHON}.
 */
final class KerasPeer {

  private static final String VARIABLE = "GRAFT_KERAS_PYTHON";
  private static final String HOW =
      "Tests that compare with Keras are skipped. To run them, make a Python 3.11 environment with"
          + " notebooks-export/requirements.txt, then: "
          + VARIABLE
          + "=.../bin/python mvn -Pkeras verify";
  private static final Optional<String> PYTHON = findOrTell();
  private static final Path SCRIPTS = Path.of("src", "test", "python");

  private final String python;

  private KerasPeer(String python) {
    this.python = python;
  }

  /** Maven shows no reason for a skipped test: say it once. */
  private static Optional<String> findOrTell() {
    Optional<String> python =
        Optional.ofNullable(System.getenv(VARIABLE)).filter(path -> !path.isBlank());
    if (python.isEmpty()) {
      System.out.println(HOW);
    }
    return python;
  }

  /** The peer; skips the calling test where there is none. */
  static KerasPeer orSkip() {
    assumeTrue(PYTHON.isPresent(), HOW);
    return new KerasPeer(PYTHON.get());
  }

  /**
   * Runs a script of {@code src/test/python} to its end; fails with what it printed unless it exits
   * with 0.
   *
   * @return what it printed, both streams
   */
  String run(String script, Object... arguments) {
    List<String> command = new ArrayList<>(List.of(python, SCRIPTS.resolve(script).toString()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    try {
      Path printed = Files.createTempFile("keras-peer", ".log");
      try {
        return run(command, printed);
      } finally {
        Files.delete(printed);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String run(List<String> command, Path printed) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(printed.toFile());
    builder.environment().put("TF_CPP_MIN_LOG_LEVEL", "3");
    builder.environment().put("CUDA_VISIBLE_DEVICES", "-1");
    Process process = builder.start();
    process.getOutputStream().close();
    try {
      if (!process.waitFor(20, TimeUnit.MINUTES)) {
        throw new AssertionError(command + " did not end within 20 minutes");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for " + command, e);
    } finally {
      process.destroyForcibly();
    }
    String text = Files.readString(printed);
    if (process.exitValue() != 0) {
      throw new AssertionError(command + " exited with " + process.exitValue() + ":\n" + text);
    }
    return text;
  }
}
