package org.kerasgraft.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kerasgraft.data.ImageInput;
import org.kerasgraft.data.ImageSize;
import org.kerasgraft.data.Preprocessing;
import org.kerasgraft.export.BuildScript.Loading;
import org.kerasgraft.export.Provenance.ModelInput;
import org.kerasgraft.export.Provenance.Surgery;
import org.kerasgraft.export.Provenance.TrainingSummary;
import org.kerasgraft.export.Provenance.Versions;
import org.kerasgraft.export.ReturnedHead.DenseWeights;
import org.kerasgraft.head.Activation;
import org.kerasgraft.head.Head;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;

/** The generated Python; that Keras runs it is shown with Keras. */
class BuildScriptTest {

  private static final ModelInput PIXELS =
      ModelInput.of(new ImageInput(Preprocessing.CAFFE, new ImageSize(32, 48)));

  private static String script(ModelInput input, Optional<ReturnedHead> head, Loading loading) {
    Surgery surgery =
        new Surgery(
            new SourceModel("there", "keras-3-export", "0", Set.of()),
            head.map(ReturnedHead::cutAfter),
            head.map(h -> "global_average_pooling, dense(classes)"));
    TrainingSummary training = new TrainingSummary(List.of(), List.of());
    Provenance provenance =
        new Provenance(input, List.of("a \"b\"", "c"), surgery, training, Versions.current());
    return new BuildScript(provenance, head, loading).text();
  }

  private static VariableSpec variable(String name, long... sizes) {
    return new VariableSpec(name, DataType.DT_FLOAT, Shape.of(sizes), true, List.of("key"));
  }

  private static Optional<ReturnedHead> head(String cutAfter, int units) {
    DenseWeights dense =
        new DenseWeights("dense", variable("head/dense/kernel", 5, units), variable("b", units));
    return Optional.of(
        new ReturnedHead(
            Head.builder().globalMaxPooling().dropout(0.25f).classes(2).build().layers(),
            cutAfter,
            List.of(dense)));
  }

  private static void assertHas(String script, String... parts) {
    for (String part : parts) {
      assertTrue(script.contains(part), () -> part + "\n" + script);
    }
  }

  @Test
  void keras2LoadsTheCopyThatItStandsIn() {
    String script = script(PIXELS, head("block5_pool", 1), Loading.COPY);
    assertHas(
        script,
        "import tf_keras as keras",
        "def build(preprocess=True):\n    original = keras.models.load_model(HERE)\n",
        "preprocess_input(inputs, mode=\"caffe\") if preprocess else inputs",
        "keras.Input((32, 48, 3))",
        "LABELS = [\"a \\\"b\\\"\",\"c\"]",
        "keras.layers.GlobalMaxPooling2D(),\n        keras.layers.Dropout(0.25),\n"
            + "        keras.layers.Dense(1, activation=\"sigmoid\"),\n",
        "the probability of LABELS[1]");
    assertEquals(-1, script.indexOf("def load("));
    assertEquals(-1, script.indexOf("h5py"));
  }

  @Test
  void keras3LoadsWeightsAndGoesByPathWhereKerasRefusesThem() {
    assertHas(
        script(PIXELS, head("pool", 2), Loading.WEIGHTS),
        "def build(original, preprocess=True):\n    try:\n"
            + "        original.load_weights(HERE / \"model.weights.h5\")\n    except ValueError:",
        "def load(model):",
        "probabilities of LABELS, shape (n, 2)",
        "Dense(2, activation=\"softmax\")",
        "keras.Model(original.inputs, original.get_layer(\"pool\").output)");
  }

  @Test
  void unknownClassesGoByPathAtOnce() {
    String script = script(PIXELS, head("pool", 2), Loading.BY_PATH);
    assertHas(script, "def build(original, preprocess=True):\n    load(original)\n");
    assertEquals(-1, script.indexOf("original.load_weights"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"vgg16/block5_pool", "twice@1", "lstm:1"})
  void cutsInsideAModelOrAtOneCallOrOutputAreSearched(String layer) {
    assertHas(
        script(PIXELS, head(layer, 2), Loading.COPY),
        "def cut(model, layer):",
        "    backbone = cut(original, \"" + layer + "\")\n");
  }

  @Test
  void aKeptClassifierNeedsNoCut() {
    String script = script(PIXELS, Optional.empty(), Loading.WEIGHTS);
    assertHas(
        script,
        "return keras.Model(inputs, original(x, training=False))",
        "that of the original, whose classifier was kept");
    assertEquals(-1, script.indexOf("head.h5"));
  }

  @Test
  void arraysKeepTheTypeOfTheOriginalsInput() {
    ModelInput rows = ModelInput.of(Shape.of(7));
    assertHas(
        script(rows, Optional.empty(), Loading.WEIGHTS),
        "def build(original):",
        "inputs = keras.Input((7,), dtype=original.inputs[0].dtype)",
        "x = inputs\n",
        "Input: rows of shape (7,).");
    assertHas(script(rows, Optional.empty(), Loading.COPY), "def build():");
  }

  @ParameterizedTest
  @CsvSource({
    "TF, 'preprocess_input(inputs, mode=\"tf\") if preprocess else inputs'",
    "TORCH, 'preprocess_input(inputs, mode=\"torch\") if preprocess else inputs'",
    "SCALE_0_1, keras.layers.Rescaling(1 / 255)(inputs) if preprocess else inputs",
    "NONE, x = inputs"
  })
  void preprocessingIsAKerasLayer(Preprocessing mode, String line) {
    ModelInput images = ModelInput.of(new ImageInput(mode, new ImageSize(8, 8)));
    assertHas(script(images, Optional.empty(), Loading.COPY), line);
  }

  @Test
  void everyHeadLayerIsAKerasLayer() {
    Head head = Head.builder().flatten().dense(8, Activation.RELU).classes(3).build();
    List<DenseWeights> dense =
        List.of(
            new DenseWeights("dense", variable("k", 5, 8), variable("b", 8)),
            new DenseWeights("dense_1", variable("k1", 8, 3), variable("b1", 3)));
    assertEquals(
        List.of(
            "keras.layers.Flatten()",
            "keras.layers.Dense(8, activation=\"relu\")",
            "keras.layers.Dense(3, activation=\"softmax\")"),
        new ReturnedHead(head.layers(), "pool", dense).python());
  }
}
