package org.kerasgraft.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.kerasgraft.junit.KerasAssertions.assertCutsEqualKeras;
import static org.kerasgraft.junit.KerasAssertions.assertGradientsEqualKeras;
import static org.kerasgraft.junit.KerasAssertions.assertLayersEqualKeras;
import static org.kerasgraft.junit.KerasAssertions.assertOutputEqualsKeras;
import static org.kerasgraft.junit.KerasAssertions.assertVariablesEqualKeras;
import static org.kerasgraft.junit.Messages.assertContains;
import static org.kerasgraft.junit.Messages.failure;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.backbone.TinyNetwork;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.graph.Network;
import org.kerasgraft.savedmodel.SavedModelReader;
import org.opentest4j.MultipleFailuresError;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;

/** What equals Keras passes; what does not says which layer or variable, where, and both values. */
class KerasAssertionsTest {

  private static final Path MODELS = Path.of("src/test/resources/models");
  private static final Path GOLDENS = Path.of("src/test/resources/golden");
  private static final Network VGG = network("tiny-vgg-keras3");
  private static final Golden GOLDEN = Golden.read(GOLDENS.resolve("tiny-vgg-keras3.npz"));
  private static final Golden GRADIENTS =
      Golden.read(GOLDENS.resolve("tiny-vgg-keras2-gradients.npz"));

  @TempDir private Path folder;

  private static Network network(String model) {
    return Network.of(SavedModelReader.read(MODELS.resolve(model)));
  }

  private static LiveNetwork live() {
    return LiveNetwork.open(VGG, RuntimeOptions.defaults());
  }

  private static void change(LiveNetwork live, String variable, int index, float value) {
    var spec = VGG.graph().variables().get(variable);
    Map<String, float[]> values = live.values(List.of(spec));
    values.get(variable)[index] = value;
    live.assign(values);
  }

  @Test
  void aWrongWeightShowsInEveryLayerBehindItTheFirstOneFirst() {
    try (LiveNetwork live = live()) {
      assertLayersEqualKeras(GOLDEN, live);
      change(live, "block3_conv2/bias", 0, 5);
      var failures =
          assertThrows(MultipleFailuresError.class, () -> assertLayersEqualKeras(GOLDEN, live));
      assertContains("layers differ from Keras", failures.getMessage());
      assertEquals(7, failures.getFailures().size());
      String first = failures.getFailures().get(0).getMessage();
      assertContains("layer 'block3_conv2' differs from Keras in golden", first);
      assertContains("expected", first);
    }
  }

  @Test
  void layersThatOneSideLacksFailWithNearNames() {
    Network cut = VGG.cutAfter("block4_pool");
    Golden beyond = GOLDEN.only("block4_pool", "block5_pool");
    assertContains("No layer 'block5_pool'", failure(() -> assertCutsEqualKeras(beyond, cut)));
    assertContains("Did you mean", failure(() -> assertCutsEqualKeras(beyond, cut)));
  }

  @Test
  void aTensorOfOnesOwnIsComparedWithALayer() {
    try (Tensor right = GOLDEN.output("fc1").tensor();
        Tensor wide = GOLDEN.output("fc1").tensor(org.tensorflow.proto.DataType.DT_DOUBLE);
        Tensor input = GOLDEN.input().tensor()) {
      assertOutputEqualsKeras(GOLDEN, "fc1", right);
      assertOutputEqualsKeras(GOLDEN, "fc1", wide);
      assertContains(
          "has the shape (3, 32, 32, 3), not (3, 8)",
          failure(() -> assertOutputEqualsKeras(GOLDEN, "fc1", input)));
    }
  }

  @Test
  void gradientsAreThoseOfKerasForEveryVariableOfTheCut() {
    assertEquals(26, GRADIENTS.gradients().size());
    assertGradientsEqualKeras(GRADIENTS, network("tiny-vgg-keras2"));
    assertCutsEqualKeras(GRADIENTS, network("tiny-vgg-keras2"));
  }

  @Test
  void gradientsOfOtherWeightsFailByVariable() {
    var failures =
        assertThrows(
            MultipleFailuresError.class, () -> assertGradientsEqualKeras(GRADIENTS, VGG, "mine"));
    assertContains("mine ==> gradients differ from Keras'", failures.getMessage());
    assertEquals(26, failures.getFailures().size());
    String first = failures.getFailures().get(0).getMessage();
    assertContains("gradient 'block1_conv1/kernel' differs from Keras in golden", first);
    assertContains("expected", first);
  }

  @Test
  void aGradientThatIsMissingOrOfAnotherSizeIsNamed() {
    Map<String, Values> own = new LinkedHashMap<>(GRADIENTS.gradients());
    assertGradientsEqualKeras(GRADIENTS, own);
    own.remove("block3_conv2/bias");
    assertContains(
        "there is no gradient 'block3_conv2/bias'. Did you mean",
        failure(() -> assertGradientsEqualKeras(GRADIENTS, own)));
    own.put("block3_conv2/bias", Values.of(Shape.of(3), 1, 2, 3));
    assertContains(
        "gradient 'block3_conv2/bias' has the shape (3,), not (6,)",
        failure(() -> assertGradientsEqualKeras(GRADIENTS, own, () -> "late")));
  }

