package org.kerasgraft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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
import org.kerasgraft.data.Manifest;
import org.kerasgraft.data.Sha256;
import org.kerasgraft.savedmodel.Checkpoint;

/** The way back without Python: what is written, what is refused. */
class ToKerasCommandTest {

  private static final Path MODELS = Path.of("src/test/resources/models");

  @TempDir private static Path directory;

  @BeforeAll
  static void train() throws IOException {
    run(0, "pictures", "--out", at("pics"), "--per-class", "2");
    for (String keras : new String[] {"keras2", "keras3"}) {
      copy(MODELS.resolve("tiny-vgg-" + keras), at(keras));
      run(
          0,
          ("train --quiet --preprocessing none --head-epochs 0 --fine-tune-epochs 1 --cache "
                  + at("cache"))
              .split(" ", -1),
          "--model",
          at(keras),
          "--images",
          at("pics"),
          "--out",
          at("run-" + keras));
    }
    spoil();
  }

  @Test
  void aKeras2ModelComesBackWithAllItsFilesAndKeys() throws IOException {
    Map<String, String> before = content(at("keras2"));

    String out = run(0, "to-keras", "--model", at("run-keras2"), "--out", at("back2")).out();

    assertEquals(before, content(at("keras2")), "the original is unchanged");
    Map<String, String> after = content(at("back2"));
    assertTrue(after.remove("build_model.py") != null && after.remove("head.h5") != null);
    assertTrue(after.remove("manifest.json") != null);
    Manifest.find(Manifest.Kind.KERAS, at("back2")).orElseThrow().verify(name -> true);
    before.remove("fingerprint.pb");
    assertEquals(before.keySet(), after.keySet());
    assertEquals(0, CommandRun.of("inspect", at("back2").toString()).code().code());
    after.forEach(
        (file, hash) ->
            assertEquals(file.startsWith("variables"), !hash.equals(before.get(file)), file));
    assertEquals(Checkpoint.of(at("keras2")).tensors(), Checkpoint.of(at("back2")).tensors());
    assertTrue(out.contains("6 variables trained, 26 as in '" + at("keras2") + "'"), out);
    assertTrue(out.contains("tf_keras.models.load_model"), out);
  }

  /**
   * As a shared archive of models has it; for root, who may write anyway, the modes are looked at.
   */
  @Test
  void anOriginalThatLetsOnlyReadComesBackWritable() throws IOException {
    copy(at("keras2"), at("read-only"));
    for (String file : content(at("read-only")).keySet()) {
      assertTrue(at("read-only").resolve(file).toFile().setWritable(false));
    }
    run(
        0,
        "to-keras",
        "--model",
        at("run-keras2"),
        "--original",
        at("read-only"),
        "--out",
        at("back-writable"));
    for (String file : content(at("back-writable")).keySet()) {
      String mode =
          PosixFilePermissions.toString(
              Files.getPosixFilePermissions(at("back-writable").resolve(file)));
      assertTrue(mode.startsWith("rw"), file + " " + mode);
    }
  }

  @Test
  void aKeras3ModelComesBackAsWeightsAndAScript() throws IOException {
    String out = run(0, "to-keras", "--model", at("run-keras3"), "--out", at("back3")).out();

    assertEquals(
        java.util.Set.of("build_model.py", "head.h5", "manifest.json", "model.weights.h5"),
        content(at("back3")).keySet());
    assertTrue(out.contains("original.load_weights"), out);
    String script = Files.readString(at("back3/build_model.py"));
    assertTrue(script.contains("original.get_layer(\"block5_pool\").output"), script);
    assertTrue(script.contains("keras.layers.Dense(256, activation=\"relu\")"), script);
  }

