package org.kerasgraft.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Features in a process of its own, with a model that really ends it. */
class IsolatedFeaturesTest {

  private static final int WHITE = 0xffffff;

  @TempDir private Path folder;
  private Path images;
  private Path out;

  @BeforeEach
  void prepare() throws IOException {
    images = Files.createDirectory(folder.resolve("images"));
    out = folder.resolve("out");
  }

  private void draw(String name, int rgb) throws IOException {
    BufferedImage image =
        new BufferedImage(AbortingModel.SIDE, AbortingModel.SIDE, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < AbortingModel.SIDE * AbortingModel.SIDE; i++) {
      image.setRGB(i % AbortingModel.SIDE, i / AbortingModel.SIDE, rgb);
    }
    ImageIO.write(image, "png", images.resolve(name).toFile());
  }

  private CommandRun features(Path model, Path target, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "features",
                "--model",
                model.toString(),
                "--allow-op",
                "Abort",
                "--at",
                AbortingModel.AT,
                "--preprocessing",
                "none",
                "--images",
                images.toString(),
                "--out",
                target.toString()));
    words.addAll(List.of(more));
    return CommandRun.of(words.toArray(String[]::new));
  }

  @Test
  void anInputThatEndsTheProcessIsARowAndTheOthersAreAsWithoutIt() throws IOException {
    Path model = AbortingModel.write(folder.resolve("model"), false);
    for (int i = 0; i < 8; i++) {
      draw(i + ".png", i == 4 ? WHITE : 0x101010 * (i + 1));
    }

    CommandRun run = features(model, out, "--batch-size", "3", "--isolate");

    assertEquals(ExitCode.OK, run.code(), run.err());
    assertTrue(run.err().contains("'4.png': the model ended by signal 6"), run.err());
    assertTrue(run.out().startsWith("7 rows of features, 1 inputs rejected"), run.out());
    List<String> index = Files.readAllLines(out.resolve("index.csv"));
    assertEquals(",4.png,,crashed,the model ended by signal 6 (SIGABRT)", index.get(5));
    assertArrayEquals(new String[] {"images", "model", "out"}, sorted(folder));
    assertArrayEquals(new String[] {"features.npy", "index.csv", "manifest.json"}, sorted(out));

    CommandRun again = features(model, out, "--batch-size", "3", "--isolate", "--resume");
    assertEquals(ExitCode.OK, again.code(), again.err());
    assertTrue(again.err().contains("Already complete, 8 inputs"), again.err());

    Files.delete(images.resolve("4.png"));
    Path without = folder.resolve("without");
    assertEquals(ExitCode.OK, features(model, without, "--batch-size", "3").code());
    assertEquals(-1, Files.mismatch(without.resolve("features.npy"), out.resolve("features.npy")));
  }

  @Test
  void endingWithExitCodeZeroIsNoSuccess() throws IOException {
    Path model = AbortingModel.write(folder.resolve("model"), true);
    draw("a.png", WHITE);
    draw("b.png", 0);

    CommandRun run = features(model, out, "--batch-size", "1", "--isolate", "--max-bad", "0");

    assertEquals(ExitCode.UNMET, run.code(), run.err());
    List<String> index = Files.readAllLines(out.resolve("index.csv"));
    assertEquals(",a.png,,crashed,the model ended by exit code 0", index.get(1));
    assertEquals("0,b.png,,ok,", index.get(2));
  }

  /** A Java that ends at once, as native code can end a process before anything was done. */
  @Test
  void aProcessThatDidNothingIsNoSuccessThoughTheOutputIsThere() throws IOException {
    Path model = AbortingModel.write(folder.resolve("model"), true);
    draw("a.png", 0);
    assertEquals(ExitCode.OK, features(model, out).code());
    Path java = Files.createDirectories(folder.resolve("home/bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\nexit 0\n");
    assertTrue(java.toFile().setExecutable(true));
    String home = System.setProperty("java.home", folder.resolve("home").toString());
    try {
      CommandRun run = features(model, out, "--isolate", "--resume");
      assertEquals(ExitCode.INTERNAL, run.code(), run.err());
      assertTrue(run.err().contains("ended by exit code 0"), run.err());
    } finally {
      System.setProperty("java.home", home);
    }
    assertEquals(ExitCode.OK, features(model, out, "--isolate", "--resume").code());
  }

  @Test
  void whatTheProcessSaysOfItsOwnFailuresIsPassedOn() throws IOException {
    Path model = AbortingModel.write(folder.resolve("model"), false);
    Files.writeString(images.resolve("none.png"), "no picture");

    CommandRun run = features(model, out, "--isolate");

    assertEquals(65, run.code().code(), run.err());
    assertTrue(run.err().contains("None of the 1 inputs"), run.err());
    assertFalse(Files.exists(out));
  }

  /** What the kernel does when memory runs out, while a large image is decoded. */
  @Test
  void aProcessKilledWhileItDecodesMarksThatImage() throws Exception {
    Path model = AbortingModel.write(folder.resolve("model"), false);
    draw("a.png", 0);
    BufferedImage large = new BufferedImage(6000, 6000, BufferedImage.TYPE_BYTE_GRAY);
    ImageIO.write(large, "png", images.resolve("b.png").toFile());
    draw("c.png", 0);
    Thread killer = ChildKiller.whenDecoding(folder, 1);

    CommandRun run = features(model, out, "--image-size", "4x4", "--isolate");

    ChildKiller.requireDone(killer, run.err());
    assertEquals(ExitCode.OK, run.code(), run.err());
    List<String> index = Files.readAllLines(out.resolve("index.csv"));
    assertEquals(",b.png,,crashed,decoding ended by signal 9 (SIGKILL)", index.get(2));
    assertEquals("1,c.png,,ok,", index.get(3));
  }

  @Test
  void aProcessThatDiesBeforeTheFirstInputIsAnErrorNotALoop() throws Exception {
    Path model = AbortingModel.write(folder.resolve("model"), false);
    draw("a.png", 0);
    Thread killer = ChildKiller.when(() -> true);

    CommandRun run = features(model, out, "--isolate");

    ChildKiller.requireDone(killer, run.err());
    assertEquals(70, run.code().code(), run.err());
    assertTrue(run.err().contains("signal 9 (SIGKILL) before the first input"), run.err());
    assertFalse(Files.exists(out));
  }

  private static String[] sorted(Path directory) {
    return Arrays.stream(directory.toFile().list()).sorted().toArray(String[]::new);
  }
}
