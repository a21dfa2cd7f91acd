package org.kerasgraft.report;

import java.util.Locale;

/** Texts and numbers as HTML and SVG want them. */
final class Markup {

  private Markup() {}

  /**
   * A text from outside, safe in elements and quoted attributes; control characters are dropped.
   */
  static String escape(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> {
                  if (isAllowed(c)) {
                    safe.appendCodePoint(c);
                  } else {
                    safe.append('\ufffd');
                  }
                }
              }
            });
    return safe.toString();
  }

  /** XML 1.0's characters, without those that reorder text. */
  private static boolean isAllowed(int c) {
    if (c < 0x20) {
      return c == '\t' || c == '\n';
    }
    boolean surrogate = c >= 0xd800 && c <= 0xdfff;
    boolean control = c >= 0x7f && c <= 0x9f;
    boolean reorders =
        c == 0x061c
            || c == 0x200e
            || c == 0x200f
            || (c >= 0x202a && c <= 0x202e)
            || (c >= 0x2066 && c <= 0x2069);
    return c > 0xffff || (c < 0xfffe && !control && !surrogate && !reorders);
  }

  /** A coordinate, one decimal. */
  static String at(double coordinate) {
    return String.format(Locale.ROOT, "%.1f", coordinate);
  }

  /** A share as a percentage, one decimal. */
  static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  /** A number of about four significant digits; tiny and huge ones in scientific notation. */
  static String number(double value) {
    if (value == 0 || Double.isNaN(value) || Double.isInfinite(value)) {
      return value == 0 ? "0" : Double.toString(value);
    }
    double size = Math.abs(value);
    if (size < 1e-3 || size >= 1e6) {
      return String.format(Locale.ROOT, "%.3g", value);
    }
    return String.format(Locale.ROOT, size < 10 ? "%.4f" : "%.1f", value);
  }

  /** A count with thousands separated. */
  static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }
}
