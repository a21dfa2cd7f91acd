package org.kerasgraft.promises;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;

/**
 * Keeps what the tests of a promise have tried, for the table that {@link PromiseTable} prints. A
 * row is written once its assertions have passed; what is missing is seen in the table.
 */
public final class Promises {

  /** Where the rows lie, below the module's directory. */
  static final Path ROWS = Path.of("target", "promises");

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * One row.
   *
   * @param promise 1 … 18
   * @param tried what was tried
   * @param count how many times; 0 if it could not be
   * @param result what was seen, or why it was skipped
   * @param skipped whether it could not be tried here
   */
  record Row(int promise, String tried, long count, String result, boolean skipped) {
    Row {
      if (promise < 1 || promise > 18) {
        throw new IllegalArgumentException("promises are numbered 1 to 18, not " + promise);
      }
      Objects.requireNonNull(tried);
      Objects.requireNonNull(result);
    }
  }

  private final int number;

  private Promises(int number) {
    this.number = number;
  }

  /**
   * A promise of the table.
   *
   * @param number 1 … 18
   * @return the promise
   */
  public static Promises of(int number) {
    return new Promises(number);
  }

  /**
   * How much to try: little in every build, much where {@code -Pnightly} is given.
   *
   * @param everyBuild the small number
   * @param nightly the large number
   * @return one of them
   */
  public static int size(int everyBuild, int nightly) {
    return isNightly() ? nightly : everyBuild;
  }

  /**
   * Whether the large sizes are asked for.
   *
   * @return true under {@code -Pnightly}
   */
  public static boolean isNightly() {
    return "nightly".equals(System.getProperty("graft.promises"));
  }

  /**
   * Something that was tried; call {@link Tried#holds} after the assertions.
   *
   * @param what in a few words, the row's name within its promise
   * @param count how many
   * @return to be finished
   */
  public Tried tried(String what, long count) {
    return new Tried(number, what, count);
  }

  /**
   * Something that cannot be tried here.
   *
   * @param what in a few words
   * @param why what is missing
   */
  public void skipped(String what, String why) {
    write(new Row(number, what, 0, why, true));
  }

  /** What was tried, without its result. */
  public record Tried(int promise, String what, long count) {
    /**
     * Writes the row.
     *
     * @param result what was seen
     */
    public void holds(String result) {
      if (count < 1) {
        throw new IllegalStateException("nothing was tried: " + what);
      }
      write(new Row(promise, what, count, result, false));
    }
  }

  private static void write(Row row) {
    String name = row.tried().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    try {
      Files.createDirectories(ROWS);
      Path file = ROWS.resolve(String.format(Locale.ROOT, "p%02d-%s.json", row.promise(), name));
      JSON.writeValue(file.toFile(), row);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
