package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromiseTableTest {

  private static final List<Promises.Row> ROWS =
      List.of(
          new Promises.Row(1, "mutated images", 5000, "0 crashes", false),
          new Promises.Row(5, "small disk", 0, "no mount here", true),
          new Promises.Row(5, "quota", 3, "exit 74", false));

  @Test
  void showsEachRowAndCountsSkippedOnes() {
    String text = PromiseTable.text(ROWS);
    assertTrue(text.contains("| mutated images | 5,000 | 0 crashes |"), text);
    assertTrue(text.contains("| small disk |  | **skipped**: no mount here |"), text);
    assertTrue(text.endsWith("2 rows tried, 1 skipped.\n"), text);
  }

  @Test
  void aPromiseOfWhichNothingWasTriedIsSeen() {
    assertTrue(PromiseTable.text(ROWS).contains("P2 "));
    assertEquals(16, PromiseTable.untried(ROWS).size());
    assertFalse(PromiseTable.untried(ROWS).contains("P5"));
    assertTrue(PromiseTable.untried(ROWS.subList(0, 2)).contains("P5"), "skipped is not tried");
  }

  @Test
  void nothingTriedIsNoResult() {
    assertThrows(IllegalStateException.class, () -> Promises.of(1).tried("x", 0).holds("y"));
  }

  @Test
  void allTestsAreCountedFromTheirReportsAndOnlyWithoutNetwork(@TempDir Path folder)
      throws IOException {
    assertEquals(new TestReports(0, 0, 0, 0), TestReports.in(folder.resolve("none")));
    report(folder, "a.FirstTest", "tests=\"5\" errors=\"0\" skipped=\"1\" failures=\"0\"");
    report(folder, "b.SecondTest", "tests=\"2\" errors=\"0\" skipped=\"0\" failures=\"0\"");
    Files.writeString(folder.resolve("a.FirstTest.txt"), "Tests run: 5");
    List<Promises.Row> offline =
        List.of(new Promises.Row(16, "looks", 1, NoNetworkTest.NONE + " …", false));
    TestReports reports = TestReports.in(folder);
    assertEquals(new TestReports(2, 7, 0, 1), reports);
    assertEquals("7 tests, none failed, 1 skipped", reports.row(offline).orElseThrow().result());
    assertEquals(2, reports.row(offline).orElseThrow().count());
    assertTrue(reports.row(ROWS).isEmpty(), "nobody saw that there was no network");
    report(folder, "c.ThirdTest", "tests=\"2\" errors=\"1\" skipped=\"0\" failures=\"0\"");
    assertTrue(TestReports.in(folder).row(offline).isEmpty(), "one has failed");
  }

  private static void report(Path folder, String name, String counts) throws IOException {
    Files.writeString(
        folder.resolve("TEST-" + name + ".xml"),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\""
            + name
            + "\" "
            + counts
            + "/>");
  }
}
