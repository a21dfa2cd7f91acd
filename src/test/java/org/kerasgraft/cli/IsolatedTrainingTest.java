package org.kerasgraft.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.data.Sha256;
import org.kerasgraft.internal.Cancellation;

/** Training in a process of its own, with a model that really ends it. */
class IsolatedTrainingTest {

  private static final int WHITE = 0xffffff;
  private static final int A_CLASS = 10;
  private static final String CULPRIT = "a/04.png";

  @TempDir private Path folder;
  private Path images;

  @BeforeEach
  void prepare() throws IOException {
    images = folder.resolve("images");
    drawClasses(images);
  }

  private static void drawClasses(Path target) throws IOException {
    for (int i = 0; i < A_CLASS; i++) {
      draw(target.resolve("a").resolve("0" + i + ".png"), 0x100000 * i);
      draw(target.resolve("b").resolve("0" + i + ".png"), 0x001008 * i);
    }
  }

  private static void draw(Path file, int rgb) throws IOException {
    BufferedImage image =
        new BufferedImage(
            AbortingModel.VGG_SIDE, AbortingModel.VGG_SIDE, BufferedImage.TYPE_INT_RGB);
    int[] row = new int[AbortingModel.VGG_SIDE];
    Arrays.fill(row, rgb);
    image.setRGB(0, 0, row.length, row.length, row, 0, 0);
    Files.createDirectories(file.getParent());
    ImageIO.write(image, "png", file.toFile());
  }

  private Path model(boolean success) throws IOException {
    return AbortingModel.writeVgg(folder.resolve("model"), success);
  }

  private List<String> words(String out, String... more) {
    List<String> words = new ArrayList<>(List.of("train", "--allow-op", "Abort"));
    words.addAll(List.of("--model", folder.resolve("model").toString()));
    words.addAll(List.of("--head", "flatten, dense(classes)"));
    words.addAll(List.of("--preprocessing", "none", "--images", images.toString()));
    words.addAll(List.of("--cache", folder.resolve("cache").toString()));
    words.addAll(List.of("--out", folder.resolve(out).toString()));
    words.addAll(List.of("--fine-tune-epochs", "2", "--batch-size", "4", "--seed", "3"));
    words.addAll(List.of(more));
    if (!words.contains("--head-epochs")) {
      words.addAll(List.of("--head-epochs", "3"));
    }
    return words;
  }

  private CommandRun train(String out, String... more) {
    return CommandRun.of(words(out, more).toArray(String[]::new));
  }

  @Test
  void anImageThatEndsTheProcessIsARowAndTheModelIsAsWithoutIt() throws IOException {
    model(false);
    draw(images.resolve(CULPRIT), WHITE);

    CommandRun run = train("run", "--isolate");

    assertEquals(ExitCode.OK, run.code(), run.err());
    assertTrue(run.err().contains("'" + CULPRIT + "': the model ended by signal 6"), run.err());
    assertTrue(run.err().contains("20 images: 19 accepted, 1 rejected (1 crashed)"), run.err());
    assertEquals(19, rows(run));
    List<String> index = Files.readAllLines(folder.resolve("run/index.csv"));
    assertEquals("," + CULPRIT + ",a,crashed,the model ended by signal 6 (SIGABRT)", index.get(5));
    assertLeft("cache", "images", "model", "run");
    assertEquals(2, sorted(folder.resolve("cache")).length);
    assertFalse(Files.readString(folder.resolve("run/manifest.json")).contains("isolate"));

    CommandRun finished = train("run", "--isolate", "--resume");
    assertEquals(ExitCode.OK, finished.code(), finished.err());
    assertTrue(finished.err().contains("is finished already"), finished.err());

    CommandRun again = train("again", "--isolate");
    assertEquals(ExitCode.OK, again.code(), again.err());
    assertTrue(again.err().contains("Features used again"), again.err());
    assertEquals(model("run"), model("again"));

    Files.delete(images.resolve(CULPRIT));
    CommandRun without = train("without");
    assertEquals(ExitCode.OK, without.code(), without.err());
    assertEquals(model("without"), model("run"));
  }

  /** The SHA-256 of each file of a model; its provenance tells of the inputs, so not that one. */
  private Map<String, String> model(String run) throws IOException {
    Path model = folder.resolve(run).resolve("model/1");
    Map<String, String> hashes = new TreeMap<>();
    try (Stream<Path> files = Files.walk(model)) {
      files
          .filter(Files::isRegularFile)
          .forEach(file -> hashes.put(model.relativize(file).toString(), Sha256.of(file)));
    }
    assertTrue(hashes.containsKey("saved_model.pb"), hashes.toString());
    hashes.remove("assets.extra/graft.json");
    return hashes;
  }

  @Test
  void endingWithExitCodeZeroIsNoSuccess() throws IOException {
    model(true);
    draw(images.resolve(CULPRIT), WHITE);
    Path held = folder.resolve("held");
    drawClasses(held);
    draw(held.resolve("b/07.png"), WHITE);

    CommandRun run = train("run", "--isolate", "--validation", held.toString());

    assertEquals(ExitCode.OK, run.code(), run.err());
    assertEquals(19, rows(run));
    assertEquals(
        "," + CULPRIT + ",a,crashed,the model ended by exit code 0",
        Files.readAllLines(folder.resolve("run/index.csv")).get(5));
    assertEquals(
        ",b/07.png,b,crashed,the model ended by exit code 0",
        Files.readAllLines(folder.resolve("run/validation_index.csv")).get(18));
    assertLeft("cache", "held", "images", "model", "run");
  }

