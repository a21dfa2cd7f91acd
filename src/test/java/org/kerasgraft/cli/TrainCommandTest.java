package org.kerasgraft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kerasgraft.data.Preprocessing;
import org.kerasgraft.head.Head;
import org.kerasgraft.train.Keep;
import org.kerasgraft.train.Optimizer;
import org.kerasgraft.train.Training;

class TrainCommandTest {

  private static final String MODEL = "src/test/resources/models/tiny-vgg-keras3";

  @TempDir private Path directory;

  @Test
  void theDefaultsAreTheBlogs() {
    TrainCommand.Request request = request("--model m --images d --out r");

    assertEquals(Training.kerasBlog(), request.training());
    assertEquals(Optional.of(Head.kerasBlog()), request.head().head());
    assertEquals(Optional.empty(), request.head().at());
    assertEquals(Optional.empty(), request.head().trainable());
    assertEquals(new ValidationChoice.None(), request.data().validation());
    assertEquals(Integer.MAX_VALUE, request.data().rows().maxBad());
    assertEquals(new ResumeOptions(false, Duration.ofSeconds(60)), request.output().interruption());
  }

  @Test
  void everyOptionReachesItsRecord() {
    TrainCommand.Request request =
        request(
            "--model m --input x.npy --labels y.npy --out r --validation-split 0.25 --at fc1"
                + " --head keras-guide --head-epochs 3 --head-optimizer adam"
                + " --head-learning-rate 0.01 --fine-tune-epochs 4 --fine-tune-optimizer sgd"
                + " --fine-tune-learning-rate 0.002 --momentum 0.5 --batch-size 7 --seed 9"
                + " --no-shuffle --l2 0.1 --label-smoothing 0.2 --keep last"
                + " --max-bad 4 --threads 2 --quiet --assert-accuracy-at-least 0.8"
                + " --resume --checkpoint-seconds 5");

    assertEquals(
        Training.builder()
            .head(3, Optimizer.adam(0.01))
            .fineTune(4, Optimizer.sgd(0.002, 0.5))
            .batchSize(7)
            .seed(9)
            .shuffle(false)
            .l2(0.1)
            .labelSmoothing(0.2)
            .keep(Keep.LAST)
            .build(),
        request.training());
    assertEquals(Optional.of("fc1"), request.head().at());
    assertEquals(Optional.of(Head.kerasGuide()), request.head().head());
    assertEquals(
        new InputChoice.Rows(Path.of("x.npy"), Optional.of(Path.of("y.npy"))),
        request.data().input());
    assertEquals(new ValidationChoice.Part(0.25), request.data().validation());
    assertEquals(new RowOptions(7, 4, 89_478_485, true), request.data().rows());
    assertEquals(2, request.model().runtime().threads());
    assertEquals(0.8, request.output().required().getAsDouble());
    assertEquals(new ResumeOptions(true, Duration.ofSeconds(5)), request.output().interruption());
  }

