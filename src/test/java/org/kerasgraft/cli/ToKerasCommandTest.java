package org.kerasgraft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
  }

  @Test
  void aKeras2ModelComesBackWithAllItsFilesAndKeys() throws IOException {
    Map<String, String> before = content(at("keras2"));

    String out = run(0, "to-keras", "--model", at("run-keras2"), "--out", at("back2")).out();

    assertEquals(before, content(at("keras2")), "the original is unchanged");
    Map<String, String> after = content(at("back2"));
    assertTrue(after.remove("build_model.py") != null && after.remove("head.h5") != null);
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

  @Test
  void aKeras3ModelComesBackAsWeightsAndAScript() throws IOException {
    String out = run(0, "to-keras", "--model", at("run-keras3"), "--out", at("back3")).out();

    assertEquals(
        java.util.Set.of("build_model.py", "head.h5", "model.weights.h5"),
        content(at("back3")).keySet());
    assertTrue(out.contains("original.load_weights"), out);
    String script = Files.readString(at("back3/build_model.py"));
    assertTrue(script.contains("original.get_layer(\"block5_pool\").output"), script);
    assertTrue(script.contains("keras.layers.Dense(256, activation=\"relu\")"), script);
  }

  @Test
  void theOriginalMustBeThereAndTheSame() throws IOException {
    copy(at("run-keras3"), at("moved/run"));
    copy(at("keras3"), at("elsewhere"));
    copy(at("keras3"), at("changed"));
    Path graph = at("changed/saved_model.pb");
    byte[] bytes = Files.readAllBytes(graph);
    Path data = at("changed/variables/variables.data-00000-of-00001");
    byte[] values = Files.readAllBytes(data);
    values[values.length / 2] ^= 1;
    Files.write(data, values);
    Files.write(graph, bytes);

    refused(65, "graph or its weights are not", "--original", at("changed"));
    refused(65, "it is a keras-2-saved-model, not a keras-3-export", "--original", at("keras2"));
    refused(66, "There is no", "--original", at("absent"));
    run(0, "to-keras", "--model", at("moved/run"), "--out", at("o"), "--original", at("elsewhere"));
  }

  @Test
  void outputsAreNeverWrittenOverOrInsideAModel() throws IOException {
    Files.createDirectories(at("full"));
    Files.writeString(at("full/file"), "keep");
    String err = run(73, "to-keras", "--model", at("run-keras3"), "--out", at("full")).err();
    assertTrue(err.contains("exists already; nothing was touched"), err);
    err = run(73, "to-keras", "--model", at("run-keras3"), "--out", at("keras3/back")).err();
    assertTrue(err.contains("which is never changed"), err);
    assertTrue(Files.notExists(at("keras3/back")));
    err = run(65, "to-keras", "--model", at("keras3"), "--out", at("back")).err();
    assertTrue(err.contains("Graft did not export it"), err);
  }

  private static void refused(int code, String message, Object... more) {
    String err =
        run(code, "to-keras", "--model", at("run-keras3"), "--out", at("never"), more).err();
    assertEquals(1, err.lines().count(), err);
    assertTrue(err.contains(message), err);
    assertTrue(Files.notExists(at("never")));
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