  @Test
  void whatTheProcessSaysOfItsOwnEndIsPassedOn() throws IOException {
    model(false);
    draw(images.resolve(CULPRIT), WHITE);

    CommandRun tooMany = train("run", "--isolate", "--max-bad", "0");
    assertEquals(ExitCode.UNMET, tooMany.code(), tooMany.err());
    assertTrue(tooMany.err().contains("1 of the 20 inputs"), tooMany.err());
    assertLeft("cache", "images", "model");

    CommandRun gate = train("run", "--isolate", "--assert-accuracy-at-least", "1");
    assertEquals(ExitCode.UNMET, gate.code(), gate.err());
    assertLeft("cache", "images", "model");

    Files.createDirectories(folder.resolve("run/here"));
    CommandRun exists = train("run", "--isolate", "--resume");
    assertEquals(ExitCode.CANNOT_CREATE, exists.code(), exists.err());
    assertTrue(exists.err().contains("exists already; nothing was touched"), exists.err());
  }

  /** A process that something within it ended with this code has not given its lock back. */
  @Test
  void exitCodeOneIsBelievedOfAProcessThatHasEndedInOrder() throws IOException {
    IsolatedTraining training = new IsolatedTraining(folder.resolve("run"));
    assertTrue(training.isEndedBy(ExitCode.UNMET));
    assertFalse(training.isEndedBy(ExitCode.OK));
    Files.writeString(folder.resolve(".run.lock"), "");
    assertFalse(training.isEndedBy(ExitCode.UNMET));
  }

  @Test
  void aProcessThatDiesBeforeAnythingIsAnErrorNotALoop() throws Exception {
    model(false);
    Thread killer = ChildKiller.when(() -> true);

    CommandRun run = train("run", "--isolate");

    ChildKiller.requireDone(killer, run.err());
    assertEquals(70, run.code().code(), run.err());
    assertTrue(run.err().contains("signal 9 (SIGKILL) before the first input"), run.err());
    assertLeft("images", "model");
  }

  /** What the kernel does when memory runs out, while a large image is decoded. */
  @Test
  void whatCrashedByChanceIsUsedOnlyByWhoIsIsolated() throws Exception {
    model(false);
    BufferedImage large = new BufferedImage(6000, 6000, BufferedImage.TYPE_BYTE_GRAY);
    ImageIO.write(large, "png", images.resolve(CULPRIT).toFile());
    Thread killer = ChildKiller.whenDecoding(folder.resolve("cache"), 4);
    String[] size = {"--image-size", "32x32", "--head-epochs", "300"};

    Cancellation cancellation = new Cancellation();
    Thread canceller =
        ChildKiller.thread(
            () -> Files.exists(folder.resolve(".run.partial/.checkpoints/checkpoint-2")),
            cancellation::cancel);
    List<String> keepingAll = isolated(words("run", size));
    keepingAll.addAll(List.of("--checkpoint-seconds", "0"));
    CommandRun interrupted = cancellable(cancellation, keepingAll);

    ChildKiller.requireDone(killer, interrupted.err());
    ChildKiller.requireDone(canceller, interrupted.err());
    assertEquals(ExitCode.INTERRUPTED, interrupted.code(), interrupted.err());
    assertTrue(
        interrupted.err().contains("'" + CULPRIT + "': decoding ended by signal 9"),
        interrupted.err());
    assertLeft(".run.partial", "cache", "images", "model");

    CommandRun other = cancellable(new Cancellation(), resumed(words("run", size)));
    assertEquals(ExitCode.USAGE, other.code(), other.err());
    assertTrue(
        other.err().contains("has isolation 'with crashed inputs', this one 'none'"), other.err());

    CommandRun run = cancellable(new Cancellation(), isolated(resumed(words("run", size))));
    assertEquals(ExitCode.OK, run.code(), run.err());
    assertTrue(run.err().contains("Features used again"), run.err());
    assertEquals(19, rows(run));

    CommandRun trusting = train("whole", "--image-size", "32x32");
    assertEquals(ExitCode.OK, trusting.code(), trusting.err());
    assertTrue(
        trusting.err().contains("cannot be used (an input ended the process that computed them)"),
        trusting.err());
    assertEquals(20, rows(trusting));
    assertLeft("cache", "images", "model", "run", "whole");
    assertEquals(2, sorted(folder.resolve("cache")).length);
  }

  /** How many rows it was judged by. */
  private static int rows(CommandRun run) {
    return run.out()
        .lines()
        .filter(line -> line.startsWith("Rows "))
        .mapToInt(line -> Integer.parseInt(line.replaceAll("\\D", "")))
        .sum();
  }

  private static List<String> isolated(List<String> words) {
    words.add("--isolate");
    return words;
  }

  private static List<String> resumed(List<String> words) {
    words.add("--resume");
    return words;
  }

  private static CommandRun cancellable(Cancellation cancellation, List<String> words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            cancellation);
    ExitCode code = Main.run(words, console);
    return new CommandRun(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private void assertLeft(String... names) {
    assertArrayEquals(names, sorted(folder));
  }

  private static String[] sorted(Path directory) {
    return Arrays.stream(directory.toFile().list()).sorted().toArray(String[]::new);
  }
}
