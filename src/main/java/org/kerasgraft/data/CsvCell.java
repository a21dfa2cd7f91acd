package org.kerasgraft.data;

import java.util.regex.Pattern;

/**
 * A text in a cell of comma-separated values (RFC 4180). A text that a spreadsheet would run as a
 * formula (it begins with {@code = + - @}, also in full width, a tab or a line end) gets a leading
 * apostrophe; so does one that looks as if it had got one, which makes the rule reversible.
 */
public final class CsvCell {

  private static final String STARTS = "[=+\\-@\\t\\r\\n\\uff1d\\uff0b\\uff0d\\uff20].*";
  private static final Pattern FORMULA = Pattern.compile("'*" + STARTS, Pattern.DOTALL);
  private static final Pattern ESCAPED = Pattern.compile("'+" + STARTS, Pattern.DOTALL);

  private CsvCell() {}

  /**
   * A text as a cell.
   *
   * @param text any
   * @return the cell, in quotes where it needs them
   */
  public static String of(String text) {
    String safe = FORMULA.matcher(text).matches() ? "'" + text : text;
    boolean quoted = safe.chars().anyMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
    return quoted ? '"' + safe.replace("\"", "\"\"") + '"' : safe;
  }

  /**
   * The text of a cell.
   *
   * @param cell its content without the quotes around it
   * @return the text that was given to {@link #of}
   */
  public static String plain(String cell) {
    return ESCAPED.matcher(cell).matches() ? cell.substring(1) : cell;
  }
}
