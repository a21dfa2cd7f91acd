package org.kerasgraft.train;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kerasgraft.junit.GraphAssertions.assertExactlyChanged;
import static org.kerasgraft.junit.GraphAssertions.assertUnchanged;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.backbone.TinyNetwork;
import org.kerasgraft.graph.FlatGraph;
import org.kerasgraft.graph.Network;
import org.kerasgraft.junit.Snapshot;
import org.kerasgraft.savedmodel.SavedModelReader;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;

class FreshWeightsTest {

  @Test
  void tglorotLimitIsKerasGlorotUniform() {
    assertEquals(
        Math.sqrt(6.0 / (3 * 3 * (4 + 8))), FreshWeights.glorotLimit(Shape.of(3, 3, 4, 8)), 1e-12);
    assertEquals(Math.sqrt(6.0 / (100 + 7)), FreshWeights.glorotLimit(Shape.of(100, 7)), 1e-12);
  }

  @Test
  void whatIsNoFloatIsLeftAlone(@TempDir Path directory) {
    Network tiny = TinyNetwork.twoBlocks(directory);
    Map<String, VariableSpec> variables = new LinkedHashMap<>(tiny.graph().variables());
    variables.put(
        "seed", new VariableSpec("seed", DataType.DT_INT64, Shape.of(2), false, List.of()));
    FlatGraph graph =
        new FlatGraph(
            tiny.graph().graphDef(), tiny.graph().inputs(), tiny.graph().outputs(), variables);
    Network network = new Network(tiny.source(), graph, tiny.layers());
    try (LiveNetwork live = LiveNetwork.open(network, RuntimeOptions.defaults())) {
      assertDoesNotThrow(() -> FreshWeights.assign(live, 0));
    }
  }

  @Test
  void everyKernelIsNewWithinItsLimitAndTheSeedDecides() {
    Network network =
        Network.of(SavedModelReader.read(Path.of("src/test/resources/models/tiny-vgg-keras3")));
    try (LiveNetwork live = LiveNetwork.open(network, RuntimeOptions.defaults())) {
      var variables = network.graph().variables().values();
      FreshWeights.assign(live, 3);
      Snapshot first = Snapshot.of(live);
      live.values(variables)
          .forEach(
              (name, values) -> {
                Shape shape = network.graph().variables().get(name).shape();
                double limit = shape.numDimensions() > 1 ? FreshWeights.glorotLimit(shape) : 0;
                double largest = 0;
                for (float value : values) {
                  largest = Math.max(largest, Math.abs(value));
                }
                assertTrue(largest <= limit && largest >= 0.8 * limit, name + ": " + largest);
              });
      FreshWeights.assign(live, 4);
      assertExactlyChanged(List.of("*/kernel"), first, Snapshot.of(live)); // biases are 0
      FreshWeights.assign(live, 3);
      assertUnchanged(first, Snapshot.of(live));
    }
  }
}
