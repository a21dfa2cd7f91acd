package org.kerasgraft.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kerasgraft.junit.KerasAssertions.assertCutsEqualKeras;
import static org.kerasgraft.junit.KerasAssertions.assertLayersEqualKeras;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.graph.Network;
import org.kerasgraft.junit.Golden;
import org.kerasgraft.junit.Tolerance;
import org.kerasgraft.savedmodel.SavedModelReader;

/**
 * Every layer of an imported VGG16 gives what Keras gives: mini and full width, both formats, with
 * and without top, fixed and any image size. Both sides run the same kernels in float32; only their
 * fusion may differ.
 */
@Tag("keras")
class LayerOutputsIT {

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
  void everyLayerIsKeras(String width, String name, int layers) {
    Path directory = models.resolve(width).resolve(name);
    Network whole = Network.of(SavedModelReader.read(directory.resolve("model")));
    assertTrue(name.startsWith(whole.source().format().id()), whole.source().format().id());
    try (LiveNetwork live = LiveNetwork.open(whole, RuntimeOptions.defaults())) {
      for (String batch : List.of("first.npz", "second.npz")) {
        Golden golden = Golden.read(directory.resolve(batch)).within(Tolerance.SAME_GRAPH);
        assertEquals(layers, golden.outputs().size());
        assertLayersEqualKeras(golden, live);
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
  void aCutNetworkIsKerasUpToTheCut(String width, String name, String layer) {
    Path directory = models.resolve(width).resolve(name);
    Network whole = Network.of(SavedModelReader.read(directory.resolve("model")));
    Golden golden = Golden.read(directory.resolve("first.npz")).only(layer);
    assertCutsEqualKeras(golden.within(Tolerance.SAME_GRAPH), whole);
  }
}
