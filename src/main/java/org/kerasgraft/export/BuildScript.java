package org.kerasgraft.export;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.kerasgraft.data.ImageInput;
import org.kerasgraft.data.Preprocessing;
import org.tensorflow.ndarray.Shape;

/**
 * {@code build_model.py}: builds the trained model in Keras from the original one. Takes raw RGB
 * images, as the exported model does, with the preprocessing as layers; {@code preprocess=False}
 * gives the model on what the original takes.
 */
final class BuildScript {

  static final String FILE = "build_model.py";
  static final String HEAD_FILE = "head.h5";
  static final String WEIGHTS_FILE = "model.weights.h5";

  private final Provenance provenance;
  private final Optional<ReturnedHead> head;
  private final boolean keras2;
  private final List<String> unknown;

  /**
   * A script.
   *
   * @param provenance of the exported model
   * @param head the new layers, if any
   * @param keras2 whether the original stands beside the script, to be loaded from there
   * @param unknown layers that plain {@code load_weights} cannot find in the file
   */
  BuildScript(
      Provenance provenance, Optional<ReturnedHead> head, boolean keras2, List<String> unknown) {
    this.provenance = provenance;
    this.head = head;
    this.keras2 = keras2;
    this.unknown = unknown;
  }

  String text() {
    List<String> lines = new ArrayList<>();
    docstring(lines);
    imports(lines);
    if (!keras2 && !unknown.isEmpty()) {
      loadByPath(lines);
    }
    if (head.isPresent()) {
      cut(lines);
    }
    build(lines);
    return String.join("\n", lines) + "\n";
  }

  private void docstring(List<String> lines) {
    lines.add(
        "\"\"\"Builds the trained model in Keras "
            + (keras2 ? "2" : "3, on the original Keras model")
            + ". Written by graft to-keras.");
    lines.add("");
    lines.add(
        keras2
            ? "    from build_model import build; model = build()"
            : "    from build_model import build; model = build(original)  # the model that was exported, any weights");
    lines.add("");
    Optional<ImageInput> images = provenance.input().images();
    if (images.isPresent()) {
      lines.add(
          "Input: RGB images "
              + images.get().size()
              + ", 0..255; preprocessing '"
              + images.get().mode().id()
              + "' is inside (preprocess=False leaves it out).");
    } else {
      lines.add("Input: rows of shape " + python(provenance.input().rowShape()) + ".");
    }
    lines.add("Output: " + output() + ".");
    lines.add("\"\"\"");
    lines.add("");
  }

  private String output() {
    List<String> labels = provenance.labels();
    if (head.map(ReturnedHead::oneSigmoid).orElse(false)) {
      return "the probability of LABELS[1], shape (n, 1); that of LABELS[0] is 1 minus it";
    }
    return head.isPresent()
        ? "probabilities of LABELS, shape (n, " + labels.size() + ")"
        : "that of the original, whose classifier was kept";
  }

  private void imports(List<String> lines) {
    lines.add("import pathlib");
    lines.add("");
    if (keras2) {
      lines.add("try:");
      lines.add("    import tf_keras as keras");
      lines.add("except ImportError:");
      lines.add("    from tensorflow import keras");
    } else {
      if (!unknown.isEmpty()) {
        lines.add("import h5py");
      }
      lines.add("import keras");
    }
    lines.add("");
    lines.add("HERE = pathlib.Path(__file__).parent");
    lines.add("LABELS = " + json(provenance.labels()));
    lines.add("");
  }

  /** For models that have layers of classes that the export does not tell. */
  private static void loadByPath(List<String> lines) {
    lines.add("");
    lines.add(
        """
        def load(model):
            \"""Gives a model the weights by their variables' paths; refuses one whose variables differ.\"""
            values = {}
            with h5py.File(HERE / "%s") as file:
                file.visititems(lambda _, d: values.update({d.attrs["path"].decode(): d[()]}) if "path" in d.attrs else None)
            own = {v.path: v for v in model.variables if not v.path.endswith("seed_generator_state")}
            if own.keys() != values.keys():
                raise ValueError(f"Not the model that was exported: these variables differ: {sorted(own.keys() ^ values.keys())}")
            for path, variable in own.items():
                variable.assign(values[path])
        """
            .formatted(WEIGHTS_FILE)
            .stripTrailing());
    lines.add("");
  }

