package org.kerasgraft.cli;

import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Tells how far a long piece of work is: a bar on a terminal, else a plain line now and then.
 * Nothing where the user wants quiet.
 */
final class Progress implements AutoCloseable {

  private static final long LINE_EVERY = 10_000_000_000L;
  private static final long BAR_EVERY = 100_000_000L;
  private static final int BAR = 28;

  private final Console console;
  private final boolean quiet;
  private final LongSupplier clock;
  private long last;
  private boolean barShown;

  Progress(Console console, boolean quiet) {
    this(console, quiet, System::nanoTime);
  }

  Progress(Console console, boolean quiet, LongSupplier clock) {
    this.console = console;
    this.quiet = quiet;
    this.clock = clock;
    this.last = clock.getAsLong();
  }

  /** A line that stays. */
  void note(String text) {
    if (!quiet) {
      clear();
      console.err().println(Console.printable(text));
    }
  }

  /** Lines that stay. */
  void table(String lines) {
    lines.lines().forEach(this::note);
  }

  /** Where the work stands; shown only so often. */
  void at(String what, long done, long total, String figures) {
    long now = clock.getAsLong();
    if (quiet || now - last < (console.terminal() ? BAR_EVERY : LINE_EVERY)) {
      return;
    }
    last = now;
    String text =
        String.format(
            Locale.ROOT, "%s %d/%d%s", what, done, total, figures.isEmpty() ? "" : "  " + figures);
    if (console.terminal()) {
      int full = total == 0 ? BAR : (int) (BAR * Math.min(done, total) / total);
      String bar = "#".repeat(full) + "-".repeat(BAR - full);
      console.err().print("\r\u001b[K[" + bar + "] " + Console.printable(text));
      console.err().flush();
      barShown = true;
    } else {
      console.err().println(Console.printable(text));
    }
  }

  private void clear() {
    if (barShown) {
      console.err().print("\r\u001b[K");
      barShown = false;
    }
  }

  /** Takes the bar away. */
  @Override
  public void close() {
    clear();
  }
}
