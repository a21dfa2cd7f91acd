package org.kerasgraft.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What Ctrl-C does: it asks the command to end and gives it time to finish its batch, keep what it
 * has and say how to go on. The process then ends with the signal's code, 130.
 */
final class Interruption {

  /** A batch of a large model may take this long; afterwards the process ends all the same. */
  private static final long PATIENCE_SECONDS = 120;

  private final Console console;
  private final CountDownLatch ended = new CountDownLatch(1);

  private Interruption(Console console) {
    this.console = console;
  }

  /** From now on, until {@link #commandEnded()}, a signal cancels the console's command. */
  static Interruption listen(Console console) {
    Interruption interruption = new Interruption(console);
    Runtime.getRuntime().addShutdownHook(new Thread(interruption::cancel, "interruption"));
    return interruption;
  }

  private void cancel() {
    if (ended.getCount() == 0) {
      return;
    }
    console.cancellation().cancel();
    try {
      if (!ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        console.say("The command did not end within " + PATIENCE_SECONDS + " seconds.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The command has ended by itself or as asked; idempotent. */
  void commandEnded() {
    ended.countDown();
  }
}
