package org.kerasgraft.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsvCellTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "=cmd|' /C calc'!A0",
        "+1",
        "-1",
        "@SUM(A1)",
        "\tx",
        "\rx",
        "\nx",
        "\uff1d1+1",
        "'=1",
        "''@x",
        "=\"a\",b",
        " =1",
        "\u00a0\u3000-1",
        "\n +1"
      })
  void aFormulaIsDisarmedAndCanBeReadAgain(String text) {
    String cell = unquoted(CsvCell.of(text));
    assertEquals("'" + text, cell);
    assertEquals(text, CsvCell.plain(cell));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a.png",
        "a=b",
        "'quoted'",
        "'",
        "a,b",
        "a\"b",
        "a\nb",
        "\\x0a",
        "a;b",
        "a -1",
        " x"
      })
  void anyOtherTextIsKept(String text) {
    assertEquals(text, unquoted(CsvCell.of(text)));
    assertEquals(text, CsvCell.plain(text));
  }

  /** Where lists are split at semicolons or tabs, a formula may begin behind one. */
  @ParameterizedTest
  @CsvSource({
    "a;=1, a;'=1",
    "a; =1;b, a;' =1;b",
    "=1;-1, '=1;'-1",
    "a;'=1, a;''=1",
    "a;\"=1;, a;'\"\"=1;",
    "a;b-1, a;b-1"
  })
  void aFormulaBehindASemicolonIsDisarmed(String text, String cell) {
    for (char split : new char[] {';', '\t'}) {
      String made = CsvCell.of(text.replace(';', split));
      assertEquals('"' + cell.replace(';', split) + '"', made);
      assertEquals(text.replace(';', split), CsvCell.plain(unquoted(made)));
    }
  }

  /** All texts of six characters that the rule looks at, or not. */
  @Test
  void everyTextIsReadBack() {
    String alphabet = "'=;\t \na\"";
    int length = 6;
    int all = (int) Math.pow(alphabet.length(), length);
    for (int n = 0; n < all; n++) {
      StringBuilder text = new StringBuilder();
      for (int rest = n, i = 0; i < length; i++, rest /= alphabet.length()) {
        text.append(alphabet.charAt(rest % alphabet.length()));
      }
      String cell = unquoted(CsvCell.of(text.toString()));
      assertEquals(text.toString(), CsvCell.plain(cell));
      for (String part : cell.split("[;\t]", -1)) {
        assertFalse(part.replace("\"", "").strip().startsWith("="), cell);
      }
    }
  }

  private static String unquoted(String cell) {
    return cell.startsWith("\"")
        ? cell.substring(1, cell.length() - 1).replace("\"\"", "\"")
        : cell;
  }
}