  @Test
  void imagesMayBePreparedByChoice() {
    TrainCommand.Request request =
        request("--model m --images d --out r --preprocessing torch --image-size 32x48");

    assertEquals(Optional.of(Preprocessing.TORCH), request.model().preprocessing().mode());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --images d --out r | --model is missing.
          --model m --out r | --images or --input is missing.
          --model m --images d | --out is missing.
          --model m --input x --out r | --labels is missing.
          --model m --images d --input x --out r | --images and --input are both given.
          --model m --images d --labels y --out r | --labels is given with --images.
          --model m --input x --labels y --out r --preprocessing caffe | --preprocessing is given with --input.
          --model m --input x --labels y --out r --image-size 8x8 | --image-size is given with --input.
          --model m --images d --out r --keep-head --at fc1 | --at is given with --keep-head.
          --model m --images d --out r --keep-head --head keras-blog | --head is given with --keep-head.
          --model m --images d --out r --keep-head --head-epochs 2 | --head-epochs was 2 with --keep-head.
          --model m --images d --out r --keep-head --l2 0.1 | --l2 is given with --keep-head.
          --model m --images d --out r --keep-head --head-optimizer sgd | --head-optimizer is given with --keep-head.
          --model m --images d --out r --head-epochs 0 --fine-tune-epochs 0 | No phase has an epoch: nothing would be trained.
          --model m --images d --out r --fine-tune-optimizer adam --momentum 0.5 | --momentum was given, but no phase trains with sgd.
          --model m --images d --out r --head-optimizer lion | No optimizer 'lion' in the optimizers.
          --model m --images d --out r --head conv(3) | 'conv(3)'
          --model m --images d --out r --validation v --validation-split 0.5 | --validation and --validation-split are both given.
          --model m --input x --labels y --out r --validation v | --validation is given with --input.
          --model m --images d --out r --validation-split 1 | --validation-split was '1'; expected a number above 0 and below 1.
          --model m --images d --out r --head-learning-rate 0 | --head-learning-rate was '0'; expected a number above 0.
          --model m --images d --out r --momentum 1.5 | --momentum was '1.5'; expected a number from 0 to 1.
          --model m --images d --out r --device tpu | --device was 'tpu'; expected auto or cpu or gpu.
          --model m --images d --out r --preprocessing cafe | No preprocessing 'cafe'
          --model m --images d --out r --image-size 224 | '224' is no image size.
          --model m --images d --out r --keep first | --keep was 'first'; expected best or last.
          --model m --images d --out r --checkpoint-seconds -1 | --checkpoint-seconds was '-1'; expected a whole number, 0 or more.
          """)
  void whatDoesNotFitIsRefusedBeforeAnythingIsRead(String line, String message) {
    List<String> words = new ArrayList<>(List.of("train"));
    words.addAll(List.of(line.split(" ")));

    CommandRun run = CommandRun.of(words.toArray(String[]::new));

    assertEquals(2, run.code().code(), run.err());
    assertTrue(run.err().startsWith("graft: "), run.err());
    assertTrue(run.err().contains(message), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
    assertFalse(Files.exists(Path.of("r")));
  }

  @Test
  void trainsEvaluatesAndPredicts() throws IOException {
    Path pictures = directory.resolve("pictures");
    Path run = directory.resolve("run");
    CommandRun.of("pictures", "--out", pictures.toString(), "--per-class", "4");
    Files.writeString(pictures.resolve("broken.txt"), "ignored");
    Path bad = firstFolder(pictures);
    Files.writeString(bad.resolve("bad.png"), "no picture");

    CommandRun train = train(pictures, run);

    assertEquals(ExitCode.OK, train.code(), train.err());
    assertTrue(train.err().contains("Rejected " + bad.getFileName() + "/bad.png"), train.err());
    assertTrue(Files.exists(run.resolve("model/1/saved_model.pb")));
    JsonNode manifest = new ObjectMapper().readTree(run.resolve("manifest.json").toFile());
    assertEquals("block5_pool", manifest.get("options").get("at").asText());
    assertEquals("caffe", manifest.get("options").get("preprocessing").asText());
    assertTrue(manifest.get("files").has("report.html"));
    assertEquals(3, Files.readAllLines(run.resolve("history.csv")).size());
    assertEquals(
        "RMSprop, learning rate 0.001, rho 0.9, epsilon 1e-7",
        new ObjectMapper()
            .readTree(run.resolve("metrics.json").toFile())
            .get("phases")
            .get(0)
            .get("optimizer")
            .asText());
    checkIndex(run.resolve("index.csv"), bad.getFileName() + "/bad.png");
    assertFalse(Files.exists(run.resolve("validation_index.csv")));

    CommandRun predict =
        CommandRun.of("predict", "--model", run.toString(), "--images", pictures.toString());
    assertEquals(ExitCode.OK, predict.code(), predict.err());
    List<String> lines = predict.out().lines().toList();
    assertEquals("path,label,probability,status", lines.get(0));
    assertEquals(1 + 16 + 1, lines.size());
    assertTrue(lines.contains(bad.getFileName() + "/bad.png,,,not-an-image"), predict.out());

    CommandRun gate = gate(run, pictures, "1");
    assertEquals(16, new ObjectMapper().readTree(gate.out()).get("count").asInt());
    assertEquals(ExitCode.UNMET, gate.code(), gate.err());
    assertTrue(gate.err().contains("below the required 1.0"), gate.err());
    assertEquals(ExitCode.OK, gate(run, pictures, "0").code());

    CommandRun tooMany =
        CommandRun.of(
            "predict",
            "--model",
            run.toString(),
            "--images",
            pictures.toString(),
            "--max-bad",
            "0");
    assertEquals(ExitCode.UNMET, tooMany.code(), tooMany.err());
    assertEquals(predict.out(), tooMany.out());
  }

  private static void checkIndex(Path file, String rejected) throws IOException {
    List<String> index = Files.readAllLines(file);
    assertEquals("row,path,label,status,detail", index.get(0));
    assertEquals(1 + 16 + 1, index.size());
    String line =
        index.stream().filter(l -> l.startsWith("," + rejected + ",")).findFirst().orElseThrow();
    assertTrue(line.contains(",not-an-image,"), line);
  }

  @Test
  void imagesOfTheirOwnToValidateOnHaveTheirIndexAlsoFromStoredFeatures() throws IOException {
    Path pictures = directory.resolve("pictures");
    Path held = directory.resolve("held");
    CommandRun.of("pictures", "--out", pictures.toString(), "--per-class", "1");
    CommandRun.of("pictures", "--out", held.toString(), "--per-class", "1", "--seed", "2");
    Path bad = firstFolder(held).resolve("bad.png");
    Files.writeString(bad, "no picture");

    for (String name : List.of("computed", "reused")) {
      Path run = directory.resolve(name);
      CommandRun train = train(pictures, run, "--validation", held.toString());

      assertEquals(ExitCode.OK, train.code(), train.err());
      assertTrue(train.err().contains("/bad.png: not-an-image"), train.err());
      assertEquals(name.equals("reused"), train.err().contains("used again"), train.err());
      assertEquals(1 + 4, Files.readAllLines(run.resolve("index.csv")).size());
      List<String> index = Files.readAllLines(run.resolve("validation_index.csv"));
      assertEquals(1 + 5, index.size());
      assertTrue(index.stream().anyMatch(l -> l.contains("/bad.png,")), index.toString());
      assertTrue(
          Files.readString(run.resolve("manifest.json")).contains("validation_index.csv"),
          "the manifest hashes it");
    }
  }

  private CommandRun train(Path pictures, Path run, String... more) {
    List<String> words = new ArrayList<>(List.of("train", "--model", MODEL));
    words.addAll(List.of("--images", pictures.toString(), "--out", run.toString()));
    words.addAll(List.of("--image-size", "32x32", "--head-epochs", "1", "--fine-tune-epochs", "1"));
    words.addAll(List.of("--cache", directory.resolve("cache").toString()));
    words.addAll(List.of(more));
    return CommandRun.of(words.toArray(String[]::new));
  }

  private static Path firstFolder(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(Files::isDirectory).sorted().findFirst().orElseThrow();
    }
  }

  private static CommandRun gate(Path run, Path pictures, String accuracy) {
    return CommandRun.of(
        "evaluate",
        "--model",
        run.resolve("model").toString(),
        "--images",
        pictures.toString(),
        "--format",
        "json",
        "--assert-accuracy-at-least",
        accuracy);
  }

  @Test
  void aMissedGateLeavesNothing() throws IOException {
    Path pictures = directory.resolve("pictures");
    CommandRun.of("pictures", "--out", pictures.toString(), "--per-class", "2");

    CommandRun run =
        CommandRun.of(
            "train",
            "--model",
            MODEL,
            "--images",
            pictures.toString(),
            "--out",
            directory.resolve("run").toString(),
            "--head-epochs",
            "1",
            "--fine-tune-epochs",
            "0",
            "--assert-accuracy-at-least",
            "1",
            "--quiet",
            "--cache",
            directory.resolve("cache").toString());

    assertEquals(ExitCode.UNMET, run.code(), run.err());
    assertEquals("", run.out());
    try (Stream<Path> left = Files.list(directory)) {
      assertEquals(
          List.of("cache", "pictures"),
          left.map(p -> p.getFileName().toString()).sorted().toList());
    }
  }

  private static TrainCommand.Request request(String line) {
    return TrainCommand.Request.of(Arguments.parse(new TrainCommand(), List.of(line.split(" "))));
  }
}
