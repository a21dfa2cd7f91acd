package org.kerasgraft.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.kerasgraft.report.TextTable.Align;

class TextTableTest {

  @Test
  void linesUpColumns() {
    TextTable table = new TextTable(Align.LEFT, Align.RIGHT, Align.LEFT);
    table.row("name", "count", "note").row("a", "12", "");

    assertEquals("  name  count  note\n  a        12\n", table.render(2));
  }

  @Test
  void refusesARowOfAnotherLength() {
    TextTable table = new TextTable(Align.LEFT);
    assertThrows(IllegalArgumentException.class, () -> table.row("a", "b"));
  }

  @Test
  void aCellCannotLookLikeSeveralRows() {
    TextTable table = new TextTable(Align.LEFT, Align.LEFT);
    table.row("a\nforged", "b\r\nc").row("d\u2028e", "f");

    assertEquals("a?forged  b?c\nd?e       f\n", table.render(0));
  }
}
