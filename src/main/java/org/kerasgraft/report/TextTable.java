package org.kerasgraft.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A table of plain text: columns as wide as their widest cell, two spaces between them. */
public final class TextTable {

  /** The side on which a column's cells line up. */
  public enum Align {
    /** Words. */
    LEFT,
    /** Numbers. */
    RIGHT
  }

  private final List<Align> aligns;
  private final List<List<String>> rows = new ArrayList<>();

  /**
   * Creates a table without rows.
   *
   * @param aligns one for each column
   */
  public TextTable(Align... aligns) {
    this.aligns = List.of(aligns);
  }

  /**
   * Adds a row.
   *
   * @param cells one for each column
   * @return this
   * @throws IllegalArgumentException if there are more or fewer cells than columns
   */
  public TextTable row(String... cells) {
    if (cells.length != aligns.size()) {
      throw new IllegalArgumentException(
          cells.length + " cells for " + aligns.size() + " columns: " + Arrays.toString(cells));
    }
    rows.add(Arrays.stream(cells).map(TextTable::oneLine).toList());
    return this;
  }

  /**
   * The table.
   *
   * @param indent spaces before each line
   * @return the lines, each with a line end and without trailing spaces
   */
  public String render(int indent) {
    int[] widths = new int[aligns.size()];
    for (List<String> row : rows) {
      for (int c = 0; c < widths.length; c++) {
        widths[c] = Math.max(widths[c], width(row.get(c)));
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder(" ".repeat(indent));
      for (int c = 0; c < widths.length; c++) {
        String pad = " ".repeat(widths[c] - width(row.get(c)));
        line.append(c == 0 ? "" : "  ");
        line.append(aligns.get(c) == Align.LEFT ? row.get(c) + pad : pad + row.get(c));
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  /**
   * A text that cannot look like several lines.
   *
   * @param text from anywhere
   * @return the same with a question mark for each line end
   */
  static String oneLine(String text) {
    return text.replaceAll("\\R", "?");
  }

  private static int width(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
