package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

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
}
