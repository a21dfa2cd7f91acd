package org.kerasgraft.savedmodel;

import java.util.Locale;

/**
 * Something in a model that is not allowed.
 *
 * @param op the op; empty for what is no node
 * @param node the node's name, or the file's
 * @param place {@code main graph}, {@code function 'f'}, or {@code directory}; where below the init
 *     op or the saver, it says so
 * @param reason one clause: what it would do
 */
public record ScanFinding(String op, String node, String place, String reason) {

  /** Code points of a name that are shown. */
  private static final int LONGEST = 300;

  /**
   * For a person.
   *
   * @return one clause without a full stop, on one line whatever stands in the model's names
   */
  public String text() {
    String what = op.isEmpty() ? "'" + clean(node) + "'" : clean(op) + " at '" + clean(node) + "'";
    return what + " in the " + clean(place) + ": it " + clean(reason);
  }

  /** Names are the model's: line ends, control characters and marks of direction as code points. */
  private static String clean(String text) {
    StringBuilder clean = new StringBuilder();
    text.codePoints()
        .limit(LONGEST)
        .forEach(
            c -> {
              if (isUnprintable(c)) {
                clean.append(String.format(Locale.ROOT, "\\u{%x}", c));
              } else {
                clean.appendCodePoint(c);
              }
            });
    return text.length() > LONGEST && text.codePointCount(0, text.length()) > LONGEST
        ? clean + "…"
        : clean.toString();
  }

  private static boolean isUnprintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }
}
