package org.kerasgraft.keras;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.graph.Network;
import org.kerasgraft.savedmodel.SavedModelReader;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.types.TFloat32;

/**
 * Every layer of an imported VGG16 gives what Keras gives: mini and full width, both formats, with
 * and without top, fixed and any image size.
 */
@Tag("keras")
class LayerOutputsIT {

  /** Both sides run the same kernels in float32; only their fusion may differ. */
  private static final double TOLERANCE = 1e-5;

  @TempDir static Path models;

  @BeforeAll
  static void makeModelsWithKeras() {
    KerasPeer keras = KerasPeer.orSkip();
    keras.run("peer_outputs.py", "mini", models.resolve("mini"));
    keras.run("peer_outputs.py", "full", models.resolve("full"));
  }

  @ParameterizedTest
  @CsvSource({
    "mini, keras-3-export-top, 13",
    "mini, keras-3-export-notop, 9",
    "mini, keras-3-export-anysize, 9",
    "mini, keras-2-saved-model-top, 13",
    "mini, keras-2-saved-model-notop, 9",
    "mini, keras-2-saved-model-anysize, 9",
    "full, keras-3-export-top, 13",
    "full, keras-3-export-notop, 9",
    "full, keras-3-export-anysize, 9",
    "full, keras-2-saved-model-top, 13",
    "full, keras-2-saved-model-notop, 9",
    "full, keras-2-saved-model-anysize, 9",
  })
  void everyLayerIsKeras(String width, String name, int layers) throws IOException {
    Path directory = models.resolve(width).resolve(name);
    Network whole = Network.of(SavedModelReader.read(directory.resolve("model")));
    assertTrue(name.startsWith(whole.source().format().id()), whole.source().format().id());
    for (Path batch : List.of(directory.resolve("first"), directory.resolve("second"))) {
      Map<String, PeerArray> expected = expected(batch);
      PeerArray input = expected.remove("input");
      assertEquals(layers, expected.size());
      try (LiveNetwork live = LiveNetwork.open(whole, RuntimeOptions.defaults())) {
        assertEqual(expected, outputs(live, input, List.copyOf(expected.keySet())));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "mini, keras-3-export-top, flatten",
    "mini, keras-2-saved-model-top, fc1",
    "mini, keras-3-export-anysize, block3_pool",
    "full, keras-3-export-top, block5_pool",
    "full, keras-2-saved-model-notop, block5_conv3",
    "full, keras-2-saved-model-anysize, block5_pool",
  })
  void aCutNetworkIsKerasUpToTheCut(String width, String name, String layer) throws IOException {
    Path directory = models.resolve(width).resolve(name);
    Network cut = Network.of(SavedModelReader.read(directory.resolve("model"))).cutAfter(layer);
    Map<String, PeerArray> expected = expected(directory.resolve("first"));
    try (LiveNetwork live = LiveNetwork.open(cut, RuntimeOptions.defaults());
        TFloat32 input = expected.get("input").tensor();
        Result result =
            live.session()
                .runner()
                .feed(live.input(), input)
                .fetch(cut.graph().outputs().get(Network.FEATURES).tensor())
                .run()) {
      assertEqual(Map.of(layer, expected.get(layer)), Map.of(layer, PeerArray.of(result.get(0))));
    }
  }

  /** The arrays of a batch by their file names. */
  private static Map<String, PeerArray> expected(Path batch) throws IOException {
    Map<String, PeerArray> arrays = new TreeMap<>();
    try (Stream<Path> files = Files.list(batch)) {
      for (Path file : files.toList()) {
        arrays.put(file.getFileName().toString().replace(".npy", ""), PeerArray.read(file));
      }
    }
    return arrays;
  }

  /** Runs a network once and fetches the outputs of layers. */
  private static Map<String, PeerArray> outputs(
      LiveNetwork live, PeerArray images, List<String> layers) {
    try (TFloat32 input = images.tensor()) {
      Session.Runner runner = live.session().runner().feed(live.input(), input);
      layers.forEach(layer -> runner.fetch(live.tensor(live.network().layer(layer).output())));
      Map<String, PeerArray> outputs = new TreeMap<>();
      try (Result result = runner.run()) {
        for (int i = 0; i < layers.size(); i++) {
          outputs.put(layers.get(i), PeerArray.of(result.get(i)));
        }
      }
      return outputs;
    }
  }

  private static void assertEqual(Map<String, PeerArray> expected, Map<String, PeerArray> actual) {
    List<org.junit.jupiter.api.function.Executable> checks = new ArrayList<>();
    expected.forEach(
        (layer, array) ->
            checks.add(
                () -> {
                  PeerArray ours = actual.get(layer);
                  assertEquals(array.shape(), ours.shape(), layer);
                  double difference = PeerArray.relativeL2(ours.values(), array.values());
                  assertTrue(difference <= TOLERANCE, layer + " differs by " + difference);
                }));
    assertAll(checks);
  }
}
