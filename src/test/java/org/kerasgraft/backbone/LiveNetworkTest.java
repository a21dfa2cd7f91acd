package org.kerasgraft.backbone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.kerasgraft.junit.GraphAssertions.assertExactlyChanged;
import static org.kerasgraft.junit.GraphAssertions.assertUnchanged;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.features.FeatureKey;
import org.kerasgraft.graph.Network;
import org.kerasgraft.junit.Snapshot;
import org.kerasgraft.savedmodel.ImportedModel;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.ndarray.Shape;

class LiveNetworkTest {

  @TempDir private Path directory;
  private Network network;

  @BeforeEach
  void build() {
    network = TinyNetwork.twoBlocks(directory);
  }

  private LiveNetwork open() {
    return LiveNetwork.open(network, RuntimeOptions.defaults());
  }

  @Test
  void closingTwiceIsFineAndUseAfterwardsIsRefused() {
    LiveNetwork live = open();
    List<VariableSpec> variables = List.copyOf(network.graph().variables().values());
    live.close();
    live.close();
    assertThrows(IllegalStateException.class, live::session);
    assertThrows(IllegalStateException.class, live::graph);
    assertThrows(IllegalStateException.class, live::ops);
    assertThrows(IllegalStateException.class, live::input);
    assertThrows(IllegalStateException.class, () -> live.values(variables));
    assertEquals(network, live.network());
  }

  @Test
  void assignedValuesAreReadBackAndOthersStay() {
    try (LiveNetwork live = open();
        LiveNetwork untouched = open()) {
      List<VariableSpec> all = List.copyOf(network.graph().variables().values());
      String name = all.get(1).name();
      float[] value = new float[(int) all.get(1).size()];
      Arrays.fill(value, 0.25f);
      Snapshot before = Snapshot.of(live);
      live.assign(Map.of(name, value));
      value[0] = 9;
      assertExactlyChanged(List.of(name), before, Snapshot.of(live));
      assertEquals(0.25, Snapshot.of(live).values(name).get(0));
      assertUnchanged(before, Snapshot.of(untouched));
    }
  }

  @Test
  void valuesOfAnotherLengthOrNameAreRefused() {
    try (LiveNetwork live = open()) {
      var wrong = Map.of("block1_conv1/kernel", new float[1]);
      assertThrows(IllegalArgumentException.class, () -> live.assign(wrong));
      assertThrows(
          IllegalArgumentException.class, () -> live.assign(Map.of("absent", new float[1])));
      assertThrows(IllegalArgumentException.class, () -> live.tensor("absent:0"));
    }
  }

  @Test
  void theInputIsTheNetworksPlaceholder() {
    try (LiveNetwork live = open()) {
      assertEquals("images", live.input().op().name());
      assertEquals(Shape.of(-1, 8, 8, 3).toString(), live.input().shape().toString());
      assertEquals(live.input().op().name(), live.tensor("images").op().name());
    }
  }

  @Test
  void aTruncatedCheckpointIsRefusedByName() throws IOException {
    Path data = directory.resolve("variables/variables.data-00000-of-00001");
    byte[] bytes = Files.readAllBytes(data);
    Files.write(data, Arrays.copyOf(bytes, bytes.length / 2));
    var refused = assertThrows(InvalidModelException.class, this::open);
    assertTrue(refused.getMessage().contains(directory.toString()), refused.getMessage());
    assertTrue(refused.getMessage().lines().count() == 1, refused.getMessage());
  }

  /** The graph that was read would run with the weights of another model. */
  @Test
  void weightsThatWereExchangedSinceTheModelWasReadAreRefused() throws IOException {
    Path data = directory.resolve("variables/variables.data-00000-of-00001");
    ImportedModel model = network.source();
    assertEquals(64, FeatureKey.modelHash(model).length());
    Path copy = Files.copy(data, directory.resolve("copy"));
    Files.setLastModifiedTime(copy, Files.getLastModifiedTime(data));
    Files.move(copy, data, StandardCopyOption.REPLACE_EXISTING);
    var refused = assertThrows(InvalidModelException.class, this::open);
    assertTrue(refused.getMessage().contains("has changed since"), refused.getMessage());
    assertThrows(InvalidModelException.class, () -> FeatureKey.modelHash(model));
  }

  @Test
  void aGpuThatIsNotThereIsRefused() {
    RuntimeOptions gpu = new RuntimeOptions(RuntimeOptions.Device.GPU, 1);
    boolean there;
    try {
      LiveNetwork.open(network, gpu).close();
      there = true;
    } catch (UsageException e) {
      there = false;
      assertTrue(e.explain().contains("--device cpu"), e.explain());
    }
    assumeTrue(!there, "this machine has a GPU; run it without (CUDA_VISIBLE_DEVICES=-1)");
  }

  @Test
  void theCpuCanBeChosen() {
    RuntimeOptions cpu = new RuntimeOptions(RuntimeOptions.Device.CPU, 1);
    try (LiveNetwork live = LiveNetwork.open(network, cpu)) {
      assertEquals(4, live.values(network.graph().variables().values()).size());
    }
    assertThrows(
        IllegalArgumentException.class, () -> new RuntimeOptions(RuntimeOptions.Device.CPU, -1));
  }
}
