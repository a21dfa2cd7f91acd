package org.kerasgraft.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.backbone.TinyNetwork;
import org.kerasgraft.data.LabelledRows;
import org.kerasgraft.data.Labels;
import org.kerasgraft.data.RowSource;
import org.kerasgraft.head.BuiltHead;
import org.kerasgraft.head.Head;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Weights and figures against Keras 3 itself; src/test/python/make_optimizer_goldens.py makes the
 * files.
 */
class KerasStepsTest {

  private static final List<String> NAMES =
      List.of("head/dense/kernel", "head/dense/bias", "head/dense_1/kernel", "head/dense_1/bias");

  @TempDir private Path directory;

  static List<Arguments> optimizers() {
    return List.of(
        Arguments.of("sgd", Optimizer.sgd(0.05)),
        Arguments.of("momentum", Optimizer.sgd(0.05, 0.9)),
        Arguments.of("nesterov", new Optimizer.Sgd(0.05, 0.9, true)),
        Arguments.of("rmsprop", Optimizer.rmsProp(0.01)),
        Arguments.of("rmsprop_momentum", new Optimizer.RmsProp(0.01, 0.9, 0.9, 1e-7)),
        Arguments.of("adam", Optimizer.adam(0.01)));
  }

  /**
   * Twenty steps in float32, relative to the variable's largest weight: TensorFlow's fused kernels
   * round in another order than Keras' single operations, which adds up to some 25 half-ulps.
   */
  @ParameterizedTest
  @MethodSource("optimizers")
  void twentyStepsGiveKerasWeights(String name, Optimizer optimizer) throws IOException {
    JsonNode golden = read("steps.json");
    JsonNode expected = golden.get("cases").get(name);
    Training training =
        Training.builder()
            .shuffle(false)
            .batchSize(8)
            .head(1, optimizer)
            .fineTune(0, optimizer)
            .keep(Keep.LAST)
            .build();
    try (Fitted fitted =
        fit("dense(16, tanh), dense(classes, sigmoid)", 2, golden, Optional.empty(), training)) {
      assertWeights(expected.get("weights"), fitted, 3e-6);
      assertEquals(
          expected.get("loss").asDouble(), fitted.history().get(0).training().loss(), 1e-6);
    }
  }

  @Test
  void lossAccuracyAndValidationAreKerasFit() throws IOException {
    JsonNode golden = read("fit.json");
    Optimizer adam = Optimizer.adam(0.01);
    Training training =
        Training.builder()
            .shuffle(false)
            .batchSize(8)
            .head(3, adam)
            .fineTune(0, adam)
            .keep(Keep.LAST)
            .l2(0.01)
            .labelSmoothing(0.1)
            .build();
    LabelledRows validation = rows(golden.get("vx"), golden.get("vy"));
    try (Fitted fitted =
        fit(
            "dense(16, relu), dense(classes, softmax)",
            3,
            golden,
            Optional.of(validation),
            training)) {
      assertWeights(golden.get("weights"), fitted, 3e-6);
      JsonNode history = golden.get("history");
      for (int i = 0; i < 3; i++) {
        History.Epoch epoch = fitted.history().get(i);
        assertEquals(history.get("loss").get(i).asDouble(), epoch.training().loss(), 1e-5);
        assertEquals(history.get("accuracy").get(i).asDouble(), epoch.training().accuracy(), 1e-6);
        History.Score validated = epoch.validation().orElseThrow();
        assertEquals(history.get("val_loss").get(i).asDouble(), validated.loss(), 1e-5);
        assertEquals(history.get("val_accuracy").get(i).asDouble(), validated.accuracy(), 1e-6);
      }
    }
  }

