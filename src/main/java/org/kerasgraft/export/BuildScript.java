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
  private final Loading loading;

  /** How the original model gets the trained weights. */
  enum Loading {
    /** Keras 2: the script stands in a copy of the original that has them. */
    COPY,
    /** Keras 3: {@code load_weights}, or by the variables' paths where Keras refuses the file. */
    WEIGHTS,
    /** Keras 3, by paths: there are layers whose class is unknown, which Keras would not find. */
    BY_PATH
  }

  /**
   * A script.
   *
   * @param provenance of the exported model
   * @param head the new layers, if any
   * @param loading how the original gets the trained weights
   */
  BuildScript(Provenance provenance, Optional<ReturnedHead> head, Loading loading) {
    this.provenance = provenance;
    this.head = head;
    this.loading = loading;
  }

  private boolean keras2() {
    return loading == Loading.COPY;
  }

  String text() {
    List<String> lines = new ArrayList<>();
    docstring(lines);
    imports(lines);
    if (!keras2()) {
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
            + (keras2() ? "2" : "3, on the original Keras model")
            + ". Written by graft to-keras.");
    lines.add("");
    lines.add(
        keras2()
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
    if (keras2()) {
      lines.add("try:");
      lines.add("    import tf_keras as keras");
      lines.add("except ImportError:");
      lines.add("    from tensorflow import keras");
    } else {
      lines.add("import h5py");
      lines.add("import keras");
    }
    lines.add("");
    lines.add("HERE = pathlib.Path(__file__).parent");
    lines.add("LABELS = " + json(provenance.labels()));
    lines.add("");
  }

  /** For layers, or models around layers, of classes that the export does not tell. */
  private static void loadByPath(List<String> lines) {
    lines.add("");
    lines.add(
        """
        def load(model):
            \"""Gives a model the weights by their variables' paths; refuses one whose variables differ.

            Where paths lack a name around a layer, as those of a Sequential that Keras loaded from a file, their order counts too.
            \"""
            found = []
            with h5py.File(HERE / "%s") as file:
                file.visititems(lambda _, d: found.append((int(d.attrs["order"]), d.attrs["path"].decode(), d[()])) if "path" in d.attrs else None)
            stored = [(path, value) for _, path, value in sorted(found, key=lambda item: item[0])]
            paths = [v.path for v in model.weights]
            if sorted(paths) == sorted(path for path, _ in stored) and len(set(paths)) == len(paths):
                stored.sort(key=lambda item: paths.index(item[0]))
            elif len(paths) != len(stored) or not all(
                within(own, path) or within(path, own) for own, (path, _) in zip(paths, stored)
            ):
                differ = sorted(set(paths) ^ {path for path, _ in stored})
                raise ValueError(f"Not the model that was exported: these variables differ: {differ}")
            for variable, (_, value) in zip(model.weights, stored):
                variable.assign(value)


        def within(path, longer):
            names = iter(longer.split("/"))
            return all(name in names for name in path.split("/"))
        """
            .formatted(WEIGHTS_FILE)
            .stripTrailing());
    lines.add("");
  }

  private void cut(List<String> lines) {
    if (plain(head.orElseThrow().cutAfter())) {
      return;
    }
    lines.add("");
    lines.add(
        """
        def cut(model, layer):
            \"""The model up to a layer: `outer/inner` in a nested model, `name@k` for a call, `name:k` for an output.\"""
            outer = max((n.name for n in model.layers if layer == n.name or layer.startswith((n.name + "/", n.name + "@", n.name + ":"))), key=len)
            call, _, inner = layer[len(outer):].partition("/")
            call, _, output = call.lstrip("@").partition(":")
            node = model.get_layer(outer)._inbound_nodes[int(call or -1)]
            if not inner:
                return keras.Model(model.inputs, one(node.output_tensors, int(output or 0)))
            before = keras.Model(model.inputs, one(node.input_tensors))
            return keras.Model(model.inputs, cut(model.get_layer(outer), inner)(before(model.inputs[0]), training=False))


        def one(tensors, place=0):
            return tensors[place] if isinstance(tensors, (list, tuple)) else tensors
        """
            .stripTrailing());
    lines.add("");
  }

  private void build(List<String> lines) {
    boolean images = provenance.input().images().isPresent();
    String options = images ? "preprocess=True" : "";
    lines.add("");
    lines.add(
        "def build(" + (keras2() ? options : images ? "original, " + options : "original") + "):");
    if (keras2()) {
      lines.add("    original = keras.models.load_model(HERE)");
    } else {
      loadWeights(lines);
    }
    lines.add("    inputs = keras.Input(" + python(provenance.input().rowShape()) + dtype() + ")");
    lines.add("    x = " + prepared());
    if (head.isEmpty()) {
      lines.add("    return keras.Model(inputs, original(x, training=False))");
    } else {
      lines.add("    if not getattr(original, \"inputs\", None):");
      lines.add(
          "        raise ValueError(\"The outputs of layers cannot be reached in a model of a class of its own."
              + " It has the trained weights now; "
              + HEAD_FILE
              + " has those of the head.\")");
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

  private void loadWeights(List<String> lines) {
    if (loading == Loading.BY_PATH) {
      lines.add("    load(original)");
      return;
    }
    lines.add("    try:");
    lines.add("        original.load_weights(HERE / \"" + WEIGHTS_FILE + "\")");
    lines.add(
        "    except ValueError:  # a class of its own stands around layers, which the export does not tell");
    lines.add("        load(original)");
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
    return plain(cutAfter)
        ? "keras.Model(original.inputs, original.get_layer(" + layer + ").output)"
        : "cut(original, " + layer + ")";
  }

  /** Whether a cut is at a layer of the model itself, that is called once and has one output. */
  private static boolean plain(String cutAfter) {
    return cutAfter.chars().noneMatch(c -> c == '/' || c == '@' || c == ':');
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
