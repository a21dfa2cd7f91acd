package org.kerasgraft.cli;

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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.data.NpyWriter;
import org.tensorflow.ndarray.Shape;

/** Predictions in a process of its own, with a trained model that really ends it. */
class IsolatedPredictionTest {

  private static final int WHITE = 0xffffff;

  @TempDir private static Path shared;
  @TempDir private Path folder;
  private Path images;

  @BeforeAll
  static void train() throws IOException {
    train(false);
    train(true);
  }

  private static void train(boolean success) throws IOException {
    Path model = AbortingModel.write(shared.resolve("model-" + success), success);
    Path pictures = shared.resolve("pictures-" + success);
    for (int i = 0; i < 8; i++) {
      draw(pictures.resolve(i % 2 == 0 ? "dark" : "light"), i + ".png", 0x0f0f0f * (i + 1));
    }
    List<String> words =
        new ArrayList<>(training(model, shared.resolve("cache-" + success), run(success)));
    words.addAll(
        List.of("--preprocessing", "none", "--image-size", "4x4", "--images", pictures.toString()));
    CommandRun run = CommandRun.of(words.toArray(String[]::new));
    assertEquals(ExitCode.OK, run.code(), run.err());
  }

  private static List<String> training(Path model, Path cache, Path out) {
    return List.of(
        "train",
        "--model",
        model.toString(),
        "--allow-op",
        "Abort",
        "--at",
        AbortingModel.AT,
        "--head",
        "flatten, dense(classes, softmax)",
        "--head-epochs",
        "1",
        "--fine-tune-epochs",
        "0",
        "--cache",
        cache.toString(),
        "--out",
        out.toString());
  }

  private static Path run(boolean success) {
    return shared.resolve("run-" + success);
  }

  @BeforeEach
  void prepare() throws IOException {
    images = Files.createDirectory(folder.resolve("images"));
  }

  private static void draw(Path to, String name, int rgb) throws IOException {
    BufferedImage image =
        new BufferedImage(AbortingModel.SIDE, AbortingModel.SIDE, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < AbortingModel.SIDE * AbortingModel.SIDE; i++) {
      image.setRGB(i % AbortingModel.SIDE, i / AbortingModel.SIDE, rgb);
    }
    ImageIO.write(image, "png", Files.createDirectories(to).resolve(name).toFile());
  }

  private static CommandRun predict(boolean success, Path images, String... more) {
    return command("predict", success, images, more);
  }

