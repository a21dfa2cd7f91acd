package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.Graft;
import org.kerasgraft.data.Manifest;
import org.kerasgraft.error.GraftException;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.features.FeatureSet;
import org.kerasgraft.promises.CommandProcess.Outcome;

/**
 * Promises 10 and 13: whatever bit of an output changes, and wherever it is cut off, its reader
 * names the file, with the errors that are exit code 65.
 */
class DamagedOutputsTest {

  private static final int PLACES = 16;

  /**
   * An output and what opens it.
   *
   * @param name for the table
   * @param directory where it lies
   * @param reader fails on a damaged one
   */
  private record Output(String name, Path directory, Consumer<Path> reader) {}

  @TempDir private static Path folder;

  private static final List<Output> OUTPUTS = new ArrayList<>();

  @BeforeAll
  static void write() throws IOException {
    SmallRun small = SmallRun.shared();
    Path run = small.write(folder.resolve("run"));
    Path saved = folder.resolve("saved");
    small.model().save(saved);
    Graft.toKeras(saved, folder.resolve("back"));
    OUTPUTS.add(new Output("run", run, path -> Graft.load(path).close()));
    OUTPUTS.add(new Output("model", saved, path -> Graft.load(path).close()));
    OUTPUTS.add(new Output("model to train on", saved, path -> Graft.open(path)));
    OUTPUTS.add(
        new Output(
            "return to Keras",
            folder.resolve("back"),
            path -> Manifest.find(Manifest.Kind.KERAS, path).orElseThrow().verify(name -> true)));
    try (Stream<Path> entries = Files.list(small.cache());
        FeatureSet stored = FeatureSet.open(entries.sorted().findFirst().orElseThrow())) {
      Path features = stored.copyTo(folder.resolve("features"));
      OUTPUTS.add(new Output("features", features, path -> FeatureSet.open(path).close()));
    }
  }

  @Test
  void oneChangedBitIsReportedByTheFilesName() throws IOException {
    int flips = Promises.size(200, 1000);
    for (Output output : OUTPUTS) {
      List<String> files = SmallRun.files(output.directory());
      Random random = new Random(10);
      for (int i = 0; i < flips / OUTPUTS.size(); i++) {
        String name = files.get(i % files.size());
        byte[] whole = Files.readAllBytes(output.directory().resolve(name));
        if (whole.length > 0) {
          int bit = random.nextInt(8 * whole.length);
          byte[] changed = whole.clone();
          changed[bit / 8] ^= (byte) (1 << (bit % 8));
          assertNamed(output, name, whole, changed, "bit " + bit);
        }
      }
      output.reader().accept(output.directory());
      Promises.of(10)
          .tried("single bits over the files of: " + output.name(), flips / OUTPUTS.size())
          .holds("each named, exit 65");
    }
  }

  @Test
  void aFileThatIsCutOffIsNamed() throws IOException {
    for (Output output : OUTPUTS) {
      int tried = 0;
      for (String name : SmallRun.files(output.directory())) {
        byte[] whole = Files.readAllBytes(output.directory().resolve(name));
        for (int place = 0; place < PLACES && whole.length > 0; place++) {
          byte[] cut = Arrays.copyOf(whole, whole.length * place / PLACES);
          assertNamed(output, name, whole, cut, "cut at " + place + "/" + PLACES);
          tried++;
        }
      }
      output.reader().accept(output.directory());
      Promises.of(13)
          .tried("each file cut off at 16 places: " + output.name(), tried)
          .holds("each named, exit 65");
    }
  }

  @Test
  void aMissingFileIsNamed() throws IOException {
    for (Output output : OUTPUTS) {
      for (String name : SmallRun.files(output.directory())) {
        Path file = output.directory().resolve(name);
        if (name.endsWith("manifest.json") || name.endsWith("graft.json")) {
          continue; // without it nothing says that the output is ours
        }
        byte[] whole = Files.readAllBytes(file);
        Files.delete(file);
        var told =
            assertThrows(GraftException.class, () -> output.reader().accept(output.directory()));
        assertTrue(told.getMessage().contains(file.toString()), told.getMessage());
        Files.write(file, whole);
      }
    }
  }

  /** What a user sees, in a process of its own. */
  @Test
  void theCommandsSaySoWithoutAStackTrace() throws IOException {
    Path run = OUTPUTS.get(0).directory();
    Path weights = run.resolve("model/1/variables/variables.data-00000-of-00001");
    byte[] whole = Files.readAllBytes(weights);
    byte[] changed = whole.clone();
    changed[whole.length / 3] ^= 4;
    List<List<Object>> commands =
        List.of(
            List.of("predict", "--model", run, "--images", SmallRun.shared().pictures()),
            List.of(
                "features",
                "--model",
                run.resolve("model/1"),
                "--at",
                "block5_pool",
                "--images",
                SmallRun.shared().pictures(),
                "--out",
                folder.resolve("new")),
            List.of("to-keras", "--model", run.resolve("model"), "--out", folder.resolve("new")));
    for (byte[] bad : List.of(changed, Arrays.copyOf(whole, whole.length / 2))) {
      Files.write(weights, bad);
      for (List<Object> words : commands) {
        Outcome outcome = CommandProcess.start(folder, List.of(), words.toArray()).end();
        assertEquals(65, outcome.code(), outcome.err());
        assertTrue(outcome.err().contains(weights.toString()), outcome.err());
        assertFalse(outcome.err().contains("\tat "), outcome.err());
        assertEquals("", outcome.out());
      }
    }
    Files.write(weights, whole);
  }

  private static void assertNamed(
      Output output, String name, byte[] whole, byte[] damaged, String what) throws IOException {
    Path file = output.directory().resolve(name);
    Files.write(file, damaged);
    try {
      var told =
          assertThrows(
              GraftException.class,
              () -> output.reader().accept(output.directory()),
              () -> name + ", " + what + ": not noticed");
      assertTrue(
          told instanceof InvalidDataException || told instanceof InvalidModelException,
          () -> name + ", " + what + ": " + told);
      assertTrue(
          told.getMessage().contains(file.toString()),
          () -> name + ", " + what + ": " + told.getMessage());
    } finally {
      Files.write(file, whole);
    }
  }
}
