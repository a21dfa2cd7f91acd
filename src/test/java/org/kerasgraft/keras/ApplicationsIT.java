package org.kerasgraft.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kerasgraft.savedmodel.ModelFormat;

/**
 * Every Keras Application in every form that Keras saves: its layers, cuts and gradients are
 * Keras'. One model a family, in one form of Keras 2 and one of Keras 3, unless {@code
 * -Dgraft.applications} says otherwise: {@code all}, or names with commas between.
 *
 * <p>The figures stay in {@code target/applications}, a file a row; {@code -Dgraft.resume=true}
 * leaves out what stands there, {@code -Dgraft.writeDocs=true} makes the page {@code
 * src/docs/applications.md} of them.
 */
@Tag("keras")
class ApplicationsIT {

  /** Against Keras, relative L2: another TensorFlow (2.21) with another order of sums. */
  private static final double MOST_CUT = 5e-5;

  /**
   * A variable's largest difference beside its largest gradient: four times as much, since a
   * gradient passes the network twice, and the worst single value is taken, not the length.
   */
  private static final double MOST_GRADIENT = 2e-4;

  private static final Path ROWS = Path.of("target", "applications");

  /** The forms that each of the two libraries saves, the usual one first. */
  private static final Map<String, List<ModelFormat>> LIBRARIES =
      Map.of(
          "keras",
          List.of(ModelFormat.KERAS_3_EXPORT, ModelFormat.KERAS_3_SAVED_MODEL),
          "tf_keras",
          List.of(ModelFormat.KERAS_2_SAVED_MODEL, ModelFormat.SAVED_MODEL));

  @TempDir Path folder;

  /** One model a family, in the usual form of each library: what CI has the time for. */
  private static final String FAMILY = "family";

  private static final String WANTED = System.getProperty("graft.applications", FAMILY);

  static Stream<Arguments> applications() {
    return Application.of(WANTED).stream()
        .flatMap(a -> Stream.of(Arguments.of(a, "keras"), Arguments.of(a, "tf_keras")));
  }

  @ParameterizedTest
  @MethodSource("applications")
  @Execution(ExecutionMode.CONCURRENT) // Keras saves in one thread: two at a time take half as long
  void layersCutsAndGradientsAreKeras(Application application, String library) {
    KerasPeer keras = KerasPeer.orSkip();
    List<ModelFormat> forms = new ArrayList<>(LIBRARIES.get(library));
    if (WANTED.equals(FAMILY)) {
      forms.subList(1, forms.size()).clear();
    }
    if (Boolean.getBoolean("graft.resume")) {
      forms.removeIf(f -> ApplicationRow.read(ROWS, application.name(), f.id()).isPresent());
    }
    if (forms.isEmpty()) {
      return;
    }
    String failure = "";
    try {
      List<Object> arguments =
          new ArrayList<>(List.of(application.name(), library, application.size(), folder));
      forms.forEach(form -> arguments.add(form.id()));
      keras.run("applications.py", arguments.toArray());
    } catch (AssertionError e) {
      failure = e.getMessage();
    }
    List<String> faults = new ArrayList<>();
    for (ModelFormat form : forms) {
      ApplicationRow row =
          failure.isEmpty()
              ? measure(application, form)
              : ApplicationRow.failed(application.name(), form.id(), "Keras failed: " + failure);
      row.write(ROWS);
      row.faults(MOST_CUT, MOST_GRADIENT).forEach(fault -> faults.add(form.id() + ": " + fault));
    }
    assertEquals("", String.join("\n", faults), application.name());
  }

  private ApplicationRow measure(Application application, ModelFormat form) {
    try {
      return new ApplicationComparison(folder, form).row();
    } catch (RuntimeException | AssertionError e) {
      return ApplicationRow.failed(application.name(), form.id(), e.toString());
    }
  }

  @AfterAll
  static void writePage() {
    if (Boolean.getBoolean("graft.writeDocs")) {
      ApplicationsPage.write(ROWS, Path.of("src", "docs", "applications.md"));
    }
  }
}
