package org.kerasgraft.backbone;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kerasgraft.data.Npy;
import org.kerasgraft.graph.Network;
import org.kerasgraft.savedmodel.SavedModelReader;
import org.tensorflow.Result;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;

/**
 * Genuine Keras exports, restored and cut here, against what Keras computed from the same input
 * (fixtures made by {@code src/test/python/make_fixtures.py}).
 */
class KerasLayersTest {

  private static final Path MODELS = Path.of("src/test/resources/models");
  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  /** Relative L2; both sides are float32 sums in possibly different orders. */
  private static final double TOLERANCE = 1e-5;

  @ParameterizedTest
  @ValueSource(strings = {"tiny-vgg-keras3", "tiny-vgg-keras2", "dynamic-vgg-keras3"})
  void everyCutEqualsKeras(String model) throws IOException {
    Network whole = Network.of(SavedModelReader.read(MODELS.resolve(model)));
    List<String> layers = new ArrayList<>();
    try (Stream<Path> files = Files.list(GOLDEN.resolve(model))) {
      files
          .map(f -> f.getFileName().toString().replace(".npy", ""))
          .filter(layer -> !layer.equals("input"))
          .sorted()
          .forEach(layers::add);
    }
    assertTrue(layers.size() >= 5, layers.toString());
    float[] input = values(GOLDEN.resolve(model).resolve("input.npy"));
    for (String layer : layers) {
      try (LiveNetwork live = LiveNetwork.open(whole.cutAfter(layer), RuntimeOptions.defaults())) {
        float[] expected = values(GOLDEN.resolve(model).resolve(layer + ".npy"));
        double difference = relativeL2(run(live, input), expected);
        assertTrue(difference <= TOLERANCE, layer + ": " + difference);
      }
    }
  }

  @Test
  void theSourceDirectoryIsNeverWrittenTo() throws Exception {
    Path model = MODELS.resolve("tiny-vgg-keras3");
    Map<String, String> before = hashes(model);
    try (LiveNetwork live =
        LiveNetwork.open(
            Network.of(SavedModelReader.read(model)).cutAfter("block5_pool"),
            RuntimeOptions.defaults())) {
      live.values(live.network().graph().variables().values());
    }
    assertEquals(before, hashes(model));
  }

  @Test
  void valuesAreCopiesAndComeBackBitForBit() {
    Network network = Network.of(SavedModelReader.read(MODELS.resolve("tiny-vgg-keras2")));
    try (LiveNetwork live = LiveNetwork.open(network, RuntimeOptions.defaults())) {
      var variables = network.graph().variables().values();
      Map<String, float[]> before = live.values(variables);
      Map<String, float[]> changed = new TreeMap<>();
      before.forEach((name, value) -> changed.put(name, new float[value.length]));
      live.assign(changed);
      assertEquals(0f, live.values(variables).get("block1_conv1/kernel")[5]);
      live.assign(before);
      live.values(variables)
          .forEach((name, value) -> assertArrayEquals(before.get(name), value, name));
    }
  }

  static float[] run(LiveNetwork live, float[] input) {
    int rows = input.length / (32 * 32 * 3);
    try (TFloat32 images =
            TFloat32.tensorOf(Shape.of(rows, 32, 32, 3), DataBuffers.of(input, true, false));
        Result result =
            live.session()
                .runner()
                .feed(live.input(), images)
                .fetch(live.tensor(live.network().graph().outputs().get(Network.FEATURES).tensor()))
                .run()) {
      TFloat32 output = (TFloat32) result.get(0);
      float[] values = new float[(int) output.size()];
      output.asRawTensor().data().asFloats().read(values);
      return values;
    }
  }

  static float[] values(Path npy) {
    try (Npy array = Npy.open(npy)) {
      float[] values = new float[array.count() * array.rowSize()];
      for (int row = 0; row < array.count(); row++) {
        array.read(row, values, row * array.rowSize());
      }
      return values;
    }
  }

  static double relativeL2(float[] actual, float[] expected) {
    assertEquals(expected.length, actual.length);
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < actual.length; i++) {
      difference += Math.pow(actual[i] - expected[i], 2);
      norm += Math.pow(expected[i], 2);
    }
    assertTrue(norm > 0, "the golden values are all zero");
    return Math.sqrt(difference / norm);
  }

  private static Map<String, String> hashes(Path directory) throws Exception {
    Map<String, String> hashes = new TreeMap<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
        hashes.put(file.toString(), HexFormat.of().formatHex(digest));
      }
    }
    return hashes;
  }
}
