package org.kerasgraft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.data.Npy;
import org.kerasgraft.data.NpyWriter;
import org.tensorflow.ndarray.Shape;

class FeaturesCommandTest {

  private static final String MODEL = "src/test/resources/models/tiny-vgg-keras3";

  private static final String ARRAY = "src/test/resources/golden/tiny-vgg-keras3/input.npy";

  @TempDir private Path directory;
  private Path pictures;

  @BeforeEach
  void draw() {
    pictures = directory.resolve("pictures");
    CommandRun.of("pictures", "--out", pictures.toString(), "--per-class", "2");
  }

  @Test
  void writesFeaturesIndexAndManifest() throws IOException {
    Files.writeString(pictures.resolve("bad.jpg"), "no picture");
    Path out = directory.resolve("features");

    CommandRun run = features(out, "block5_pool");

    assertEquals(ExitCode.OK, run.code(), run.err());
    assertTrue(run.out().startsWith("8 rows of block5_pool, 1 inputs rejected"), run.out());
    try (Npy npy = Npy.open(out.resolve("features.npy"))) {
      assertEquals(8, npy.count());
      assertEquals("[1, 1, 8]", Arrays.toString(npy.rowShape().asArray()));
    }
    List<String> index = Files.readAllLines(out.resolve("index.csv"));
    assertEquals("row,path,label,status,detail", index.get(0));
    assertEquals(10, index.size());
    assertTrue(Files.exists(out.resolve("manifest.json")));
  }

  @Test
  void anUnknownLayerIsAUsageErrorWithNearNames() {
    CommandRun run = features(directory.resolve("features"), "block5_pol");

    assertEquals(2, run.code().code());
    assertTrue(run.err().contains("Did you mean 'block5_pool'"), run.err());
    assertFalse(Files.exists(directory.resolve("features")));
  }

  @Test
  void anExistingOutputIsRefusedFirst() {
    CommandRun run = features(pictures, "block5_pool");

    assertEquals(73, run.code().code());
  }

  @Test
  void anEmptyFolderIsNoInput() throws IOException {
    pictures = Files.createDirectory(directory.resolve("empty"));

    assertEquals(66, features(directory.resolve("features"), "block5_pool").code().code());
  }

  @Test
  void anArrayMayBeGivenByTheNameOfItsInput() throws IOException {
    Path plain = directory.resolve("plain");
    Path named = directory.resolve("named");
    assertEquals(ExitCode.OK, rows(plain, ARRAY).code());
    CommandRun run = rows(named, "input_layer=" + ARRAY);
    assertEquals(ExitCode.OK, run.code(), run.err());
    assertEquals(-1, Files.mismatch(plain.resolve("features.npy"), named.resolve("features.npy")));
  }

  @Test
  void namedArraysThatDoNotFitAreRefusedBeforeAnyWork() throws IOException {
    Path other = directory.resolve("four.npy");
    try (NpyWriter writer = NpyWriter.create(other, Shape.of(2))) {
      for (int row = 0; row < 4; row++) {
        writer.append(new float[2], 0);
      }
    }
    refused(2, "Did you mean 'input_layer'", "input_layr=" + ARRAY);
    refused(2, "without a name", "input_layer=" + ARRAY, ARRAY);
    refused(2, "twice", "input_layer=" + ARRAY, "input_layer=" + ARRAY);
    refused(65, other + "' has 4", "input_layer=" + ARRAY, "other=" + other);
    refused(66, "missing.npy", "input_layer=missing.npy");
  }

  @Test
  void resumingWithNothingBegunBeginsAndWithEverythingDoneIsDone() {
    Path out = directory.resolve("features");

    CommandRun first = resume(out, "block5_pool");
    assertEquals(ExitCode.OK, first.code(), first.err());
    assertTrue(first.err().contains("Nothing to resume"), first.err());

    CommandRun again = resume(out, "block5_pool");
    assertEquals(ExitCode.OK, again.code(), again.err());
    assertTrue(again.err().contains("Already complete"), again.err());
    assertEquals(first.out(), again.out());

    CommandRun other = resume(out, "fc1");
    assertEquals(73, other.code().code(), other.err());
    assertTrue(other.err().contains("the layer ("), other.err());
  }

  @Test
  void finishedFeaturesThatAreDamagedAreNamedNotResumed() throws IOException {
    Path out = directory.resolve("features");
    features(out, "block5_pool");
    Files.writeString(out.resolve("index.csv"), "", StandardOpenOption.TRUNCATE_EXISTING);

    CommandRun run = resume(out, "block5_pool");
    assertEquals(65, run.code().code(), run.err());
    assertTrue(run.err().contains("index.csv"), run.err());
  }

  private CommandRun resume(Path out, String layer) {
    return CommandRun.of(
        "features",
        "--model",
        MODEL,
        "--at",
        layer,
        "--images",
        pictures.toString(),
        "--out",
        out.toString(),
        "--resume");
  }

  private void refused(int code, String said, String... inputs) {
    Path out = directory.resolve("refused");
    CommandRun run = rows(out, inputs);
    assertEquals(code, run.code().code(), run.err());
    assertTrue(run.err().contains(said), run.err());
    assertFalse(Files.exists(out));
  }

  private static CommandRun rows(Path out, String... inputs) {
    List<String> words =
        new ArrayList<>(
            List.of("features", "--model", MODEL, "--at", "block5_pool", "--quiet", "--out"));
    words.add(out.toString());
    for (String input : inputs) {
      words.add("--input");
      words.add(input);
    }
    return CommandRun.of(words.toArray(String[]::new));
  }

  private CommandRun features(Path out, String layer) {
    return CommandRun.of(
        "features",
        "--model",
        MODEL,
        "--at",
        layer,
        "--images",
        pictures.toString(),
        "--out",
        out.toString(),
        "--quiet");
  }
}