  @Test
  void aGradientThatOnlyRoundingMakesMayBeAnyRoundingButNothingElse() throws IOException {
    Golden golden =
        new GoldenFile()
            .with("input/x", Shape.of(1), 1)
            .with("gradient/kernel", Shape.of(2), 1, -2)
            .with("gradient/bias", Shape.of(2), 1e-7f, 0)
            .in(folder);
    Values kernel = golden.gradient("kernel");
    assertGradientsEqualKeras(
        golden, Map.of("kernel", kernel, "bias", Values.of(Shape.of(2), -3e-7f, 2e-7f)));
    assertContains(
        "gradient 'bias' differs from Keras in golden",
        failure(
            () ->
                assertGradientsEqualKeras(
                    golden, Map.of("kernel", kernel, "bias", Values.of(Shape.of(2), 0, 1e-3f)))));
    assertContains(
        "there is no gradient 'bias'",
        failure(() -> assertGradientsEqualKeras(golden, Map.of("kernel", kernel))));
    assertContains(
        "has 0 outputs; its gradients must be of one",
        failure(() -> assertGradientsEqualKeras(golden, VGG)));
  }

  @Test
  void aGoldenWithoutWhatIsAskedForShowsNothing() throws IOException {
    assertContains(
        "has no gradients: comparing with it shows nothing",
        failure(() -> assertGradientsEqualKeras(GOLDEN, Map.of())));
    assertContains(
        "has no variables: comparing with it shows nothing",
        failure(
            () ->
                assertVariablesEqualKeras(
                    GOLDEN, Snapshot.read(MODELS.resolve("tiny-vgg-keras3")))));
    Golden none =
        new GoldenFile()
            .with("input/x", Shape.of(1), 1)
            .with("gradient/kernel", Shape.of(2), 0, 0)
            .in(folder);
    assertContains("all 0", failure(() -> assertGradientsEqualKeras(none, none.gradients())));
  }

  @Test
  void variablesAreComparedWithWhatKerasMadeOfThem() throws IOException {
    Snapshot snapshot = Snapshot.read(MODELS.resolve("tiny-vgg-keras3"));
    Values kernel = snapshot.values("fc1/kernel");
    Golden same = new GoldenFile().with("variable/fc1/kernel", kernel).in(folder);
    assertVariablesEqualKeras(same, snapshot);
    assertThrows(InvalidDataException.class, same::input);
    float[] other = kernel.floats();
    other[9] += 1;
    Golden moved = new GoldenFile().with("variable/fc1/kernel", kernel.shape(), other).in(folder);
    String message = failure(() -> assertVariablesEqualKeras(moved, snapshot, "after fit"));
    assertContains("after fit ==> variable 'fc1/kernel' differs from Keras in golden", message);
    assertContains("at [1, 1] expected " + other[9] + " but was " + kernel.floats()[9], message);
    Golden unknown = new GoldenFile().with("variable/fc9/kernel", kernel).in(folder);
    assertContains(
        "there is no variable 'fc9/kernel'. Did you mean",
        failure(() -> assertVariablesEqualKeras(unknown, snapshot, () -> "late")));
  }

  @Test
  void eachInputOfSeveralIsFedByItsName() throws IOException {
    Network network;
    try (TinyNetwork tiny = new TinyNetwork(folder, 3, 2, 2, 3)) {
      var pixels = tiny.flatten("flatten").last();
      network = tiny.input("extra", 12).plus("joined", pixels).whole();
    }
    float[] images = new float[24];
    float[] extra = new float[24];
    float[] sums = new float[24];
    for (int i = 0; i < 24; i++) {
      images[i] = i;
      extra[i] = 100 * i + 1;
      sums[i] = images[i] + extra[i];
    }
    GoldenFile file =
        new GoldenFile()
            .with("input/images", Shape.of(2, 2, 2, 3), images)
            .with("output/joined", Shape.of(2, 12), sums)
            .with("output/flatten", Shape.of(2, 12), images);
    Golden lacking = file.in(folder);
    Golden golden = file.with("input/extra", Shape.of(2, 12), extra).in(folder);
    assertCutsEqualKeras(golden, network);
    try (LiveNetwork live = LiveNetwork.open(network, RuntimeOptions.defaults())) {
      assertLayersEqualKeras(golden, live);
    }
    assertCutsEqualKeras(lacking.only("flatten"), network);
    String message = failure(() -> assertCutsEqualKeras(lacking, network));
    assertContains("'extra' is not in the golden", message);
    assertContains("which holds images", message);
  }
}
