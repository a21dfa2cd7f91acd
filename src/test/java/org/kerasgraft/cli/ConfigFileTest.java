package org.kerasgraft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kerasgraft.error.MissingInputException;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.promises.Promises;

class ConfigFileTest {

  private static final Command FEATURES = new FeaturesCommand();

  @TempDir Path folder;

  @Test
  void everyKindOfOptionIsRead() throws IOException {
    Arguments arguments =
        parse(
            "{'model': 'a model', 'batch-size': 8, 'quiet': true, 'debug': false,"
                + " 'input': ['x=1.npy', 'y=2.npy'], 'allow-op': 'Abort'}");

    assertEquals("a model", arguments.text("model").orElseThrow());
    assertEquals(8, arguments.count("batch-size", 1).orElseThrow());
    assertTrue(arguments.has("quiet"));
    assertFalse(arguments.has("debug"));
    assertEquals(List.of("x=1.npy", "y=2.npy"), arguments.texts("input"));
    assertEquals(List.of("Abort"), arguments.texts("allow-op"));
  }

  @Test
  void theCommandLineWins() throws IOException {
    Arguments arguments =
        parse(
            "{'batch-size': 8, 'model': 'file', 'input': ['a', 'b']}",
            "--batch-size",
            "2",
            "--input",
            "c");

    assertEquals(2, arguments.count("batch-size", 1).orElseThrow());
    assertEquals("file", arguments.text("model").orElseThrow());
    assertEquals(List.of("c"), arguments.texts("input"));
  }

  @Test
  void anUnknownKeyIsNotIgnored() {
    UnknownNameException unknown =
        assertThrows(UnknownNameException.class, () -> parse("{'batch_size': 8}"));
    assertTrue(unknown.explain().contains("batch-size"), unknown.explain());
    assertThrows(UnknownNameException.class, () -> parse("{'config': 'another'}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "[1];is not one JSON object",
        "{'a': ;is no JSON (line 1, column",
        "{} {};is no JSON",
        ";is not one JSON object",
        "{'model': 'a', 'model': 'b'};is no JSON",
        "{'model': null};'model' in",
        "{'model': {'path': 'x'}};expected a text or a number.",
        "{'model': ['x']};expected a text or a number.",
        "{'input': [['x']]};or an array of them",
        "{'quiet': 'yes'};expected true or false",
        "{'quiet': 1};expected true or false"
      })
  void whatIsWrongIsSaidInALine(String json, String expected) throws IOException {
    CommandRun run =
        CommandRun.of("features", "--config", file(json == null ? "" : json).toString());

    assertEquals(ExitCode.USAGE, run.code(), run.err());
    assertTrue(run.err().contains(expected), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
  }

  @Test
  void anAbsentFileIsNoInput() {
    assertThrows(
        MissingInputException.class,
        () -> Arguments.parse(FEATURES, List.of("--config", folder.resolve("none").toString())));
  }

  @Test
  void aHugeFileIsNotRead() throws IOException {
    CommandRun run = CommandRun.of("features", "--config", file(" ".repeat(2 << 20)).toString());
    assertTrue(run.err().contains("has 2097152 bytes"), run.err());
  }

  /** Seeded; a mutation that is still an object of options goes on to what is missing next. */
  @Test
  void mutatedFilesNeverGiveAStackTrace() throws IOException {
    byte[] good =
        "{\"model\": \"m\", \"at\": \"x\", \"batch-size\": 8, \"input\": [\"a\", \"b\"], \"quiet\": true}"
            .getBytes(StandardCharsets.UTF_8);
    Random random = new Random(5);
    int tries = Promises.size(1_000, 20_000);
    Map<ExitCode, Integer> codes = new TreeMap<>();
    for (int i = 0; i < tries; i++) {
      byte[] bytes = good.clone();
      for (int change = random.nextInt(3); change >= 0; change--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      Path file = Files.write(folder.resolve("mutated.json"), bytes);
      CommandRun run = CommandRun.of("features", "--config", file.toString());
      codes.merge(run.code(), 1, Integer::sum);
      assertFalse(run.err().contains("\tat "), run.err());
      assertTrue(
          run.code() == ExitCode.USAGE || run.code() == ExitCode.NO_INPUT,
          () -> new String(bytes, StandardCharsets.ISO_8859_1) + " gives " + run.err());
    }
    Promises.of(13).tried("mutated configuration files", tries).holds("one line each: " + codes);
  }

  private Arguments parse(String json, String... more) throws IOException {
    List<String> words = new ArrayList<>(List.of(more));
    words.addAll(List.of("--config", file(json).toString()));
    return Arguments.parse(FEATURES, words);
  }

  private Path file(String json) throws IOException {
    return Files.writeString(folder.resolve("config.json"), json.replace('\'', '"'));
  }
}
