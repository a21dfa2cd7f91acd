package org.kerasgraft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kerasgraft.data.NpyWriter;
import org.kerasgraft.internal.AtomicDirectory;
import org.tensorflow.ndarray.Shape;

/**
 * What a user may get wrong: one clear line on standard error, the right exit code, nothing on
 * standard output, and nothing written. {@code @} stands for the test's directory.
 */
class BadInputTest {

  private static final Path MODEL = Path.of("src/test/resources/models/tiny-vgg-keras3");
  private static final int ROWS = 6;
  private static final int SIDE = 32;

  /** Each command with what it needs; a line of the table replaces or adds options. */
  private static final Map<String, String> COMMANDS =
      Map.of(
          "inspect",
          "",
          "train",
          "--model @model --images @pics --out @out --cache @cache --head-epochs 1"
              + " --fine-tune-epochs 0 --quiet",
          "train-rows",
          "--model @model --input @x.npy --labels @y.npy --out @out --cache @cache --head-epochs 1"
              + " --fine-tune-epochs 0 --quiet",
          "train-kept",
          "--model @model --images @pics --keep-head --out @out --cache @cache --quiet",
          "features",
          "--model @model --at block5_pool --images @pics --out @out --quiet",
          "features-rows",
          "--model @model --at block5_pool --input @x.npy --out @out --quiet",
          "predict",
          "--model @run --images @pics --quiet",
          "predict-rows",
          "--model @run --input @x.npy --quiet",
          "evaluate",
          "--model @run --images @pics --quiet");

  @TempDir private static Path directory;

  @BeforeAll
  static void makeInputs() throws IOException {
    copy(MODEL, at("model"));
    models();
    images();
    arrays();
    Files.createDirectories(at("cache"));
    Files.createDirectory(at("full"));
    Files.writeString(at("full/file"), "keep");
    Files.writeString(at("file"), "keep");
    CommandRun run = run("train", "--out @run");
    assertEquals(ExitCode.OK, run.code(), run.err());
  }

  private static void models() throws IOException {
    copy(MODEL, at("no-graph"));
    Files.delete(at("no-graph/saved_model.pb"));
    copy(MODEL, at("cut-graph"));
    truncate(at("cut-graph/saved_model.pb"));
    copy(MODEL, at("no-weights"));
    Files.delete(at("no-weights/variables/variables.data-00000-of-00001"));
    copy(MODEL, at("cut-weights"));
    truncate(at("cut-weights/variables/variables.data-00000-of-00001"));
    copy(MODEL, at("cut-index"));
    truncate(at("cut-index/variables/variables.index"));
  }

  private static void images() throws IOException {
    CommandRun.of("pictures", "--out", at("pics").toString(), "--per-class", "2");
    copy(at("pics"), at("other"));
    Files.move(at("other/tee-waves"), at("other/tea-waves"));
    Files.createDirectories(at("one/arrow-waves"));
    Files.copy(at("pics/arrow-waves/0000.png"), at("one/arrow-waves/0.png"));
    Files.createDirectory(at("empty"));
    Files.createDirectories(at("hollow/a"));
    Files.createDirectories(at("hollow/b"));
    copy(at("pics"), at("mixed"));
    Files.writeString(at("mixed/tee-waves/bad.png"), "junk");
    copy(at("one"), at("half"));
    Files.createDirectory(at("half/junk"));
    Files.writeString(at("half/junk/bad.png"), "junk");
    Files.createDirectories(at("junk/a"));
    Files.createDirectories(at("junk/b"));
    Files.writeString(at("junk/a/1.png"), "junk");
    Files.writeString(at("junk/b/2.png"), "");
  }

