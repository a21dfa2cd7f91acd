package org.kerasgraft.features;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kerasgraft.error.InvalidDataException;

class IndexFileTest {

  @TempDir private Path folder;

  @Test
  void acceptedAndRejectedInputsAreLines() throws IOException {
    Path file = folder.resolve("index.csv");
    IndexFile.write(
        file,
        List.of(
            new IndexRow(0, "a/1.png", "a", "ok", ""),
            new IndexRow(-1, "a/2.png", "a", "truncated", "premature end")));
    assertEquals(
        "row,path,label,status,detail\r\n0,a/1.png,a,ok,\r\n,a/2.png,a,truncated,premature end\r\n",
        Files.readString(file));
  }

  @Test
  void formulasAreDefusedAndQuotesDoubled() throws IOException {
    Path file = folder.resolve("index.csv");
    IndexFile.write(file, List.of(new IndexRow(0, "=1+1.png", "a,\"b\"", "ok", "@x\n-y")));
    assertEquals(
        "row,path,label,status,detail\r\n0,'=1+1.png,\"a,\"\"b\"\"\",ok,\"'@x\n-y\"\r\n",
        Files.readString(file));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "plain",
        "=x",
        "'=x",
        "''=x",
        "'x",
        "+1",
        "-1",
        "@a",
        "a,b",
        "\"",
        "a\"b\"",
        "ünï, \"c\" \uD83D\uDE00",
        "'",
        "x'=y"
      })
  void everyCellIsReadBack(String text) {
    Path file = folder.resolve("index.csv");
    List<IndexRow> rows =
        List.of(new IndexRow(0, text, text, "ok", text), new IndexRow(-1, text, "", "empty", text));
    IndexFile.write(file, rows);
    assertEquals(rows, IndexFile.read(file));
  }

  @Test
  void aDetailMayHaveLines() {
    Path file = folder.resolve("index.csv");
    List<IndexRow> rows = List.of(new IndexRow(0, "a", "b", "ok", "a\r\nb"));
    IndexFile.write(file, rows);
    assertEquals(rows, IndexFile.read(file));
  }

  @ParameterizedTest
  @ValueSource(strings = {"esc\u001b[2J", "c1\u009b", "rtl\u202egnp", "a\nb"})
  void aNameThatSteersATerminalIsRefused(String name) {
    Path file = folder.resolve("index.csv");
    IndexFile.write(file, List.of(new IndexRow(0, name, "", "ok", "")));
    assertThrows(InvalidDataException.class, () -> IndexFile.read(file));
    IndexFile.write(file, List.of(new IndexRow(0, "", name, "ok", "")));
    assertThrows(InvalidDataException.class, () -> IndexFile.read(file));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "row,path\r\n",
        "row,path,label,status,detail\r\n1,2\r\n",
        "row,path,label,status,detail\r\nx,a,b,ok,\r\n",
        "row,path,label,status,detail\r\n-7,a,b,ok,\r\n"
      })
  void whatIsNoIndexIsInvalidData(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("index.csv"), text);
    assertThrows(InvalidDataException.class, () -> IndexFile.read(file));
  }
}
