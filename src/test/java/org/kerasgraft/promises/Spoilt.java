package org.kerasgraft.promises;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assertions;
import org.kerasgraft.cli.CommandLine;
import org.kerasgraft.cli.CommandLine.Outcome;

/**
 * Gives spoilt files to what reads them, one after the other, and keeps those that end otherwise
 * than in success or in one line of a documented exit code: in {@code target/failing-mutants}, with
 * the number that makes the same one again. Their place then is {@code src/test/resources}, {@code
 * regression}.
 */
public final class Spoilt implements AutoCloseable {

  private static final Path FAILING = Path.of("target", "failing-mutants");
  private static final long SEED = 0xD134_2543_DE82_EF95L;

  /** Success, usage, bad data, no input, reading failed, model refused. */
  private static final Set<Integer> DOCUMENTED = Set.of(0, 2, 65, 66, 74, 77);

  /** Far more than any takes: what needs longer hangs. */
  private static final int SECONDS = 60;

  /** What reading one small file may allocate, again and again or at once. */
  private static final long MOST_ALLOCATED = 256L << 20;

  private static final int MOST_FAILURES = 20;

  private final String kind;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread worker = new Thread(work, "reader of spoilt files");
            worker.setDaemon(true);
            return worker;
          });
  private final Map<Integer, Integer> codes = new TreeMap<>();
  private final List<String> failures = new ArrayList<>();
  private int tried;
  private long mostAllocated;

  /**
   * A spoilt file.
   *
   * @param kind of what it was made
   * @param number makes the same again
   * @param bytes its content
   */
  public record Mutant(String kind, int number, byte[] bytes) {}

  /**
   * Begins.
   *
   * @param kind what is spoilt, in a word that can stand in a file's name
   */
  public Spoilt(String kind) {
    this.kind = kind;
  }

  /**
   * The random numbers of one mutant.
   *
   * @param number the mutant's
   * @return the same ones each time
   */
  public static RandomGenerator random(int number) {
    return new SplittableRandom(SEED * (number + 1L));
  }

  /**
   * Reads a spoilt file by a call of the library.
   *
   * @param mutant for the messages, and to be kept
   * @param reader fails as the library does
   * @return how a command would end with that
   */
  public int call(Mutant mutant, Runnable reader) {
    return command(
            mutant,
            () -> {
              try {
                reader.run();
                return new Outcome(0, "", "");
              } catch (RuntimeException | Error e) {
                return CommandLine.failed(e);
              }
            })
        .code();
  }

  /**
   * Reads a spoilt file by a command.
   *
   * @param mutant for the messages, and to be kept
   * @param command runs it
   * @return how it ended; code −1 if it did not
   */
  public Outcome command(Mutant mutant, Callable<Outcome> command) {
    tried++;
    Outcome outcome;
    long[] allocated = new long[1];
    try {
      outcome =
          thread
              .submit(
                  () -> {
                    long before = allocated();
                    Outcome ended = command.call();
                    allocated[0] = allocated() - before;
                    return ended;
                  })
              .get(SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError(kept(mutant, "hangs"), e);
    } catch (ExecutionException e) {
      outcome = new Outcome(-1, "", e.getCause() + " at " + e.getCause().getStackTrace()[0]);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    codes.merge(outcome.code(), 1, Integer::sum);
    mostAllocated = Math.max(mostAllocated, allocated[0]);
    String wrong = wrong(outcome, allocated[0]);
    if (!wrong.isEmpty()) {
      fail(mutant, wrong);
    }
    return outcome;
  }

  private static long allocated() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }

  /** What is not as promised; empty if nothing. */
  private static String wrong(Outcome outcome, long allocated) {
    String err = outcome.err();
    if (!DOCUMENTED.contains(outcome.code()) || err.contains("\tat ")) {
      return "exit code " + outcome.code() + ": " + err;
    }
    if (outcome.code() != 0 && err.lines().count() != 1) {
      return "exit code " + outcome.code() + " with other than one line: '" + err + "'";
    }
    if (err.chars().anyMatch(c -> c != '\n' && c != '\r' && Character.isISOControl(c))) {
      return "control characters on the terminal: '" + err + "'";
    }
    return allocated > MOST_ALLOCATED ? allocated + " bytes were allocated" : "";
  }

  /**
   * Notes something that is not as promised.
   *
   * @param mutant is kept
   * @param what in words
   */
  public void fail(Mutant mutant, String what) {
    failures.add(kept(mutant, what));
    if (failures.size() >= MOST_FAILURES) {
      requireNone();
    }
  }

  private String kept(Mutant mutant, String what) {
    Path file =
        FAILING.resolve(String.format(Locale.ROOT, "%s-%06d", mutant.kind(), mutant.number()));
    try {
      Files.createDirectories(FAILING);
      Files.write(file, mutant.bytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return mutant.kind() + " " + mutant.number() + ", kept as " + file + ": " + what;
  }

  /** Fails if anything was not as promised. */
  public void requireNone() {
    if (!failures.isEmpty()) {
      Assertions.fail(failures.size() + " of " + tried + ":\n" + String.join("\n", failures));
    }
  }

  /**
   * Fails if anything was not as promised; else writes a row of the table.
   *
   * @param promise its number
   */
  public void holds(int promise) {
    requireNone();
    Assertions.assertTrue(
        codes.getOrDefault(0, 0) < tried, () -> kind + ": no mutant was refused, " + codes);
    Promises.of(promise)
        .tried("mutated " + kind, tried)
        .holds(
            String.format(
                Locale.ROOT,
                "one line each, 0 crashes or hangs, at most %,d MB allocated: %s",
                mostAllocated >> 20,
                codes.entrySet().stream()
                    .map(e -> String.format(Locale.ROOT, "exit %d %,d", e.getKey(), e.getValue()))
                    .collect(Collectors.joining(", "))));
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
