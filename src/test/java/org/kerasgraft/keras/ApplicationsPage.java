package org.kerasgraft.keras;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.kerasgraft.savedmodel.ModelFormat;

/** The page of the comparison with Keras Applications, made of the rows that were measured. */
final class ApplicationsPage {

  private static final List<ModelFormat> FORMS =
      List.of(
          ModelFormat.KERAS_2_SAVED_MODEL,
          ModelFormat.KERAS_3_EXPORT,
          ModelFormat.KERAS_3_SAVED_MODEL,
          ModelFormat.SAVED_MODEL);

  private static final String INTRODUCTION =
      """
      # Keras Applications in Graft

      Every architecture of Keras Applications in every form that Keras saves, beside Keras itself. The page is made by
      one command, with a Python 3.11 that has `notebooks-export/requirements.txt`:

      ```
      GRAFT_KERAS_PYTHON=.../bin/python mvn -Pkeras verify -Dit.test=ApplicationsIT -Dgraft.applications=all -Dgraft.writeDocs=true
      ```

      The rows stay in `target/applications`; `-Dgraft.resume=true` goes on where a run ended,
      `-Dgraft.applications=ResNet50,VGG16` measures some; without it, as in CI, the first model of each family as
      `keras-2-saved-model` and `keras-3-export`. A row that is not good fails the run.

      - **Models**: random weights (He-normal kernels), 10 classes, BatchNormalization statistics taken from a batch of 16
        with nothing dropped, two images of that batch, of 32 to 75 pixels; built by `src/test/python/applications.py`.
      - **Forms**: `keras-2-saved-model` is `model.save(dir, save_format="tf")` of tf-keras; `keras-3-export` is
        `model.export(dir)`, `keras-3-saved-model` is `tf.saved_model.save(model, dir)`, both of Keras 3; `saved-model` is a
        `tf.Module` with one signature around the tf-keras model.
      - **Golden** are the values of the Keras model itself, `model(x, training=False)` in float32 within `tf.function`,
        in the TensorFlow of Keras' environment, not those of the SavedModel. TensorFlow's remapper is off, there as in
        Graft: its fused kernels add in another order.
      - **Layers**: those listed under Keras' name whose tensor has the shape and, at 64 places, the values of the layer in
        Keras, of all that Keras has; layers of nested models count as `outer/inner` (tf-keras and Keras 3 do not have quite
        the same). *No trace* are layers that return their input: of these Keras 3 saves no node (Keras 2 none of
        a linear Activation), so nothing can be cut there, nor has to be. Names that Keras does not have are told too; in a plain `saved-model`, which records no
        layers, any scope may be one, so there they are no fault.
      - A row with a figure above its limit, or without one, is an open fault and stays in the table until it is mended.
      - **Cuts**: the network cut after a layer and run: five from early to late, one inside a branch, the last feature map,
        the output. The worst relative L2 |ours − Keras'| / |Keras'|, and where. At most 5e-5.
      - **Gradients** of sum(y·c), c normal, with respect to every trainable variable; the worst of all variables of
        max|ours − Keras'| / max|Keras'|, and where. At most 2e-4. A gradient below 1e-6 of the model's largest is compared
        with that floor. *Keras itself* is the same figure between Keras in a graph and Keras run eagerly: one ReLU at zero
        but for rounding makes it 0.1, so images are taken for which the two agree, if some pair of the 16 does; if none
        does, the nearer of the two is Keras.

      | Architecture | Form | Layers | No trace | Worst cut | Differentiated | Worst gradient | Keras itself |
      |---|---|---|---|---|---|---|---|
      """;

  private ApplicationsPage() {}

  static void write(Path rows, Path page) {
    List<String> lines = new ArrayList<>();
    for (Application application : Application.ALL) {
      for (ModelFormat form : FORMS) {
        lines.add(
            ApplicationRow.read(rows, application.name(), form.id())
                .map(ApplicationsPage::line)
                .orElse(prefix(application.name(), form.id()) + " not measured | | | | | |"));
      }
    }
    try {
      Files.writeString(page, INTRODUCTION + String.join("\n", lines) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String prefix(String architecture, String form) {
    return "| " + architecture + " | " + form + " |";
  }

  private static String line(ApplicationRow row) {
    String start = prefix(row.architecture(), row.form());
    if (!row.failure().isEmpty()) {
      String first = row.failure().lines().findFirst().orElse("").replace('|', '/');
      return start + " " + first + " | | | | | |";
    }
    return String.join(
        " | ",
        start + " " + row.layers().found() + " / " + row.layers().keras() + problems(row.layers()),
        counts(row.layers().noTrace()),
        figure(row.cuts().worst(), row.cuts().worstLayer()),
        row.trained().differentiated() + " / " + row.trained().keras() + refusal(row.trained()),
        figure(row.trained().worst(), row.trained().worstVariable()),
        figure(row.trained().kerasItself(), "") + " |");
  }

  private static String problems(ApplicationRow.Layers layers) {
    List<String> some = new ArrayList<>(layers.wrong());
    layers.unknown().forEach(name -> some.add(name + ": not in Keras"));
    return some.isEmpty() ? "" : "; " + some.get(0) + more(some);
  }

  private static String refusal(ApplicationRow.Trained trained) {
    List<String> some = new ArrayList<>(trained.refused());
    trained.unknown().forEach(name -> some.add(name + ": not trained in Keras"));
    return some.isEmpty() ? "" : "; " + some.get(0) + more(some);
  }

  private static String more(List<String> some) {
    return some.size() == 1 ? "" : " (and " + (some.size() - 1) + " more)";
  }

  private static String counts(Map<String, Integer> counts) {
    return counts.isEmpty()
        ? "–"
        : counts.entrySet().stream()
            .map(e -> e.getValue() + " " + e.getKey())
            .collect(Collectors.joining(", "));
  }

  /** A difference with the place where it was found; 0 has none. */
  private static String figure(double value, String where) {
    if (value == 0) {
      return "0";
    }
    String number = String.format(Locale.ROOT, "%.1e", value);
    return where.isEmpty() ? number : number + " `" + where + "`";
  }
}
