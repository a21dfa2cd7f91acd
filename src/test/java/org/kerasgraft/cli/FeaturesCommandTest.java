package org.kerasgraft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.data.Npy;

class FeaturesCommandTest {

  private static final String MODEL = "src/test/resources/models/tiny-vgg-keras3";

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
