package org.kerasgraft.backbone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.kerasgraft.junit.GraphAssertions.assertExactlyChanged;
import static org.kerasgraft.junit.KerasAssertions.assertCutsEqualKeras;
import static org.kerasgraft.junit.KerasAssertions.assertLayersEqualKeras;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kerasgraft.graph.Network;
import org.kerasgraft.junit.Golden;
import org.kerasgraft.junit.Snapshot;
import org.kerasgraft.junit.Tolerance;
import org.kerasgraft.savedmodel.SavedModelReader;

/**
 * Genuine Keras exports, restored and cut here, against what Keras computed from the same input
 * (fixtures made by {@code src/test/python/make_fixtures.py}).
 */
class KerasLayersTest {

  private static final Path MODELS = Path.of("src/test/resources/models");
  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  /** Both sides are float32 sums in possibly different orders. */
  @ParameterizedTest
  @CsvSource({"tiny-vgg-keras3, 8", "tiny-vgg-keras2, 8", "dynamic-vgg-keras3, 5"})
  void everyCutEqualsKeras(String model, int layers) {
    Golden golden = Golden.read(GOLDEN.resolve(model + ".npz")).within(Tolerance.SAME_GRAPH);
    assertEquals(layers, golden.outputs().size());
    Network whole = Network.of(SavedModelReader.read(MODELS.resolve(model)));
    assertCutsEqualKeras(golden, whole);
    try (LiveNetwork live = LiveNetwork.open(whole, RuntimeOptions.defaults())) {
      assertLayersEqualKeras(golden, live);
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
      Snapshot before = Snapshot.of(live);
      Map<String, float[]> values = live.values(network.graph().variables().values());
      Map<String, float[]> zeros = new TreeMap<>();
      values.forEach((name, value) -> zeros.put(name, new float[value.length]));
      live.assign(zeros);
      assertExactlyChanged(List.of("*"), before, Snapshot.of(live));
      live.assign(values);
      assertExactlyChanged(List.of(), before, Snapshot.of(live));
    }
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
