package org.kerasgraft.keras;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.tensorflow.TensorFlow;

/** The figures of {@code src/docs/import.md}: all below its heading "Figures". */
final class ImportPage {

  private static final Path PAGE = Path.of("src", "docs", "import.md");
  private static final double MIB = 1 << 20;

  /** A model: the size of its graph's file, and each way to import it. */
  record Row(
      String name,
      long graph,
      ImportRun idle,
      ImportRun graft,
      ImportRun bundle,
      ImportRun python) {

    /** Peak memory above an idle JVM's with TensorFlow, in weights. */
    double resident() {
      return (graft.peak() - idle.peak()) * 1024.0 / graft.bytes();
    }

    /** Peak memory of the whole JVM before there is a session, in weights. */
    double residentBeforeSession() {
      return graft.peakBefore() * 1024.0 / graft.bytes();
    }
  }

  private ImportPage() {}

  static void write(List<Row> rows) {
    try {
      List<String> lines = new ArrayList<>(Files.readAllLines(PAGE));
      lines.subList(lines.indexOf("## Figures") + 1, lines.size()).clear();
      lines.add("");
      lines.add(machine());
      lines.add("");
      lines.add(
          "| model | weights MB | Graft: read + restore s | CPU s | peak MB before the session | peak"
              + " MB | above idle, in weights | `SavedModelBundle`: s | CPU s | peak MB | Python: s |"
              + " CPU s | peak MB | Graft / bundle: CPU | peak |");
      lines.add("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
      rows.stream().filter(r -> !isSeries(r)).map(ImportPage::line).forEach(lines::add);
      lines.addAll(
          List.of(
              "",
              "VGG19 at other widths, the graph the same:",
              "",
              "| width | weights MB | restore ms | CPU ms | CPU ms per MB | bundle CPU ms per MB |",
              "|---|---|---|---|---|---|"));
      series(rows, "width-").map(ImportPage::width).forEach(lines::add);
      lines.addAll(
          List.of(
              "",
              "Blocks of convolution, BatchNormalization and ReLU, the weights next to nothing:",
              "",
              "| blocks | `saved_model.pb` kB | read and cut ms | CPU ms | CPU ms per kB | bundle CPU ms per kB |",
              "|---|---|---|---|---|---|"));
      series(rows, "depth-").map(ImportPage::depth).forEach(lines::add);
      Files.write(PAGE, lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isSeries(Row row) {
    return row.name().contains("-");
  }

  private static Stream<Row> series(List<Row> rows, String prefix) {
    return rows.stream().filter(r -> r.name().startsWith(prefix));
  }

  private static String machine() {
    return String.format(
        Locale.ROOT,
        "%s %s, %d processors, Java %s, TensorFlow %s; each figure the best time and the largest memory"
            + " of the rounds.",
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("java.version"),
        TensorFlow.version());
  }

  private static String line(Row row) {
    ImportRun graft = row.graft();
    ImportRun bundle = row.bundle();
    ImportRun python = row.python();
    return String.format(
        Locale.ROOT,
        "| %s | %.0f | %.1f + %.1f | %.1f | %.0f | %.0f | %.2f | %.1f | %.1f | %.0f | %.1f | %.1f | %.0f | %.2f | %.2f |",
        row.name(),
        graft.bytes() / MIB,
        graft.readMillis() / 1000.0,
        graft.openMillis() / 1000.0,
        graft.cpuSeconds(),
        graft.peakBefore() / 1024.0,
        graft.peak() / 1024.0,
        row.resident(),
        bundle.seconds(),
        bundle.cpuSeconds(),
        bundle.peak() / 1024.0,
        python.seconds(),
        python.cpuSeconds(),
        python.peak() / 1024.0,
        graft.cpuSeconds() / bundle.cpuSeconds(),
        (double) graft.peak() / bundle.peak());
  }

  private static String width(Row row) {
    ImportRun graft = row.graft();
    double weights = graft.bytes() / MIB;
    return String.format(
        Locale.ROOT,
        "| %s | %.0f | %d | %d | %.2f | %.2f |",
        row.name().substring("width-".length()),
        weights,
        graft.openMillis(),
        graft.openCpu(),
        graft.openCpu() / weights,
        row.bundle().openCpu() / weights);
  }

  private static String depth(Row row) {
    ImportRun graft = row.graft();
    double graph = row.graph() / 1024.0;
    return String.format(
        Locale.ROOT,
        "| %s | %.0f | %d | %d | %.2f | %.2f |",
        row.name().substring("depth-".length()),
        graph,
        graft.readMillis(),
        graft.readCpu(),
        graft.readCpu() / graph,
        row.bundle().openCpu() / graph);
  }
}
