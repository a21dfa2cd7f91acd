package org.kerasgraft.cli;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What Ctrl-C does, and a signal that asks the process to end: it asks the command to end and gives
 * it time to finish its batch, keep what it has and say how to go on. A second one, or the end of
 * that time, ends the process at once. The exit code is the signal's: 130 for Ctrl-C.
 */
final class Interruption {

  /** For a command that finishes a batch first; one of a large model may take this long. */
  static final Duration A_BATCH = Duration.ofMinutes(2);

  /** For a command that has nothing to keep. */
  static final Duration AT_ONCE = Duration.ofSeconds(2);

  /** Ctrl-C, the system's wish, the terminal's end. */
  private static final List<String> SIGNALS = List.of("INT", "TERM", "HUP");

  private final Console console;
  private final Duration patience;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicInteger first = new AtomicInteger();

  private Interruption(Console console, Duration patience) {
    this.console = console;
    this.patience = patience;
  }

  /**
   * From now on, until {@link #commandEnded()}, a signal cancels the console's command. One that
   * the process was started to ignore, as a job in the background is, stays ignored.
   */
  static Interruption listen(Console console, Duration patience) {
    Interruption interruption = new Interruption(console, patience);
    SIGNALS.forEach(interruption::hear);
    return interruption;
  }

  /** By reflection, because the compiler warns of the classes even where they are exported. */
  private void hear(String name) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object asked =
          Proxy.newProxyInstance(
              Interruption.class.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                asked((int) signal.getMethod("getNumber").invoke(arguments[0]));
                return null;
              });
      Object wanted = signal.getConstructor(String.class).newInstance(name);
      signal.getMethod("handle", signal, handler).invoke(null, wanted, asked);
    } catch (ReflectiveOperationException e) {
      return; // this system has no such signal: Java does what it does of itself
    }
  }

  private void asked(int signal) {
    int code = ChildProcess.SIGNALLED + signal;
    if (!first.compareAndSet(0, code)) {
      Runtime.getRuntime().halt(code);
    }
    console.cancellation().cancel();
    try {
      if (!ended.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        Runtime.getRuntime().halt(code);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The command has ended by itself or as asked; idempotent. */
  void commandEnded() {
    ended.countDown();
  }

  /** The exit code of the signal that was heard first, if any. */
  OptionalInt code() {
    return first.get() == 0 ? OptionalInt.empty() : OptionalInt.of(first.get());
  }
}
