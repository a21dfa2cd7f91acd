package org.kerasgraft.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.backbone.TinyNetwork;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.graph.FlatGraph;
import org.kerasgraft.graph.Network;
import org.kerasgraft.savedmodel.TensorSpec;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

class OutputGradientsTest {

  @TempDir private Path directory;

  private static List<VariableSpec> all(Network network) {
    return List.copyOf(network.graph().variables().values());
  }

  /** y = x·w + b: dL/db is 2·mean over rows of y, divided by the units; dL/dw that times x. */
  @Test
  void theGradientIsThatOfTheMeanOfTheSquares() {
    Network network;
    try (TinyNetwork tiny = new TinyNetwork(directory, 3, 2)) {
      network = tiny.dense("dense", 2, "linear").cut();
    }
    float[] x = {1, 2, -3, .5f};
    try (LiveNetwork live = LiveNetwork.open(network, RuntimeOptions.defaults());
        TFloat32 fed = Tensors.of(Shape.of(2, 2), x)) {
      Map<String, float[]> values = live.values(all(network));
      Map<String, Output<?>> gradients = OutputGradients.ofMeanSquare(live, all(network));
      assertEquals(List.of("dense/kernel", "dense/bias"), List.copyOf(gradients.keySet()));
      try (Result result =
          live.session()
              .runner()
              .feed(live.input(), fed)
              .fetch(gradients.get("dense/kernel"))
              .fetch(gradients.get("dense/bias"))
              .run()) {
        float[] w = values.get("dense/kernel");
        float[] b = values.get("dense/bias");
        for (int unit = 0; unit < 2; unit++) {
          double bias = 0;
          double[] kernel = new double[2];
          for (int row = 0; row < 2; row++) {
            double y = x[2 * row] * w[unit] + x[2 * row + 1] * w[2 + unit] + b[unit];
            bias += y / 2;
            kernel[0] += y / 2 * x[2 * row];
            kernel[1] += y / 2 * x[2 * row + 1];
          }
          assertEquals(kernel[0], Tensors.floats(result.get(0))[unit], 1e-5);
          assertEquals(kernel[1], Tensors.floats(result.get(0))[2 + unit], 1e-5);
          assertEquals(bias, Tensors.floats(result.get(1))[unit], 1e-5);
        }
      }
    }
  }

  @Test
  void aVariableWithoutAGradientIsRefusedByName() {
    Network network;
    try (TinyNetwork tiny = new TinyNetwork(directory, 3, 2)) {
      network = tiny.dense("dense", 2, "linear").rint("rounding").cut();
    }
    try (LiveNetwork live = LiveNetwork.open(network, RuntimeOptions.defaults())) {
      var refused =
          assertThrows(
              ModelRefusedException.class, () -> OutputGradients.ofMeanSquare(live, all(network)));
      assertTrue(refused.getMessage().contains("'dense/kernel'"), refused.getMessage());
    }
  }

  @Test
  void severalOutputsHaveNoOneMean() {
    Network one = TinyNetwork.twoBlocks(directory);
    FlatGraph graph = one.graph();
    TensorSpec end = graph.outputs().get(Network.FEATURES);
    Network two =
        new Network(
            one.source(),
            new FlatGraph(
                graph.graphDef(), graph.inputs(), Map.of("a", end, "b", end), graph.variables()),
            one.layers());
    try (LiveNetwork live = LiveNetwork.open(two, RuntimeOptions.defaults())) {
      assertThrows(UsageException.class, () -> OutputGradients.ofMeanSquare(live, all(two)));
    }
  }
}
