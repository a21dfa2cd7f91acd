package org.kerasgraft.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kerasgraft.cli.CommandLine;
import org.kerasgraft.data.Npy;
import org.kerasgraft.data.NpyWriter;
import org.kerasgraft.export.Provenance;
import org.kerasgraft.export.ServedModel;
import org.kerasgraft.internal.AtomicDirectory;
import org.tensorflow.ndarray.Shape;

/**
 * Keras Applications on the round trip Keras → {@code train} → {@code to-keras} → Keras, cut where
 * {@code train} cuts by itself, its last convolutional block trained: every variable comes back bit
 * for bit, and Keras predicts what this library predicts.
 *
 * <p>From Keras 3 one model a family, since the weights file depends on the classes of layers; from
 * Keras 2, where the checkpoint is rewritten whatever the layers are, two models. {@code
 * -Dgraft.applications=family} takes all families from both, {@code -Dgraft.writeDocs=true} writes
 * the table of {@code src/docs/back-into-keras.md}.
 */
@Tag("keras")
class FamiliesReturnIT {

  /** Beside the largest probability: another TensorFlow (2.21) with another order of sums. */
  private static final double MOST = 1e-5;

  private static final String TRAIN =
      "--head keras-guide --head-epochs 1 --fine-tune-epochs 1 --fine-tune-learning-rate 0.001"
          + " --quiet";

  private static final Map<String, String> ROWS = new TreeMap<>();

  /** What Python found; differences are relative to the largest probability. */
  private record Figures(
      String keras, String failure, int variables, int trained, double difference) {}

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"keras3", "keras2"})
  void whatComesBackIsTheSameInKeras(String library) throws IOException {
    KerasPeer keras = KerasPeer.orSkip();
    String all = library.equals("keras3") ? "family" : "VGG16,MobileNetV2";
    List<Application> applications = Application.of(System.getProperty("graft.applications", all));
    List<String> cases = applications.stream().map(a -> a.name() + ":" + a.size()).toList();
    keras.run("peer_families.py", words("make", library, cases));

    Map<String, Provenance> trained = new TreeMap<>();
    for (Application application : applications) {
      trained.put(application.name(), trip(folder.resolve(application.name())));
    }

    keras.run("peer_families.py", words("check", library, cases));
    List<String> faults = new ArrayList<>();
    for (Application application : applications) {
      String name = application.name();
      Figures figures =
          new ObjectMapper()
              .readValue(folder.resolve(name).resolve("figures.json").toFile(), Figures.class);
      if (!figures.failure().isEmpty() || !(figures.difference() <= MOST)) {
        faults.add(name + ": " + figures);
      }
      int place = Application.ALL.indexOf(application);
      ROWS.put(
          String.format(Locale.ROOT, "%03d %s", place, library),
          row(name, figures, trained.get(name)));
    }
    assertEquals(List.of(), faults);
  }

  private Object[] words(String command, String library, List<String> cases) {
    return Stream.concat(Stream.of(command, library, folder), cases.stream()).toArray();
  }

  /** Trains, goes back, and says what this library predicts for the images. */
  private Provenance trip(Path work) throws IOException {
    List<Object> train = new ArrayList<>(List.of("train", "--model", work.resolve("model")));
    train.addAll(List.of("--images", work.resolve("pictures"), "--out", work.resolve("run")));
    train.addAll(List.of("--cache", work.resolve("cache")));
    train.addAll(List.of(TRAIN.split(" ")));
    run(train.toArray());
    AtomicDirectory.deleteTree(work.resolve("cache"));
    run("to-keras", "--model", work.resolve("run"), "--out", work.resolve("returned"));
    try (Npy images = Npy.open(work.resolve("images.npy"));
        ServedModel model = ServedModel.open(work.resolve("run"));
        NpyWriter expected =
            NpyWriter.create(work.resolve("expected.npy"), Shape.of(model.labels().size()))) {
      int size = (int) images.rowShape().size();
      float[] rows = new float[images.count() * size];
      for (int i = 0; i < images.count(); i++) {
        images.read(i, rows, i * size);
      }
      for (float[] row : model.predict(rows, images.count())) {
        expected.append(row, 0);
      }
      return model.provenance();
    }
  }

  private static String row(String name, Figures figures, Provenance trained) {
    return String.format(
        Locale.ROOT,
        "| %s | %s | `%s` | %s | %d / %d | %s |",
        name,
        figures.keras(),
        trained.surgery().cutAfter().orElseThrow(),
        trained.input().images().orElseThrow().mode().id(),
        figures.trained(),
        figures.variables(),
        figures.difference() == 0 ? "0" : String.format(Locale.ROOT, "%.1e", figures.difference()));
  }

  private static void run(Object... words) {
    CommandLine.Outcome outcome = CommandLine.run(words);
    assertEquals(0, outcome.code(), outcome.err());
  }

  @AfterAll
  static void writeTable() throws IOException {
    if (Boolean.getBoolean("graft.writeDocs")) {
      Path page = Path.of("src/docs/back-into-keras.md");
      List<String> lines = new ArrayList<>(Files.readAllLines(page));
      int first = lines.indexOf("|---|---|---|---|---|---|") + 1;
      int end = first;
      while (end < lines.size() && lines.get(end).startsWith("|")) {
        end++;
      }
      lines.subList(first, end).clear();
      lines.addAll(first, ROWS.values());
      Files.write(page, lines);
    }
  }
}