  @Test
  void anOriginalThatMovedIsFoundWithItsRunOrWhereTheUserSays() throws IOException {
    copy(at("run-keras3"), at("moved/run"));
    copy(at("keras3"), at("elsewhere"));
    run(0, "to-keras", "--model", at("moved/run"), "--out", at("o"), "--original", at("elsewhere"));
    assertEquals(4, content(at("o")).size());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --out @full | 73 | '@full' exists already; nothing was touched.
          --out @full/file | 73 | '@full/file' exists already; nothing was touched.
          --out @full/file/back | 73 | Cannot create '@full/file/back': '@full/file' is no directory.
          --out @keras3 | 73 | '@keras3' exists already; nothing was touched.
          --out @keras3/back | 73 | '@keras3/back' is inside the model '@keras3', which is never changed.
          --out @run-keras3/model/1/back | 73 | is inside the model '@run-keras3/model/1', which is never changed.
          --out /dev/null/back | 73 | Cannot create '/dev/null/back'
          --out @new --orignal @keras3 | 2 | No option '--orignal' in 'graft to-keras'. Did you mean '--original'?
          --out | 2 | --out
          --model @keras3 | 65 | '@keras3' is a SavedModel, but Graft did not export it.
          --model @pics | 65 | There is no exported model in '@pics'.
          --model @absent | 66 | There is no directory '@absent'.
          --model @spoilt | 65 | '@spoilt/model/1/variables/variables.data-00000-of-00001'
          --model @orphan | 66 | The original model '@gone', which '@orphan/model/1' was made from, is not there.
          --model @from-plain | 77 | which '@from-plain/model/1' was made from, is a plain SavedModel: there is no Keras model to return to.
          --original @absent | 66 | There is no '@absent'.
          --original @pics | 65 | '@pics' is no SavedModel: it has no saved_model.pb.
          --original @cut | 65 | '@cut/variables/variables.data-00000-of-00001' is truncated
          --original @changed | 65 | '@changed' is not the model that '@run-keras3/model/1' was made from: its layers are the same, but its graph or its weights are not (SHA-256 differs).
          --original @keras2 | 65 | it is a keras-2-saved-model, not a keras-3-export.
          --original @other | 65 | it has no 'block1_conv1/bias', 'block1_conv1/kernel', 'block1_conv2/bias' and 23 more.
          --original @dynamic | 65 | '@dynamic' is not the model that
          """)
  void aMistakeIsToldInOneLineAndLeavesNothing(String options, int code, String message)
      throws IOException {
    Map<String, String> before = content(directory);
    Map<String, String> all = new LinkedHashMap<>();
    all.put("--model", "@run-keras3");
    all.put("--out", "@never");
    String[] words = options.split(" ", -1);
    for (int i = 0; i < words.length; i += 2) {
      all.put(words[i], i + 1 < words.length ? words[i + 1] : "");
    }
    List<Object> line = new ArrayList<>(List.of("to-keras"));
    all.forEach((option, value) -> line.addAll(List.of(option, resolved(value))));
    line.removeIf(""::equals);

    CommandRun run = run(code, line.toArray());

    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().contains(resolved(message)), () -> resolved(message) + "\n" + run.err());
    assertEquals("", run.out());
    assertEquals(before, content(directory));
  }

  private static String resolved(String text) {
    return text.replace("@", directory + "/");
  }

  /** Runs and originals that do not fit. */
  private static void spoil() throws IOException {
    Files.createDirectories(at("full"));
    Files.writeString(at("full/file"), "keep");
    copy(MODELS.resolve("versions/tf-2.21/model"), at("other"));
    copy(MODELS.resolve("dynamic-vgg-keras3"), at("dynamic"));
    for (String name : List.of("cut", "changed")) {
      copy(at("keras3"), at(name));
      Path data = at(name).resolve("variables/variables.data-00000-of-00001");
      byte[] values = Files.readAllBytes(data);
      values[values.length / 2] ^= 1;
      int size = name.equals("cut") ? values.length / 2 : values.length;
      Files.write(data, Arrays.copyOf(values, size));
    }
    for (String name : List.of("spoilt", "orphan", "from-plain")) {
      copy(at("run-keras3"), at(name));
    }
    Files.writeString(at("spoilt/model/1/variables/variables.data-00000-of-00001"), "junk");
    edit("orphan", "\"" + at("keras3") + "\"", "\"" + at("gone") + "\"");
    edit("from-plain", "keras-3-export", "saved-model");
  }

  /** Changes what a model says of itself, and the manifests that vouch for it. */
  private static void edit(String run, String old, String text) throws IOException {
    Path model = at(run).resolve("model/1");
    ObjectNode origin = Manifest.find(Manifest.Kind.RUN, at(run)).orElseThrow().content();
    String json = Manifest.find(Manifest.Kind.MODEL, model).orElseThrow().content().toString();
    assertTrue(json.contains(old), json);
    ObjectNode edited = (ObjectNode) new ObjectMapper().readTree(json.replace(old, text));
    Manifest.write(Manifest.Kind.MODEL, model, edited);
    Manifest.write(Manifest.Kind.RUN, at(run), origin);
  }

  private static Path at(String name) {
    return directory.resolve(name);
  }

  private static CommandRun run(int code, Object... words) {
    String[] flat =
        Stream.of(words)
            .flatMap(w -> w instanceof Object[] many ? Stream.of(many) : Stream.of(w))
            .map(Object::toString)
            .toArray(String[]::new);
    CommandRun run = CommandRun.of(flat);
    assertEquals(code, run.code().code(), run.err());
    return run;
  }

  private static Map<String, String> content(Path root) throws IOException {
    Map<String, String> content = new TreeMap<>();
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path file : tree.filter(Files::isRegularFile).toList()) {
        content.put(root.relativize(file).toString().replace('\\', '/'), Sha256.of(file));
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
}
