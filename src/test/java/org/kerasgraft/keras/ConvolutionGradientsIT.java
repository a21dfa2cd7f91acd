package org.kerasgraft.keras;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kerasgraft.Backbone;
import org.kerasgraft.Graft;
import org.kerasgraft.KerasModel;
import org.kerasgraft.TrainedModel;
import org.kerasgraft.Trainer;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.data.Labels;
import org.kerasgraft.data.Npy;
import org.kerasgraft.data.NpyWriter;
import org.kerasgraft.data.RowSource;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.export.ServedModel;
import org.kerasgraft.features.FeatureStore;
import org.kerasgraft.graph.Network;
import org.kerasgraft.graph.ServingState;
import org.kerasgraft.head.Head;
import org.kerasgraft.savedmodel.SavedModelReader;
import org.kerasgraft.savedmodel.VariableSpec;
import org.kerasgraft.train.GradientProbe;
import org.kerasgraft.train.Optimizer;
import org.kerasgraft.train.Predictions;
import org.kerasgraft.train.Training;
import org.kerasgraft.train.Variables;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Every kind of layer that trains, beside {@code GradientTape}; serving paths that are unsteady.
 */
@Tag("keras")
class ConvolutionGradientsIT {

  /** Sums in another order. */
  private static final double TOLERANCE = 1e-4;

  /** Half precision has three digits, bfloat16 two: Keras differs from itself that much. */
  private static final double HALF = 2e-2;

  private static final List<String> FORMATS = List.of("keras-3-export", "keras-2-saved-model");

  @TempDir static Path cases;

  @BeforeAll
  static void differentiateWithKeras() {
    KerasPeer.orSkip().run("peer_gradients.py", cases);
  }

  static Stream<String> kinds() throws IOException {
    try (Stream<Path> all = Files.list(cases)) {
      List<String> names =
          all.map(p -> p.getFileName().toString())
              .filter(n -> !n.matches("(un)?steady-.*|classifier-.*"))
              .toList();
      assertEquals(58, names.size());
      return names.stream().sorted();
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  @SuppressWarnings("unchecked") // cast to float32
  void gradientsAreThoseOfGradientTape(String name) throws IOException {
    Path directory = cases.resolve(name);
    double tolerance = name.startsWith("mixed") ? HALF : TOLERANCE;
    Network network =
        Variables.all()
            .trainableForm(Network.of(SavedModelReader.read(directory.resolve("model"))));
    try (LiveNetwork live = LiveNetwork.open(network, RuntimeOptions.defaults());
        TFloat32 input = PeerArray.read(directory.resolve("input.npy")).tensor();
        TFloat32 cotangent = PeerArray.read(directory.resolve("cotangent.npy")).tensor()) {
      Ops tf = live.ops();
      Output<?> own = live.tensor(GradientProbe.outputOf(network));
      Operand<TFloat32> output = tf.dtypes.cast(own, TFloat32.class);
      int[] axes = new int[cotangent.rank()];
      for (int i = 0; i < axes.length; i++) {
        axes[i] = i;
      }
      Operand<TFloat32> total =
          tf.reduceSum(tf.math.mul(output, tf.constantOf(cotangent)), tf.constant(axes));
      GradientProbe probe = GradientProbe.of(live, total);
      assertEquals(Map.of(), probe.refused());
      Map<String, Path> keras = expected(directory);
      TreeSet<String> ours = new TreeSet<>();
      probe.gradients().keySet().forEach(v -> ours.add(v.name().replace('/', '.')));
      assertEquals(keras.keySet(), ours);
      Session.Runner runner = live.session().runner().feed(live.input(), input).fetch(output);
      List<VariableSpec> chosen = List.copyOf(probe.gradients().keySet());
      chosen.forEach(v -> runner.fetch(probe.gradients().get(v)));
      try (Result result = runner.run()) {
        assertClose("output", result.get(0), directory.resolve("output.npy"), tolerance);
        for (int i = 0; i < chosen.size(); i++) {
          String variable = chosen.get(i).name();
          Path file = keras.get(variable.replace('/', '.'));
          assertClose(variable, result.get(i + 1), file, tolerance);
        }
      }
    }
  }

  private static Map<String, Path> expected(Path directory) throws IOException {
    Map<String, Path> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(directory.resolve("gradients"))) {
      all.forEach(p -> files.put(p.getFileName().toString().replace(".npy", ""), p));
    }
    return files;
  }

  private static void assertClose(
      String what, org.tensorflow.Tensor ours, Path keras, double tolerance) {
    float[] values = PeerArray.of(ours).values();
    float[] expected = PeerArray.read(keras).values();
    // A bias of attention's keys has no effect: what stands there is the rounding of zeros.
    boolean zero = true;
    for (int i = 0; i < expected.length; i++) {
      zero &= Math.abs(expected[i]) < 1e-5 && Math.abs(values[i]) < 1e-5;
    }
    double difference = zero ? 0 : PeerArray.relativeL2(values, expected);
    assertTrue(difference <= tolerance, what + " differs by " + difference);
  }

  @ParameterizedTest
  @ValueSource(strings = {"augmented", "batch-statistics"})
  void unsteadyModelsCanBeLookedAtAndCutBelowAlone(String kind) {
    for (String format : FORMATS) {
      Path directory = cases.resolve("unsteady-" + kind + "-" + format).resolve("model");
      Network network = Network.of(SavedModelReader.read(directory));
      ServingState.Unsteady unsteady = ServingState.of(network).orElseThrow();
      String layer = kind.equals("augmented") ? "flip" : "norm";
      assertEquals(Optional.of(layer), unsteady.layer(), unsteady.text());
      for (String above : List.of(layer, "above")) {
        assertThrows(ModelRefusedException.class, () -> network.cutAfter(above), above);
      }
      LiveNetwork.open(network.cutAfter("below"), RuntimeOptions.defaults()).close();
      assertThrows(
          ModelRefusedException.class, () -> LiveNetwork.open(network, RuntimeOptions.defaults()));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"keras-3-export", "keras-2-saved-model"})
  void theWayOutThatTheRefusalNamesWorks(String format) {
    Path directory = cases.resolve("steady-augmented-" + format).resolve("model");
    Network network = Network.of(SavedModelReader.read(directory));
    assertEquals(Optional.empty(), ServingState.of(network));
  }

  private static final int ROWS = 8;

  private static float[] rows() {
    SplittableRandom random = new SplittableRandom(7);
    float[] rows = new float[ROWS * 12 * 12 * 3];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = (float) random.nextDouble();
    }
    return rows;
  }