  private static void arrays() throws IOException {
    try (NpyWriter x = NpyWriter.create(at("x.npy"), Shape.of(SIDE, SIDE, 3));
        NpyWriter narrow = NpyWriter.create(at("narrow.npy"), Shape.of(SIDE, 3));
        NpyWriter nan = NpyWriter.create(at("nan.npy"), Shape.of(SIDE, SIDE, 3))) {
      float[] row = new float[SIDE * SIDE * 3];
      for (int i = 0; i < ROWS; i++) {
        Arrays.fill(row, i);
        x.append(row, 0);
        narrow.append(row, 0);
        Arrays.fill(row, Float.NaN);
        nan.append(row, 0);
      }
    }
    NpyWriter.create(at("none.npy"), Shape.of(SIDE, SIDE, 3)).close();
    labels("y.npy", "<i4", 0, 1, 2, 0, 1, 2);
    labels("short.npy", "<i4", 0, 1, 2, 0);
    labels("negative.npy", "<i4", 0, 1, 2, 0, -1, 2);
    labels("great.npy", "<i4", 0, 1, 2, 0, 9, 2);
    labels("zeros.npy", "<i4", 0, 0, 0, 0, 0, 0);
    labels("ones.npy", "<i4", 1, 1, 1, 1, 1, 1);
    labels("real.npy", "<f4", 0, 1, 2, 0, 1, 2);
    labels("cut.npy", "<i4", 0, 1, 2, 0, 1, 2);
    truncate(at("cut.npy"));
    Files.writeString(at("text.npy"), "junk");
  }

