package org.kerasgraft.promises;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/**
 * What became of all tests, as Surefire reports it when the last one has ended: no test can say
 * that of the others.
 *
 * @param classes the test classes that ran
 * @param tests the tests in them, skipped ones included
 * @param failed those that failed or ended in an error
 * @param skipped those that were skipped
 */
record TestReports(int classes, int tests, int failed, int skipped) {

  /** Where Surefire writes, below the module's directory. */
  static final Path SUREFIRE = Path.of("target", "surefire-reports");

  /** Adds up the reports in a folder; none are there if no test has run. */
  static TestReports in(Path folder) throws IOException {
    TestReports sum = new TestReports(0, 0, 0, 0);
    if (!Files.isDirectory(folder)) {
      return sum;
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(TestReports::isReport).toList()) {
        sum = sum.and(of(file));
      }
    }
    return sum;
  }

  private static boolean isReport(Path file) {
    return file.getFileName().toString().matches("TEST-.*\\.xml");
  }

  private static TestReports of(Path file) throws IOException {
    try {
      Element suite =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(file.toFile())
              .getDocumentElement();
      return new TestReports(
          1,
          number(suite, "tests"),
          number(suite, "failures") + number(suite, "errors"),
          number(suite, "skipped"));
    } catch (ParserConfigurationException | SAXException e) {
      throw new IOException("'" + file + "' is no report of Surefire", e);
    }
  }

  private static int number(Element suite, String attribute) {
    return Integer.parseInt(suite.getAttribute(attribute));
  }

  private TestReports and(TestReports other) {
    return new TestReports(
        classes + other.classes,
        tests + other.tests,
        failed + other.failed,
        skipped + other.skipped);
  }

  /** The row of all tests; empty unless they all passed in a process that had no network. */
  Optional<Promises.Row> row(List<Promises.Row> rows) {
    boolean withoutNetwork =
        rows.stream().anyMatch(row -> !row.skipped() && row.result().contains(NoNetworkTest.NONE));
    if (!withoutNetwork || failed > 0 || tests == 0) {
      return Optional.empty();
    }
    return Optional.of(
        new Promises.Row(
            16,
            "all test classes, in a process without network interfaces",
            classes,
            String.format(Locale.ROOT, "%,d tests, none failed, %,d skipped", tests, skipped),
            false));
  }
}
