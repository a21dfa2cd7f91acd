package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** An image that takes more memory than there may be: a message, or with isolation a row. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "the memory watch reads /proc")
class MemoryLimitTest {

  /** More than the process takes without the large image, less than with it (265 MB). */
  private static final long LIMIT = 250L << 20;

  @TempDir private Path folder;

  @Test
  void isAMessageAndWithIsolationARowOfTheImageThatWasTooMuch() throws IOException {
    Path pictures = SmallRun.pictures(folder.resolve("pictures"), 1);
    BufferedImage large = new BufferedImage(9_400, 9_400, BufferedImage.TYPE_BYTE_BINARY);
    ImageIO.write(large, "png", pictures.resolve("large.png").toFile());

    CommandProcess.Outcome plain = features("plain").end();
    assertEquals(70, plain.code(), plain.err());
    assertTrue(plain.err().contains("Stopped at the memory limit"), plain.err());

    CommandProcess.Outcome isolated = features("isolated", "--isolate").end();
    assertEquals(0, isolated.code(), isolated.err());
    List<String> index = Files.readAllLines(folder.resolve("isolated/index.csv"));
    assertTrue(
        index.contains(",large.png,,crashed,decoding ended by the memory limit"), index.toString());
    assertTrue(isolated.out().startsWith("4 rows of block1_pool, 1 inputs rejected"));
  }

  private CommandProcess features(String out, String... more) {
    List<Object> words =
        new ArrayList<>(
            List.of(
                "features",
                "--model",
                SmallRun.MODEL,
                "--at",
                "block1_pool",
                "--images",
                folder.resolve("pictures"),
                "--out",
                folder.resolve(out)));
    words.addAll(List.of(more));
    return CommandProcess.start(
        folder, List.of("-Xmx64m", "-Dgraft.memory.limit=" + LIMIT), words.toArray());
  }
}