  private static void labels(String name, String type, int... values) throws IOException {
    NpyFiles.write(at(name), type, values);
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          inspect | @absent | 66 | There is no '@absent'.
          inspect | @pics | 65 | '@pics' is no SavedModel: it has no saved_model.pb.
          inspect | @x.npy | 65 | '@x.npy' is no SavedModel: it is a file, not a directory.
          train | --model @absent | 66 | There is no '@absent'.
          train | --model @no-graph | 65 | '@no-graph' is no SavedModel: it has no saved_model.pb.
          train | --model @cut-graph | 65 | '@cut-graph/saved_model.pb' is damaged or truncated.
          train | --model @no-weights | 65 | The model's weights are missing: there is no '@no-weights/variables/variables.data-00000-of-00001'.
          train | --model @cut-weights | 65 | '@cut-weights/variables/variables.data-00000-of-00001' is truncated
          train | --model @cut-index | 65 | '@cut-index/variables/variables.index' is damaged or truncated.
          train | --at block5_pol | 2 | No layer 'block5_pol' in '@model'. Did you mean 'block5_pool'
          train | --trainable block6_* | 2 | No layer with variables to train matching 'block6_*' in '@model'.
          train | --trainable block5_*,flatten | 2 | No layer with variables to train matching 'flatten'
          train | --head dens(3) | 2 | The head 'dens(3)' cannot be read at 'dens(3)': there is no such layer. Did you mean 'dense'?
          train | --head flatten,dense(3) | 2 | The head 'flatten, dense(3)' does not end with one output a class.
          train | --head dense(classes) | 2 | The head's 'dense(classes)' does not fit what comes before it
          train | --at flatten --head keras-guide | 2 | The head's 'global_average_pooling' does not fit what comes before it: shape (n, 8).
          train | --images @absent | 66 | There is no directory '@absent'.
          train | --images @x.npy | 66 | '@x.npy' is no directory.
          train | --images @empty | 66 | There is no class folder in '@empty'.
          train | --images @hollow | 66 | There is no image in '@hollow'.
          train | --images @one | 65 | '@one' has images of one class only, 'arrow-waves'; at least two are needed.
          train | --images @half | 65 | What can be used of '@half' to train on, 1 of 2 inputs, is of one class only
          train | --images @junk | 65 | None of the 2 inputs in '@junk' can be used (1 empty, 1 not-an-image): 'a/1.png' is 'not-an-image', 'b/2.png' is 'empty'.
          train | --images @mixed --max-bad 0 | 1 | 1 of the 9 inputs in '@mixed' were rejected; 0 are allowed.
          train | --validation @other | 65 | '@other' has the classes [arrow-waves, bowl-waves, heart-waves, tea-waves], but '@pics' has
          train | --validation @absent | 66 | There is no directory '@absent'.
          train | --validation @pics --validation-split 0.5 | 2 | --validation and --validation-split are both given.
          train | --validation-split 0.01 | 2 | A validation split of 0.01 of 8 rows leaves 0 to validate.
          train | --image-size 64x64 | 2 | The image size 64x64 was asked for, but '@model' takes 32x32.
          train | --preprocessing vgg | 2 | No preprocessing 'vgg' in the list of modes.
          train | --device gpu | 2 | A GPU was asked for, but TensorFlow sees none.
          train | --head-learning-rate 1e38 --head-epochs 5 | 65 | The loss became NaN in phase 'head'
          train | --assert-accuracy-at-least 1.01 | 2 | --assert-accuracy-at-least was '1.01'; expected a number from 0 to 1.
          train | --assert-accuracy-at-least 1 | 1 | is below the required 1.0000; no model was written.
          train | --out @full | 73 | '@full' exists already; nothing was touched.
          train | --out @file | 73 | '@file' exists already; nothing was touched.
          train | --out @new/deep/run --at nowhere | 2 | No layer 'nowhere'
          train | --out @file/run | 73 | Cannot create '@file/run': '@file' is no directory.
          train-kept | --head-epochs 3 | 2 | --head-epochs was 3 with --keep-head.
          train-kept | --images @pics | 2 | The model's own head has 3 classes, the data 4.
          train-kept | --trainable nope | 2 | No layer with variables to train matching 'nope'
          train-rows | --labels @short.npy | 65 | '@x.npy' has 6 rows, but '@short.npy' has 4 labels.
          train-rows | --labels @negative.npy | 65 | '@negative.npy' has the label -1 at row 4.
          train-rows | --labels @real.npy | 65 | '@real.npy' has the shape (6) and the type float32.
          train-rows | --labels @zeros.npy | 65 | '@zeros.npy' holds one class only; at least two classes are needed.
          train-rows | --labels @ones.npy | 65 | '@ones.npy' holds one class only; at least two classes are needed.
          train-rows | --labels @cut.npy | 65 | '@cut.npy' is no readable NumPy file
          train-rows | --labels @absent.npy | 66 | There is no file '@absent.npy'.
          train-rows | --input @nan.npy | 65 | The loss became NaN in phase 'head', epoch 1, step 1
          train-rows | --input @narrow.npy | 65 | '@narrow.npy' has rows of shape [32, 3], but the model takes rows of shape [32, 32, 3].
          train-rows | --image-size 32x32 | 2 | --image-size is given with --input.
          train-rows | --input image=@x.npy | 2 | --input was 'image=@x.npy', which names one of several inputs. Give one array, X.npy.
          predict-rows | --input image=@x.npy | 2 | --input was 'image=@x.npy', which names one of several inputs.
          train-rows | --input a=@x.npy --input b=@x.npy | 2 | --input is given twice. Give one array, X.npy. A model with several inputs gives features: 'graft features --input NAME=X.npy
          features | --at nowhere | 2 | No layer 'nowhere' in '@model'.
          features | --images @empty | 66 | There is no image in '@empty'.
          features | --images @junk | 65 | None of the 2 inputs in '@junk' can be used (1 empty, 1 not-an-image): 'a/1.png' is
          features | --out @full | 73 | '@full' exists already; nothing was touched.
          features-rows | --input @text.npy | 65 | '@text.npy' is no readable NumPy file: it does not begin as one.
          features-rows | --input @none.npy | 65 | '@none.npy' has no rows.
          features-rows | --input @narrow.npy | 65 | '@narrow.npy' has rows of shape [32, 3]
          predict | --model @pics | 65 | There is no exported model in '@pics'.
          predict | --model @model | 65 | '@model' is a SavedModel, but Graft did not export it.
          predict | --model @absent | 66 | There is no directory '@absent'.
          predict | --images @pics --isolat | 2 | No option '--isolat' in 'graft predict'. Did you mean '--isolate'?
          predict | --images @empty | 66 | There is no image in '@empty'.
          predict-rows | --input @narrow.npy | 65 | '@narrow.npy' has rows of shape [32, 3]; the model takes [32, 32, 3].
          predict-rows | --input @none.npy | 65 | '@none.npy' has no rows.
          evaluate | --images @other | 65 | '@other' has a folder 'tea-waves', which is none of the 4 classes of the model. Did you mean 'tee-waves'
          evaluate | --images @junk | 65 | '@junk' has a folder 'a', which is none of the 4 classes of the model.
          """)
  void isToldInOneLineAndLeavesNothing(String command, String options, int code, String message)
      throws IOException {
    Map<String, Long> before = listing();

    CommandRun run = run(command, options);

    assertEquals(code, run.code().code(), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().startsWith("graft: "), run.err());
    String expected = message.replace("@", directory + "/");
    assertTrue(run.err().contains(expected), () -> expected + "\n" + run.err());
    assertFalse(run.err().contains("Exception"), run.err());
    assertEquals("", run.out());
    assertEquals(before, listing());
  }

  @Test
  void evaluationNamesWhatItLeavesOut() {
    CommandRun run =
        CommandRun.of("evaluate", "--model", at("run") + "", "--images", at("mixed") + "");

    assertEquals(ExitCode.OK, run.code(), run.err());
    assertEquals(
        List.of(
            "Rejected tee-waves/bad.png: not-an-image",
            "9 images: 8 accepted, 1 rejected (1 not-an-image)"),
        run.err().lines().toList());
    assertTrue(run.out().matches("(?s)Rows +8\\R.*"), run.out());
  }

  @Test
  void aGateOfEvaluationGivesTheFiguresAndFails() throws IOException {
    CommandRun run = run("evaluate", "--images @pics --assert-accuracy-at-least 1");

    assertEquals(ExitCode.UNMET, run.code(), run.err());
    assertTrue(run.err().contains("is below the required 1.0"), run.err());
    assertTrue(run.out().contains("Accuracy"), run.out());
  }

  @Test
  void tooManyRejectedInputsLeaveTheFeaturesAndTheIndexThatNamesThem() throws IOException {
    CommandRun run = run("features", "--images @mixed --max-bad 0 --out @mixed-features");

    assertEquals(ExitCode.UNMET, run.code(), run.err());
    List<String> index = Files.readAllLines(at("mixed-features/index.csv"));
    assertEquals("0,arrow-waves/0000.png,arrow-waves,ok,", index.get(1));
    assertTrue(index.get(9).startsWith(",tee-waves/bad.png,tee-waves,not-an-image,"), index.get(9));
    AtomicDirectory.deleteTree(at("mixed-features"));
  }

  @Test
  void hostileFileNamesStayOneCell() throws IOException {
    Path folder = Files.createDirectories(at("names/=class, \"x\""));
    for (String name : List.of("=cmd.png", "a b, 'c'.png", "-x.png", "new\nline.png")) {
      Files.copy(at("pics/tee-waves/0000.png"), folder.resolve(name));
    }

    CommandRun run = run("features", "--images @names --out @names-features");

    assertEquals(ExitCode.OK, run.code(), run.err());
    String index = Files.readString(at("names-features/index.csv"));
    assertTrue(
        index.contains("\"'=class, \"\"x\"\"/a b, 'c'.png\",\"'=class, \"\"x\"\"\",ok"), index);
    assertTrue(index.contains("/new\\x0aline.png\","), index);
  }

  private static CommandRun run(String command, String options) {
    List<String> words = new ArrayList<>(List.of(command.replaceFirst("-.*", "")));
    Map<String, List<String>> all = new LinkedHashMap<>();
    String needed = COMMANDS.get(command);
    for (String line : List.of(needed, options)) {
      group(line).forEach(all::put);
    }
    all.values().forEach(words::addAll);
    return CommandRun.of(
        words.stream().map(w -> w.replace("@", directory + "/")).toArray(String[]::new));
  }

  /** An option with its value under the option's name; an operand under its own. */
  private static Map<String, List<String>> group(String line) {
    Map<String, List<String>> groups = new LinkedHashMap<>();
    String option = "";
    for (String word : line.isEmpty() ? List.<String>of() : List.of(line.split(" "))) {
      option = word.startsWith("--") || option.isEmpty() ? word : option;
      groups.computeIfAbsent(option, o -> new ArrayList<>()).add(word);
    }
    return groups;
  }

  /** Every file with its size; the feature store may grow. */
  private static Map<String, Long> listing() throws IOException {
    Map<String, Long> files = new TreeMap<>();
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path path : tree.toList()) {
        String name = directory.relativize(path).toString();
        if (!name.startsWith("cache")) {
          files.put(name, Files.isDirectory(path) ? -1 : Files.size(path));
        }
      }
    }
    return files;
  }

  private static Path at(String name) {
    return directory.resolve(name);
  }

  private static void truncate(Path file) throws IOException {
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length / 2));
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> tree = Files.walk(from)) {
      for (Path path : tree.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }
}