  private static TrainedModel fit(Trainer trainer, Path directory) throws IOException {
    Path file = Files.createTempFile("rows", ".npy");
    Files.delete(file);
    try (NpyWriter writer = NpyWriter.create(file, Shape.of(12, 12, 3))) {
      for (int i = 0; i < ROWS; i++) {
        writer.append(rows(), i * 12 * 12 * 3);
      }
    }
    Labels labels = new Labels("labels", new int[] {0, 1, 0, 1, 1, 0, 1, 0});
    Training training =
        Training.builder()
            .head(2, Optimizer.sgd(0.1, 0))
            .fineTune(2, Optimizer.sgd(0.01, 0.9))
            .batchSize(3)
            .build();
    try (Npy npy = Npy.open(file)) {
      return trainer.store(FeatureStore.at(directory.resolve("store"))).fit(npy, labels, training);
    } finally {
      Files.delete(file);
    }
  }

  /**
   * Half precision at the cut, at the frontier from which features are stored, and in the logits of
   * a kept head; what is exported predicts the same.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "mixed_float16-keras-3-export",
        "mixed_float16-keras-2-saved-model",
        "mixed_bfloat16-keras-3-export",
        "mixed_bfloat16-keras-2-saved-model",
      })
  void modelsOfMixedPoliciesTrainAndServe(String name) throws IOException {
    Path directory = cases.resolve("classifier-" + name);
    KerasModel model = Graft.open(directory.resolve("model"));
    try (Backbone cut = model.cutAfter("last");
        Backbone whole = model.whole();
        TrainedModel grafted =
            fit(
                Trainer.of(cut, Head.parse("global_average_pooling, dense(classes, softmax)"))
                    .trainable(Variables.headAnd("last")),
                directory);
        TrainedModel kept =
            fit(Trainer.keepingHead(whole).trainable(Variables.layers("classes")), directory)) {
      int number = 0;
      for (TrainedModel trained : List.of(grafted, kept)) {
        Path saved = trained.save(directory.resolve("saved" + number++));
        try (ServedModel served = Graft.load(saved)) {
          float[][] answers = served.predict(rows(), ROWS);
          Predictions live = trained.predict(RowSource.of(rows(), Shape.of(12, 12, 3)));
          for (int i = 0; i < ROWS; i++) {
            assertArrayEquals(live.probabilities(i), answers[i], 2e-3f);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"keras-3-export", "keras-2-saved-model"})
  void variablesInHalfPrecisionAreRefusedByName(String format) {
    Path directory = cases.resolve("classifier-bfloat16-" + format);
    Network network = Network.of(SavedModelReader.read(directory.resolve("model")));
    for (Variables choice : List.of(Variables.layers("last"), Variables.all())) {
      var refused =
          assertThrows(ModelRefusedException.class, () -> choice.resolve(network, List.of()));
      assertTrue(refused.getMessage().contains("is bfloat16"), refused.getMessage());
    }
  }
}
