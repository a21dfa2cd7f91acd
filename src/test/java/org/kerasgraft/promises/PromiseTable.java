package org.kerasgraft.promises;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Prints what the tests of all promises have tried, as a Markdown table; to be run when all of them
 * have ended.
 */
public final class PromiseTable {

  /** P1 … P18, in order. */
  private static final List<String> PROMISES =
      List.of(
          "Bad images never crash the process; each input gives exactly one row",
          "Training killed at any point goes on to the same final weights",
          "Extraction killed at any point goes on to the same bytes",
          "A failed export leaves the old model, the new one or none, never half of one",
          "A full disk, a quota or a read-only folder: exit 73 or 74, the path named, nothing half",
          "Exactly the listed ops pass the scan, wherever they stand",
          "Nothing of a model runs before the scan",
          "An image bomb is refused by its header",
          "Memory stays flat over long runs",
          "One changed bit in a model, feature or checkpoint file is reported by the file's name",
          "Threads and batch sizes do not change results",
          "Splits and class order are Keras'",
          "A truncated file gives a clear message, never a stack trace",
          "A hostile archive writes nothing",
          "Odd folders (loops, pipes, unreadable ones) end, and are counted",
          "No test needs the network",
          "The same seed gives the same bits",
          "Ctrl-C loses at most one batch, exits 130, and the work can go on");

  private PromiseTable() {}

  /**
   * Prints the table; ends with 1 if a promise has no row.
   *
   * @param args none
   * @throws IOException if the reports of the tests cannot be read
   */
  public static void main(String[] args) throws IOException {
    List<Promises.Row> rows = new ArrayList<>(rows());
    TestReports.in(TestReports.SUREFIRE).row(rows).ifPresent(rows::add);
    System.out.print(text(rows));
    if (!untried(rows).isEmpty()) {
      System.err.println("Not tried: " + untried(rows));
      System.exit(1);
    }
  }

  /** The promises of which nothing was tried. */
  static List<String> untried(List<Promises.Row> rows) {
    return Stream.iterate(1, n -> n <= PROMISES.size(), n -> n + 1)
        .filter(n -> rows.stream().noneMatch(r -> r.promise() == n && !r.skipped()))
        .map(n -> "P" + n)
        .toList();
  }

  /** One line a row, and a last one that counts what was skipped. */
  static String text(List<Promises.Row> rows) {
    StringBuilder table = new StringBuilder("| # | promise | tried | times | result |\n");
    table.append("|---|---|---|---|---|\n");
    for (int number = 1; number <= PROMISES.size(); number++) {
      int promise = number;
      String name = PROMISES.get(number - 1);
      List<Promises.Row> own = rows.stream().filter(r -> r.promise() == promise).toList();
      if (own.isEmpty()) {
        table.append(line("P" + number, name, "", "", "**not tried**"));
      }
      for (Promises.Row row : own) {
        String result = row.skipped() ? "**skipped**: " + row.result() : row.result();
        String times = row.skipped() ? "" : String.format(Locale.ROOT, "%,d", row.count());
        table.append(line("P" + number, name, row.tried(), times, result));
        name = "";
      }
    }
    long skipped = rows.stream().filter(Promises.Row::skipped).count();
    return table + "\n" + (rows.size() - skipped) + " rows tried, " + skipped + " skipped.\n";
  }

  private static String line(String... cells) {
    return "| "
        + String.join(" | ", List.of(cells).stream().map(c -> c.replace("|", "\\|")).toList())
        + " |\n";
  }

  private static List<Promises.Row> rows() {
    ObjectMapper json = new ObjectMapper();
    try (Stream<Path> files = Files.list(Promises.ROWS)) {
      return files
          .sorted(Comparator.comparing(Path::toString))
          .map(file -> read(json, file))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Promises.Row read(ObjectMapper json, Path file) {
    try {
      return json.readValue(file.toFile(), Promises.Row.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
