package org.kerasgraft.report;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Lines of comma-separated values as RFC 4180 has them, with {@code \n} at their ends. A text that
 * a spreadsheet would run as a formula (it starts with {@code = + - @}, tab or carriage return)
 * gets a {@code '} in front; numbers are never changed.
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
    return value instanceof Number ? value.toString() : quoted(harmless(value.toString()));
  }

  private static String harmless(String text) {
    return !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
  }

  private static String quoted(String text) {
    boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
