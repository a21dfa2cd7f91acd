package org.kerasgraft.data;

import java.util.regex.Pattern;

/**
 * A text in a cell of comma-separated values (RFC 4180). A text that a spreadsheet would run as a
 * formula gets a leading apostrophe: one that begins with {@code = + - @}, also in full width or
 * behind blanks or quotation marks, or with a tab or a line end. Where a spreadsheet splits at
 * semicolons or tabs, so does what stands behind one. Whatever looks as if it had got an apostrophe
 * gets one, too, which makes the rule reversible.
 */
public final class CsvCell {

  private static final String SKIPPED = "[\\p{Zs}\\r\\n\\x0b\\f\\ufeff\"]";
  private static final String RUN =
      "'*+(?:" + SKIPPED + "*+[=+\\-@\\uff1d\\uff0b\\uff0d\\uff20]|[\\t\\r\\n])";

  /** A place where a cell may begin: first of all, or behind a semicolon or a tab. */
  private static final String BEGIN = "(?<![^;\\t])";

  private static final Pattern FORMULA = Pattern.compile(BEGIN + "(?=" + RUN + ")");
  private static final Pattern ESCAPED = Pattern.compile(BEGIN + "'(?=" + RUN + ")");
  private static final String QUOTED = ",;\"\t\r\n";

  private CsvCell() {}

  /**
   * A text as a cell.
   *
   * @param text any
   * @return the cell, in quotes where it needs them
   */
  public static String of(String text) {
    String safe = FORMULA.matcher(text).replaceAll("'");
    boolean quoted = safe.chars().anyMatch(c -> QUOTED.indexOf(c) >= 0);
    return quoted ? '"' + safe.replace("\"", "\"\"") + '"' : safe;
  }

  /**
   * The text of a cell.
   *
   * @param cell its content without the quotes around it
   * @return the text that was given to {@link #of}
   */
  public static String plain(String cell) {
    return ESCAPED.matcher(cell).replaceAll("");
  }
}