  private static CommandRun command(String name, boolean success, Path images, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                name,
                "--model",
                run(success).toString(),
                "--allow-op",
                "Abort",
                "--images",
                images.toString()));
    words.addAll(List.of(more));
    return CommandRun.of(words.toArray(String[]::new));
  }

  @Test
  void anImageThatEndsTheProcessIsARowAndTheOthersAreAsWithoutIt() throws IOException {
    for (int i = 0; i < 8; i++) {
      draw(images, i + ".png", i == 4 ? WHITE : 0x101010 * (i + 1));
    }
    Files.writeString(images.resolve("9.png"), "no picture");

    CommandRun run = predict(false, images, "--batch-size", "3", "--isolate");

    assertEquals(ExitCode.OK, run.code(), run.err());
    assertTrue(run.err().contains("'4.png': the model ended by signal 6"), run.err());
    assertTrue(
        run.err().contains("9 images: 7 accepted, 2 rejected (1 crashed, 1 not-an-image)"),
        run.err());
    List<String> lines = run.out().lines().toList();
    assertEquals("4.png,,,crashed", lines.get(5));

    Files.delete(images.resolve("4.png"));
    CommandRun without = predict(false, images, "--batch-size", "3");
    assertEquals(
        without.out().lines().toList(), lines.stream().filter(l -> !l.startsWith("4.")).toList());
  }

  @Test
  void endingWithExitCodeZeroIsNoSuccess() throws IOException {
    draw(images, "a.png", WHITE);
    draw(images, "b.png", 0);

    CommandRun run = predict(true, images, "--batch-size", "1", "--isolate", "--max-bad", "0");

    assertEquals(ExitCode.UNMET, run.code(), run.err());
    assertTrue(run.err().contains("'a.png': the model ended by exit code 0"), run.err());
    assertEquals("a.png,,,crashed", run.out().lines().toList().get(1));
    assertTrue(run.out().contains("\nb.png,dark,"), run.out());
  }

  @Test
  void evaluationLeavesOutWhatCrashed() throws IOException {
    for (int i = 0; i < 6; i++) {
      draw(images.resolve(i % 2 == 0 ? "dark" : "light"), i + ".png", 0x0f0f0f * (i + 1));
    }
    CommandRun without = command("evaluate", false, images);
    draw(images.resolve("light"), "white.png", WHITE);

    CommandRun run = command("evaluate", false, images, "--isolate", "--batch-size", "4");

    assertEquals(ExitCode.OK, run.code(), run.err());
    assertTrue(run.err().contains("Rejected light/white.png: crashed"), run.err());
    assertEquals(without.out(), run.out());
  }

  @Test
  void aRowOfAnArrayThatEndsTheProcessIsARow() throws IOException {
    Path labels = NpyFiles.write(folder.resolve("y.npy"), "<i4", 0, 1, 0, 1, 0, 1);
    Path run = shared.resolve("run-of-arrays");
    List<String> words =
        new ArrayList<>(
            training(shared.resolve("model-false"), shared.resolve("cache-of-arrays"), run));
    words.addAll(List.of("--input", rows("x.npy", -1), "--labels", labels.toString()));
    CommandRun trained = CommandRun.of(words.toArray(String[]::new));
    assertEquals(ExitCode.OK, trained.code(), trained.err());

    CommandRun isolated = predictRows(run, rows("bad.npy", 4), "--isolate", "--batch-size", "4");

    assertEquals(ExitCode.OK, isolated.code(), isolated.err());
    assertTrue(isolated.err().contains("row 4: the model ended by signal 6"), isolated.err());
    List<String> lines = isolated.out().lines().toList();
    assertEquals("4,,,crashed", lines.get(5));
    List<String> plain =
        predictRows(run, rows("x.npy", -1), "--batch-size", "4").out().lines().toList();
    assertEquals(plain.subList(0, 5), lines.subList(0, 5));
    assertEquals(plain.get(6).split(",")[1], lines.get(6).split(",")[1]);
  }

  private static CommandRun predictRows(Path run, String input, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of("predict", "--model", run.toString(), "--allow-op", "Abort", "--input", input));
    words.addAll(List.of(more));
    return CommandRun.of(words.toArray(String[]::new));
  }

  /** Six rows of small values, but for one. */
  private String rows(String name, int bad) {
    Path file = folder.resolve(name);
    int side = AbortingModel.SIDE;
    try (NpyWriter writer = NpyWriter.create(file, Shape.of(side, side, 3))) {
      float[] row = new float[side * side * 3];
      for (int i = 0; i < 6; i++) {
        Arrays.fill(row, i == bad ? 255 : i);
        writer.append(row, 0);
      }
    }
    return file.toString();
  }

  @Test
  void whatTheProcessSaysOfItsOwnFailuresIsPassedOn() throws IOException {
    draw(images, "a.png", 0);
    CommandRun run =
        CommandRun.of(
            "predict",
            "--model",
            run(false).toString(),
            "--images",
            images.toString(),
            "--isolate");
    assertEquals(ExitCode.REFUSED, run.code(), run.err());
    assertTrue(run.err().contains("Abort"), run.err());
    assertFalse(run.err().contains("Internal"), run.err());
  }

  /** The kernel's doing, for example: once is borne, and no row is lost or given twice. */
  @Test
  void aProcessKilledBetweenBatchesIsReplaced() throws Exception {
    for (int i = 0; i < 400; i++) {
      draw(images, String.format("%03d.png", i), 0x010101 * (i % 200));
    }
    Thread killer = ChildKiller.when(() -> true);
    CommandRun run = predict(false, images, "--batch-size", "1", "--isolate");
    ChildKiller.requireDone(killer, run.err());
    assertEquals(ExitCode.OK, run.code(), run.err());
    assertTrue(run.err().contains("signal 9 (SIGKILL), by no input's fault"), run.err());
    assertEquals(401, run.out().lines().count());
    assertEquals(401, run.out().lines().distinct().count());
  }

  @Test
  void aProcessThatDiesAgainAndAgainBeforeTheFirstInputIsAnErrorNotALoop() throws Exception {
    draw(images, "a.png", 0);
    Thread killer = ChildKiller.always();
    CommandRun run = predict(false, images, "--isolate");
    killer.interrupt();
    killer.join();
    assertEquals(ExitCode.INTERNAL, run.code(), run.err());
    assertTrue(run.err().contains("before the first input"), run.err());
    assertEquals("", run.out());
  }
}