  @Test
  void smoothedBinaryLossIsKeras() throws IOException {
    JsonNode golden = read("fit.json").get("smoothed_binary");
    try (LiveNetwork network = open()) {
      Ops tf = network.ops();
      BuiltHead head =
          Head.parse("dense(classes, sigmoid)").withClasses(2).build(network, "stem/BiasAdd:0", 0);
      LossGraph loss = LossGraph.build(tf, head, new Training.Regularisation(0, 0.2));
      Operand<TFloat32> logits = head.logits();
      try (TFloat32 fed = Tensors.of(Shape.of(4, 1), floats(golden.get("logits")));
          TInt32 labels = TInt32.vectorOf(1, 0, 1, 1);
          Result result =
              network
                  .session()
                  .runner()
                  .feed(logits.asOutput(), fed)
                  .feed(loss.labels().asOutput(), labels)
                  .fetch(loss.inference().loss().asOutput())
                  .fetch(loss.inference().hits().asOutput())
                  .run()) {
        assertEquals(golden.get("loss").asDouble(), scalar(result.get(0)), 1e-6);
        assertEquals(3, scalar(result.get(1)));
      }
    }
  }

  private static double scalar(Tensor tensor) {
    return ((TFloat32) tensor).getFloat();
  }

  private record Fitted(LiveNetwork network, TrainedNetwork trained) implements AutoCloseable {
    List<History.Epoch> history() {
      return trained.history().epochs();
    }

    @Override
    public void close() {
      network.close();
    }
  }

  private LiveNetwork open() {
    try (TinyNetwork tiny = new TinyNetwork(directory, 3, 5)) {
      return LiveNetwork.open(tiny.dense("stem", 12, "linear").cut(), RuntimeOptions.defaults());
    }
  }

  private Fitted fit(
      String spec,
      int classes,
      JsonNode golden,
      Optional<LabelledRows> validation,
      Training training) {
    LiveNetwork network = open();
    String features = network.network().graph().outputs().get("features").tensor();
    BuiltHead head = Head.parse(spec).withClasses(classes).build(network, features, 0);
    LossGraph loss = LossGraph.build(network.ops(), head, training.regularisation());
    Selection selection = Variables.head().resolve(network.network(), head.variables());
    Phase phase =
        new Phase(
            Phase.HEAD, selection, features, training.head().epochs(), training.head().optimizer());
    PhaseRunner runner = new PhaseRunner(network, head, loss, phase, training);
    Map<String, float[]> initial = new LinkedHashMap<>();
    for (int i = 0; i < NAMES.size(); i++) {
      initial.put(NAMES.get(i), floats(golden.get("initial").get(i)));
    }
    head.assign(network.session(), initial);
    History history =
        runner
            .run(
                new PhaseRunner.Rows(rows(golden.get("x"), golden.get("y")), validation),
                TrainingListener.SILENT,
                Saving.none(),
                Optional.empty())
            .history();
    return new Fitted(network, new TrainedNetwork(network, head, selection, history));
  }

  private static void assertWeights(JsonNode expected, Fitted fitted, double tolerance) {
    Map<String, float[]> values = fitted.trained().values(fitted.trained().selection().head());
    for (int i = 0; i < NAMES.size(); i++) {
      float[] golden = floats(expected.get(i));
      float[] ours = values.get(NAMES.get(i));
      double largest = 0;
      double worst = 0;
      for (int j = 0; j < golden.length; j++) {
        largest = Math.max(largest, Math.abs(golden[j]));
        worst = Math.max(worst, Math.abs(golden[j] - ours[j]));
      }
      assertTrue(worst <= tolerance * largest, NAMES.get(i) + " is off by " + worst / largest);
    }
  }

  private static LabelledRows rows(JsonNode x, JsonNode y) {
    int[] labels = new int[y.size()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = y.get(i).asInt();
    }
    return new LabelledRows(RowSource.of(floats(x), Shape.of(12)), new Labels("golden", labels));
  }

  private static float[] floats(JsonNode array) {
    float[] values = new float[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) array.get(i).asDouble();
    }
    return values;
  }

  private static JsonNode read(String file) throws IOException {
    try (InputStream in = KerasStepsTest.class.getResourceAsStream("/golden/optimizers/" + file)) {
      return new ObjectMapper().readTree(in);
    }
  }
}
