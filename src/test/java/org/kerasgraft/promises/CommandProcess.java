package org.kerasgraft.promises;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A graft command in a process of its own, to be killed or interrupted. Not thread-safe. */
public final class CommandProcess {

  /**
   * How a command ended.
   *
   * @param code its exit code; 128 + the signal's number for a killed one
   * @param out what it wrote as its result
   * @param err its messages
   */
  public record Outcome(int code, String out, String err) {}

  /**
   * A job in the background is started with Ctrl-C ignored, and so are its children; this puts it
   * back. Empty where {@code env} cannot.
   */
  private static final List<String> HEARING_CTRL_C = hearingCtrlC();

  private final Process process;
  private final Path out;
  private final Path err;

  private CommandProcess(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /**
   * Starts a command with the tests' class path.
   *
   * @param folder existing; what the command prints is kept there
   * @param flags of Java
   * @param words the command and its arguments
   * @return the running command
   */
  public static CommandProcess start(Path folder, List<String> flags, Object... words) {
    return startUnder(List.of(), folder, flags, words);
  }

  /**
   * Starts a command under another one, as {@code setpriv} or {@code prlimit}.
   *
   * @param prefix the other command and its arguments
   * @param folder existing; what the command prints is kept there
   * @param flags of Java
   * @param words the command and its arguments
   * @return the running command
   */
  public static CommandProcess startUnder(
      List<String> prefix, Path folder, List<String> flags, Object... words) {
    List<String> command = new ArrayList<>(HEARING_CTRL_C);
    command.addAll(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
    command.addAll(flags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("org.kerasgraft.cli.Main");
    Arrays.stream(words).map(Object::toString).forEach(command::add);
    try {
      Path out = Files.createTempFile(folder, "command", ".out");
      Path err = Files.createTempFile(folder, "command", ".err");
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
      builder.environment().put("TF_CPP_MIN_LOG_LEVEL", "2");
      return new CommandProcess(builder.start(), out, err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> hearingCtrlC() {
    List<String> prefix = List.of("env", "--default-signal=INT");
    try {
      List<String> trial = new ArrayList<>(prefix);
      trial.add("true");
      Process process =
          new ProcessBuilder(trial).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      return process.waitFor() == 0 ? prefix : List.of();
    } catch (IOException e) {
      return List.of();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }

  /**
   * Waits for its end.
   *
   * @return how it ended
   */
  public Outcome end() {
    try {
      int code = process.waitFor();
      return new Outcome(code, Files.readString(out), Files.readString(err));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Waits for some time.
   *
   * @param millis how long at most
   * @return whether it has ended by itself
   */
  public boolean endsWithin(long millis) {
    try {
      return process.waitFor(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /**
   * Kills it ({@code kill -9}).
   *
   * @return how it ended; it may just have finished
   */
  public Outcome kill() {
    process.destroyForcibly();
    return end();
  }

  /**
   * Kills the process that it has started ({@code kill -9}).
   *
   * @return whether there was one
   */
  public boolean killChild() {
    return process
        .children()
        .filter(child -> child.info().command().filter(c -> c.endsWith("java")).isPresent())
        .findAny()
        .map(ProcessHandle::destroyForcibly)
        .orElse(false);
  }

  /** Presses Ctrl-C for it ({@code kill -INT}). */
  public void interrupt() {
    try {
      new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /**
   * The most memory it has held so far.
   *
   * @return bytes; 0 if it has ended or the system does not tell
   */
  public long residentPeak() {
    return status("VmHWM:");
  }

  /**
   * What it has written as its result so far.
   *
   * @return bytes
   */
  public long printed() {
    try {
      return Files.size(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Whether this system tells a process's memory.
   *
   * @return true on Linux
   */
  public static boolean tellsMemory() {
    return Files.exists(Path.of("/proc/self/status"));
  }

  /**
   * The memory it holds now.
   *
   * @return bytes; 0 if it has ended or the system does not tell
   */
  public long resident() {
    return status("VmRSS:");
  }

  private long status(String field) {
    try {
      return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
          .filter(line -> line.startsWith(field))
          .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D+", "")))
          .findFirst()
          .orElse(0);
    } catch (IOException | UncheckedIOException e) {
      return 0;
    }
  }

  /**
   * What it has said so far.
   *
   * @return standard error's text
   */
  public String said() {
    try {
      return Files.readString(err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
