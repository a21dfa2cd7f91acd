package org.kerasgraft.report;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.kerasgraft.data.CsvCell;

/**
 * Lines of comma-separated values as RFC 4180 has them, with {@code \n} at their ends. Texts are as
 * {@link CsvCell} has them; numbers are never changed.
 */
public final class Csv {

  private Csv() {}

  /**
   * One line.
   *
   * @param cells numbers, texts, or null for an empty cell
   * @return the line with its end
   */
  public static String line(Object... cells) {
    return line(Arrays.asList(cells));
  }

  /**
   * One line.
   *
   * @param cells numbers, texts, or null for an empty cell
   * @return the line with its end
   */
  public static String line(List<?> cells) {
    return cells.stream().map(Csv::cell).collect(Collectors.joining(",", "", "\n"));
  }

  private static String cell(Object value) {
    if (value == null) {
      return "";
    }
    return value instanceof Number ? value.toString() : CsvCell.of(value.toString());
  }
}
