package org.kerasgraft.head;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.backbone.TinyNetwork;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

class BuiltHeadTest {

  private static final String FEATURES = "block2_pool/MaxPool:0";

  @TempDir private Path directory;
  private LiveNetwork network;

  @BeforeEach
  void open() {
    network = LiveNetwork.open(TinyNetwork.twoBlocks(directory), RuntimeOptions.defaults());
  }

  @AfterEach
  void close() {
    network.close();
  }

  private BuiltHead build(String spec, int classes, long seed) {
    BuiltHead head = Head.parse(spec).withClasses(classes).build(network, FEATURES, seed);
    head.initialize(network.session());
    return head;
  }

  private static float[] ramp(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (i % 24) / 12f - 0.7f;
    }
    return values;
  }

  private float[] run(BuiltHead head, Operand<TFloat32> fetched, int rows, long... seed) {
    Shape shape = Shape.of(rows, 2, 2, 6);
    try (TFloat32 features = TFloat32.tensorOf(shape, DataBuffers.of(ramp(rows * 24)));
        TInt64 seeds = TInt64.tensorOf(Shape.of(seed.length), DataBuffers.of(seed))) {
      Session.Runner runner =
          network.session().runner().feed(FEATURES, features).fetch(fetched.asOutput());
      head.dropoutSeed().ifPresent(s -> runner.feed(s.asOutput(), seeds));
      try (Result result = runner.run()) {
        float[] values = new float[(int) result.get(0).size()];
        result.get(0).asRawTensor().data().asFloats().read(values);
        return values;
      }
    }
  }

  @Test
  void variablesCarryKerasNamesAndShapes() {
    BuiltHead head = build("flatten, dense(8, relu), dense(4), dense(classes)", 3, 1);
    assertEquals(
        List.of(
            "head/dense/kernel [24, 8]",
            "head/dense/bias [8]",
            "head/dense_1/kernel [8, 4]",
            "head/dense_1/bias [4]",
            "head/dense_2/kernel [4, 3]",
            "head/dense_2/bias [3]"),
        head.variables().stream().map(v -> v.name() + " " + v.shape()).toList());
    assertTrue(head.variables().stream().allMatch(VariableSpec::trainable));
    for (VariableSpec v : head.variables()) {
      assertEquals("VarHandleOp", network.graph().operation(v.name()).type());
    }
    assertEquals(3, head.units());
  }

  @Test
  void aSecondHeadInTheSameGraphIsRefused() {
    build("flatten, dense(classes)", 2, 1);
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> build("flatten, dense(classes)", 2, 1));
    assertTrue(e.getMessage().contains("head"), e.getMessage());
  }

  @Test
  void kernelsAreGlorotUniformAndBiasesZero() {
    BuiltHead head = build("flatten, dense(200), dense(classes)", 2, 5);
    Map<String, float[]> values = head.values(network.session());
    float[] kernel = values.get("head/dense/kernel");
    double limit = Math.sqrt(6.0 / (24 + 200));
    double sum = 0;
    double squares = 0;
    for (float w : kernel) {
      assertTrue(Math.abs(w) <= limit, "beyond the Glorot limit: " + w);
      sum += w;
      squares += (double) w * w;
    }
    double deviation = limit / Math.sqrt(3);
    // 4800 values: three standard errors of mean and of the root mean square
    assertEquals(0, sum / kernel.length, 3 * deviation / Math.sqrt(kernel.length));
    assertEquals(deviation, Math.sqrt(squares / kernel.length), 0.03 * deviation);
    assertArrayEquals(new float[200], values.get("head/dense/bias"));
  }

  @Test
  void layersHaveDifferentInitialValuesOfOneSeed() {
    BuiltHead head = build("flatten, dense(24), dense(24), dense(classes)", 2, 5);
    Map<String, float[]> values = head.values(network.session());
    float[] first = values.get("head/dense/kernel");
    assertFalse(Arrays.equals(first, values.get("head/dense_1/kernel")));
    head.initialize(network.session());
    assertArrayEquals(first, head.values(network.session()).get("head/dense/kernel"));
  }

  @Test
  void probabilitiesOfOneSigmoidAreTwoColumns() {
    BuiltHead head = build("flatten, dense(classes, sigmoid)", 2, 3);
    assertEquals(1, head.units());
    float[] logits = run(head, head.logits(), 3);
    float[] probabilities = run(head, head.probabilities(), 3);
    assertEquals(6, probabilities.length);
    for (int i = 0; i < 3; i++) {
      double p = 1 / (1 + Math.exp(-logits[i]));
      assertEquals(1 - p, probabilities[2 * i], 1e-6);
      assertEquals(p, probabilities[2 * i + 1], 1e-6);
    }
  }

  @Test
  void probabilitiesOfSoftmaxAreItsColumns() {
    BuiltHead head = build("global_average_pooling, dense(classes, softmax)", 2, 3);
    assertEquals(2, head.units());
    float[] logits = run(head, head.logits(), 1);
    float[] probabilities = run(head, head.probabilities(), 1);
    double p = 1 / (1 + Math.exp(logits[1] - logits[0]));
    assertEquals(p, probabilities[0], 1e-6);
    assertEquals(1 - p, probabilities[1], 1e-6);
  }

  @Test
  void poolingAgreesWithAPlainLoop() {
    BuiltHead head = build("global_average_pooling, dense(classes, softmax)", 2, 3);
    float[] x = ramp(24);
    float[] kernel = head.values(network.session()).get("head/dense/kernel");
    double expected = 0;
    for (int c = 0; c < 6; c++) {
      double mean = (x[c] + x[6 + c] + x[12 + c] + x[18 + c]) / 4.0;
      expected += mean * kernel[2 * c];
    }
    assertEquals(expected, run(head, head.logits(), 1)[0], 1e-5);
  }

  @Test
  void maxPoolingAgreesWithAPlainLoop() {
    BuiltHead head = build("global_max_pooling, dense(classes, softmax)", 2, 3);
    float[] x = ramp(24);
    float[] kernel = head.values(network.session()).get("head/dense/kernel");
    double expected = 0;
    for (int c = 0; c < 6; c++) {
      expected +=
          Math.max(Math.max(x[c], x[6 + c]), Math.max(x[12 + c], x[18 + c])) * kernel[2 * c];
    }
    assertEquals(expected, run(head, head.logits(), 1)[0], 1e-5);
  }

  @Test
  void withoutDropoutBothPathsAreOne() {
    BuiltHead head = build("flatten, dense(classes, softmax)", 24, 3);
    assertEquals(Optional.empty(), head.dropoutSeed());
    assertArrayEquals(run(head, head.logits(), 2), run(head, head.trainingLogits(), 2));
  }

  @Test
  void dropoutKeepsTheExpectation() {
    BuiltHead head = build("flatten, dropout(0.25), dense(classes, softmax)", 24, 3);
    float[] identity = new float[24 * 24];
    for (int i = 0; i < 24; i++) {
      identity[25 * i] = 1;
    }
    head.assign(network.session(), Map.of("head/dense/kernel", identity));
    int rows = 400;
    float[] x = run(head, head.logits(), rows, 1, 2);
    float[] dropped = run(head, head.trainingLogits(), rows, 1, 2);
    assertArrayEquals(dropped, run(head, head.trainingLogits(), rows, 1, 2));
    assertFalse(Arrays.equals(dropped, run(head, head.trainingLogits(), rows, 1, 3)));
    int zeros = 0;
    int values = 0;
    for (int i = 0; i < x.length; i++) {
      if (x[i] != 0) {
        values++;
        if (dropped[i] == 0) {
          zeros++;
        } else {
          assertEquals(x[i] / 0.75f, dropped[i], 1e-6);
        }
      }
    }
    // about 9600 draws: three standard errors
    assertEquals(0.25, (double) zeros / values, 3 * Math.sqrt(0.25 * 0.75 / values));
  }

  @Test
  void twoDropoutsDrawDifferentNumbers() {
    BuiltHead head = build("flatten, dropout(0.5), dropout(0.5), dense(classes, softmax)", 24, 3);
    float[] identity = new float[24 * 24];
    for (int i = 0; i < 24; i++) {
      identity[25 * i] = 1;
    }
    head.assign(network.session(), Map.of("head/dense/kernel", identity));
    float[] x = run(head, head.logits(), 200, 4, 0);
    float[] dropped = run(head, head.trainingLogits(), 200, 4, 0);
    int kept = 0;
    int values = 0;
    for (int i = 0; i < x.length; i++) {
      values += x[i] != 0 ? 1 : 0;
      kept += dropped[i] != 0 ? 1 : 0;
    }
    assertEquals(0.25, (double) kept / values, 3 * Math.sqrt(0.25 * 0.75 / values));
  }

  @Test
  void denseOnPlanesAsksForFlatten() {
    UsageException e =
        assertThrows(UsageException.class, () -> build("dense(8, relu), dense(classes)", 2, 1));
    assertTrue(e.getMessage().contains("'dense(8, relu)'"), e.explain());
    assertTrue(e.getMessage().contains("(n, 2, 2, 6)"), e.explain());
    assertTrue(e.remedy().contains("flatten"), e.explain());
  }

  @Test
  void poolingOfFlatFeaturesIsRefused() {
    UsageException e =
        assertThrows(
            UsageException.class,
            () -> build("flatten, global_average_pooling, dense(classes)", 2, 1));
    assertTrue(e.getMessage().contains("(n, 24)"), e.explain());
  }

  @Test
  void featuresThatAreNoFloatsAreRefused() {
    network.ops().withName("whole_numbers").constant(new int[][] {{1, 2}});
    Head head = Head.parse("dense(classes)").withClasses(2);
    UsageException refused =
        assertThrows(UsageException.class, () -> head.build(network, "whole_numbers:0", 1));
    assertTrue(refused.getMessage().contains("DT_INT32"), refused.getMessage());
  }

  @Test
  void anOpenNumberOfClassesIsRefused() {
    assertThrows(UsageException.class, () -> Head.kerasBlog().build(network, FEATURES, 1));
  }

  @Test
  void assignedValuesAreReadBackAsCopies() {
    BuiltHead head = build("flatten, dense(classes, sigmoid)", 2, 3);
    float[] bias = {0.5f};
    head.assign(network.session(), Map.of("head/dense/bias", bias, "block1_conv1/bias", bias));
    bias[0] = 7;
    assertArrayEquals(new float[] {0.5f}, head.values(network.session()).get("head/dense/bias"));
  }
}
