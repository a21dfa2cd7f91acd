package org.kerasgraft.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.kerasgraft.error.StorageException;

/**
 * A graft command in another process, whose lines are passed on. The other process ends when this
 * one does: it reads its standard input and stops at its end.
 */
final class ChildProcess {

  /** Set for the other process. */
  private static final String CHILD = "graft.child";

  /** A signal's number is added to this to give the exit code. */
  static final int SIGNALLED = 128;

  /** Given by the other process alone: it had to end at the memory limit. */
  static final int MEMORY_LIMIT = 71;

  private static final int LONGEST_LINE = 4096;
  private static final long GLANCE_MILLIS = 100;
  private static final Duration PATIENCE = Duration.ofSeconds(100);

  private final Process process;
  private final List<Thread> pumps;
  private final Console console;

  private ChildProcess(Process process, PrintStream out, Console console) {
    this.process = process;
    this.console = console;
    this.pumps =
        List.of(pump(process.getInputStream(), out), pump(process.getErrorStream(), console.err()));
  }

  /**
   * Starts a command with this process' Java, flags and class path.
   *
   * @param words the command and its options
   * @param more further flags of Java
   * @param out where its standard output goes
   * @param console where its standard error goes, and the wish that it should end comes from
   */
  static ChildProcess start(
      List<String> words, List<String> more, PrintStream out, Console console) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> !flag.startsWith("-agentlib") && !flag.startsWith("-javaagent"))
        .filter(flag -> !flag.startsWith("-Dgraft.terminal"))
        .forEach(command::add);
    // Else Java writes a report of many pages into the user's folder.
    command.add("-XX:+SuppressFatalErrorMessage");
    command.add("-XX:-CreateCoredumpOnCrash");
    command.add("-D" + CHILD + "=true");
    command.addAll(more);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(words);
    try {
      return new ChildProcess(new ProcessBuilder(command).start(), out, console);
    } catch (IOException e) {
      throw new StorageException(
          "A process of its own cannot be started: " + e.getMessage() + ".",
          "Leave out --isolate, or free memory and processes.",
          e);
    }
  }

  /** Whether this process is such a child. */
  static boolean isThis() {
    return Boolean.getBoolean(CHILD);
  }

  /**
   * In the child: from now on the command is cancelled when the parent ends or wants it; if native
   * code does not come back for long, the process ends all the same.
   */
  static void obeyParent(Console console) {
    Thread watch =
        new Thread(
            () -> {
              try {
                System.in.transferTo(OutputStream.nullOutputStream());
              } catch (IOException e) {
                console.say("The process that watches this one cannot be heard: " + e + ".");
              }
              console.cancellation().cancel();
              haltAfter(PATIENCE);
            },
            "parent-watch");
    watch.setDaemon(true);
    watch.start();
  }

  /** Its number. */
  long pid() {
    return process.pid();
  }

  private static void haltAfter(Duration patience) {
    try {
      TimeUnit.MILLISECONDS.sleep(patience.toMillis());
      Runtime.getRuntime().halt(ExitCode.INTERRUPTED.code());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether it has not ended. */
  boolean isAlive() {
    return process.isAlive();
  }

  /** Waits for its end; passes the wish on that it should end. */
  int end() {
    return end(console.cancellation()::isCancelled, PATIENCE);
  }

  /** Lets it end, and ends it if it does not. */
  int endWithin(Duration patience) {
    return end(() -> true, patience);
  }

  private int end(BooleanSupplier isWanted, Duration patience) {
    try {
      long asked = 0;
      while (!process.waitFor(GLANCE_MILLIS, TimeUnit.MILLISECONDS)) {
        if (isWanted.getAsBoolean()) {
          askToEnd();
          asked += GLANCE_MILLIS;
        }
        if (asked > patience.toMillis()) {
          process.destroyForcibly();
        }
      }
      for (Thread pump : pumps) {
        pump.join();
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting for a process", e);
    }
  }

  private void askToEnd() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      process.destroy();
    }
  }

  private static Thread pump(InputStream from, PrintStream to) {
    Thread pump = new Thread(() -> passOn(from, to), "child-output");
    pump.setDaemon(true);
    pump.start();
    return pump;
  }

  /** Line by line, without control characters, long lines in parts. */
  private static void passOn(InputStream from, PrintStream to) {
    StringBuilder line = new StringBuilder();
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8))) {
      for (int c = reader.read(); c >= 0; c = reader.read()) {
        if (c != '\n' && c != '\r') {
          line.append((char) c);
        }
        if (c == '\n' || line.length() == LONGEST_LINE) {
          to.println(Console.printable(line.toString()));
          line.setLength(0);
        }
      }
    } catch (IOException e) {
      line.append(" (cut off)");
    }
    if (line.length() > 0) {
      to.println(Console.printable(line.toString()));
    }
  }

  /**
   * How a process ended, for a person. A fault within native code is an abort, too: Java makes it
   * one.
   */
  static String ending(int code) {
    if (code == MEMORY_LIMIT) {
      return "the memory limit";
    }
    return switch (code - SIGNALLED) {
      case 4 -> "signal 4 (SIGILL)";
      case 6 -> "signal 6 (SIGABRT)";
      case 7 -> "signal 7 (SIGBUS)";
      case 8 -> "signal 8 (SIGFPE)";
      case 9 -> "signal 9 (SIGKILL)";
      case 11 -> "signal 11 (SIGSEGV)";
      default -> code > SIGNALLED ? "signal " + (code - SIGNALLED) : "exit code " + code;
    };
  }
}
