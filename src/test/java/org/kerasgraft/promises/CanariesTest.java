package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.kerasgraft.cli.CommandLine;
import org.kerasgraft.data.Manifest;
import org.kerasgraft.data.Sha256;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.types.TFloat32;

/** P7: nothing of a model runs before it is scanned, whatever the command. */
class CanariesTest {

  private static final Path MODEL = Path.of("src/test/resources/models/tiny-vgg-keras3");

  /** Words of each command; {@code @} stands for the test's directory. */
  private static final List<String> COMMANDS =
      List.of(
          "scan @canary/model",
          "inspect @canary/model",
          "features --model @canary/model --at block5_pool --preprocessing none --images @pics"
              + " --out @out --quiet",
          "train --model @canary/model --preprocessing none --images @pics --out @out --quiet"
              + " --cache @cache",
          "evaluate --model @canary/served --images @pics --quiet",
          "predict --model @canary/served --images @pics --quiet",
          "to-keras --model @canary/served --out @out",
          "to-keras --model @run --original @canary/model --out @out");

  @TempDir private static Path directory;

  private static int refusals;

  @BeforeAll
  static void trainAnHonestModel() throws IOException {
    Files.createDirectory(at("cache"));
    copy(MODEL, at("honest"));
    succeed("pictures --per-class 2 --out @pics");
    succeed(
        "train --model @honest --preprocessing none --images @pics --out @run --quiet --cache"
            + " @cache --head-epochs 1 --fine-tune-epochs 0");
  }

  private static void succeed(String line) {
    CommandLine.Outcome outcome = run(line);
    assertEquals(0, outcome.code(), outcome.err());
  }

  @ParameterizedTest
  @EnumSource
  void everyCommandRefusesIt(Canary canary) throws IOException {
    Path trace = at("trace");
    plant(canary, trace);
    Map<String, String> before = content(directory);

    for (String line : COMMANDS) {
      CommandLine.Outcome outcome = run(line);

      assertEquals(77, outcome.code(), line + ": " + outcome.err());
      for (String named : canary.named()) {
        assertTrue(outcome.err().contains(named), line + ": " + outcome.err());
      }
      assertTrue(line.startsWith("scan") || outcome.out().isEmpty(), line + outcome.out());
      assertEquals(List.of(), traces(), line);
      refusals++;
    }

    assertEquals(before, content(directory), "nothing is written, nothing changed");
  }

  @AfterEach
  void cleanUp() throws IOException {
    for (Path trace : traces()) {
      delete(trace);
    }
    delete(at("canary"));
  }

  /** A checkpoint is several files. */
  private static List<Path> traces() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(f -> f.getFileName().toString().startsWith("trace")).toList();
    }
  }

  /** An honest model passes all these commands: it is the canary that is refused. */
  @Test
  void withoutACanaryTheyAllPass() throws IOException {
    copy(MODEL, at("canary/model"));
    copy(at("run/model/1"), at("canary/served"));
    for (String line : COMMANDS.subList(0, COMMANDS.size() - 1)) {
      succeed(line + (line.startsWith("train") ? " --head-epochs 0 --fine-tune-epochs 1" : ""));
      delete(at("out"));
    }
  }

  static Stream<Canary> traced() {
    return Stream.of(Canary.values()).filter(Canary::isTraced);
  }

  /** What the scan is for; and proof that the canaries are alive. */
  @ParameterizedTest
  @MethodSource("traced")
  void tensorFlowAloneLetsItAct(Canary canary) throws IOException {
    Path trace = at("trace");
    plant(canary, trace);
    loadAndRun(at("canary/model"));
    assertFalse(traces().isEmpty(), canary.name());
  }

  @Test
  void anAbortLooksLikeSuccessToTensorFlowAlone() throws IOException, InterruptedException {
    plant(Canary.ABORT_IN_THE_INIT_OP, at("trace"));
    Path out = at("aborted.out");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                PlainLoading.class.getName(),
                at("canary/model").toString())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    assertEquals(0, process.waitFor());
    assertFalse(Files.readString(out).contains(PlainLoading.LOADED), "it ended while loading");
    Files.delete(out);
  }

  /** A process that loads a model without a scan. */
  static final class PlainLoading {
    static final String LOADED = "The model is loaded";

    private PlainLoading() {}

    public static void main(String[] arguments) {
      loadAndRun(Path.of(arguments[0]));
      System.out.println(LOADED);
    }
  }

  private static void loadAndRun(Path model) {
    try (SavedModelBundle bundle = SavedModelBundle.load(model.toString(), "serve")) {
      SignatureDef signature = bundle.metaGraphDef().getSignatureDefOrThrow("serving_default");
      String input = signature.getInputsMap().values().iterator().next().getName();
      String output = signature.getOutputsMap().values().iterator().next().getName();
      try (TFloat32 pixels = TFloat32.tensorOf(Shape.of(1, 32, 32, 3));
          Result result = bundle.session().runner().feed(input, pixels).fetch(output).run()) {
        assertEquals(1, result.size());
      }
    } catch (TensorFlowException e) {
      System.err.println(e.getMessage()); // what it did until then counts
    }
  }

  @AfterAll
  static void record() {
    int canaries = Canary.values().length;
    if (refusals == canaries * COMMANDS.size()) {
      Promises.of(7)
          .tried(canaries + " canary models with each command that opens a model", refusals)
          .holds("exit 77 each time, op and place named, nothing written");
    }
  }

  /** The canary in a Keras model, and in one that this library exported. */
  private static void plant(Canary canary, Path trace) throws IOException {
    copy(MODEL, at("canary/model"));
    copy(at("run/model/1"), at("canary/served"));
    canary.putInto(at("canary/model"), trace);
    Path served = at("canary/served");
    canary.putInto(served, trace);
    if (canary != Canary.WEIGHTS_BY_A_LINK) {
      signAnew(served);
    }
  }

  /** An attacker writes the hashes that fit. */
  private static void signAnew(Path served) throws IOException {
    Path notes = served.resolve(Manifest.Kind.MODEL.path());
    ObjectNode content = (ObjectNode) new ObjectMapper().readTree(notes.toFile());
    content.remove(List.of("files", "sha256OfAllAbove"));
    Files.delete(notes);
    Manifest.write(Manifest.Kind.MODEL, served, content);
  }

  private static CommandLine.Outcome run(String line) {
    List<Object> words = new ArrayList<>();
    for (String word : line.split(" ")) {
      words.add(word.startsWith("@") ? at(word.substring(1)) : word);
    }
    return CommandLine.run(words.toArray());
  }

  private static Path at(String name) {
    return directory.resolve(name);
  }

  private static Map<String, String> content(Path root) throws IOException {
    Map<String, String> content = new LinkedHashMap<>();
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path file : tree.sorted().toList()) {
        content.put(file.toString(), Files.isRegularFile(file) ? Sha256.of(file) : "");
      }
    }
    return content;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> tree = Files.walk(from)) {
      for (Path path : tree.toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target);
        }
      }
    }
  }

  private static void delete(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path path : tree.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