  private void cut(List<String> lines) {
    String layer = head.orElseThrow().cutAfter();
    if (!layer.contains("/") && !layer.contains("@")) {
      return;
    }
    lines.add("");
    lines.add(
        """
        def cut(model, layer):
            \"""The model up to a layer: its name, `outer/inner` inside a nested model, `name@k` for its k-th call.\"""
            names = [known.name for known in model.layers]
            name, _, call = layer.partition("@")
            if name in names:
                layer = model.get_layer(name)
                output = layer._inbound_nodes[int(call)].output_tensors if call else layer.output
                return keras.Model(model.inputs, output)
            outer = next(n for n in names if layer.startswith(n + "/"))
            nested = model.get_layer(outer)
            before = keras.Model(model.inputs, nested._inbound_nodes[-1].input_tensors)
            inner = cut(nested, layer[len(outer) + 1:])
            return keras.Model(model.inputs, inner(before(model.inputs[0]), training=False))
        """
            .stripTrailing());
    lines.add("");
  }

  private void build(List<String> lines) {
    boolean images = provenance.input().images().isPresent();
    String options = images ? "preprocess=True" : "";
    lines.add("");
    lines.add(
        "def build(" + (keras2 ? options : images ? "original, " + options : "original") + "):");
    if (keras2) {
      lines.add("    original = keras.models.load_model(HERE)");
    } else if (unknown.isEmpty()) {
      lines.add("    original.load_weights(HERE / \"" + WEIGHTS_FILE + "\")");
    } else {
      lines.add("    load(original)");
    }
    lines.add("    inputs = keras.Input(" + python(provenance.input().rowShape()) + dtype() + ")");
    lines.add("    x = " + prepared());
    if (head.isEmpty()) {
      lines.add("    return keras.Model(inputs, original(x, training=False))");
    } else {
      lines.add("    backbone = " + backbone(head.get().cutAfter()));
      lines.add(
          "    x = backbone(x, training=False)  # BatchNormalization as it was trained: in inference mode");
      lines.add("    head = keras.Sequential([");
      lines.add("        keras.Input(x.shape[1:]),");
      head.get().python().forEach(layer -> lines.add("        " + layer + ","));
      lines.add("    ], name=\"head\")");
      lines.add("    head.load_weights(HERE / \"" + HEAD_FILE + "\")");
      lines.add("    return keras.Model(inputs, head(x))");
    }
  }

  /** Arrays keep the type of the original's own input. */
  private String dtype() {
    return provenance.input().images().isPresent() ? "" : ", dtype=original.inputs[0].dtype";
  }

  private String prepared() {
    Optional<Preprocessing> mode = provenance.input().images().map(ImageInput::mode);
    String layers =
        switch (mode.orElse(Preprocessing.NONE)) {
          case CAFFE, TF, TORCH ->
              "keras.applications.imagenet_utils.preprocess_input(inputs, mode=\""
                  + mode.get().id()
                  + "\")";
          case SCALE_0_1 -> "keras.layers.Rescaling(1 / 255)(inputs)";
          case NONE -> "inputs";
        };
    return layers.equals("inputs") ? layers : layers + " if preprocess else inputs";
  }

  private static String backbone(String cutAfter) {
    String layer = json(cutAfter);
    return cutAfter.contains("/") || cutAfter.contains("@")
        ? "cut(original, " + layer + ")"
        : "keras.Model(original.inputs, original.get_layer(" + layer + ").output)";
  }

  private static String python(Shape shape) {
    List<String> sizes = new ArrayList<>();
    for (long size : shape.asArray()) {
      sizes.add(String.valueOf(size));
    }
    return sizes.stream().collect(Collectors.joining(", ", "(", sizes.size() == 1 ? ",)" : ")"));
  }

  /** JSON's strings and lists of strings are Python's too. */
  private static String json(Object value) {
    try {
      return new ObjectMapper().writeValueAsString(value);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalArgumentException("cannot write " + value, e);
    }
  }
}
