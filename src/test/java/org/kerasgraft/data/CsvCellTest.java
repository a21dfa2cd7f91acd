package org.kerasgraft.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
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
        "=\"a\",b"
      })
  void aFormulaIsDisarmedAndCanBeReadAgain(String text) {
    String cell = unquoted(CsvCell.of(text));
    assertEquals("'" + text, cell);
    assertEquals(text, CsvCell.plain(cell));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a.png", "a=b", "'quoted'", "'", "a,b", "a\"b", "a\nb", "\\x0a"})
  void anyOtherTextIsKept(String text) {
    assertEquals(text, unquoted(CsvCell.of(text)));
    assertEquals(text, CsvCell.plain(text));
  }

  private static String unquoted(String cell) {
    return cell.startsWith("\"")
        ? cell.substring(1, cell.length() - 1).replace("\"\"", "\"")
        : cell;
  }
}
