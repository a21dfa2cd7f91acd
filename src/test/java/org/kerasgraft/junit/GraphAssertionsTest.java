package org.kerasgraft.junit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.kerasgraft.junit.GraphAssertions.assertExactlyChanged;
import static org.kerasgraft.junit.GraphAssertions.assertNothingBeyond;
import static org.kerasgraft.junit.GraphAssertions.assertReloadEquals;
import static org.kerasgraft.junit.GraphAssertions.assertUnchanged;
import static org.kerasgraft.junit.GraphAssertions.assertValuesEqual;
import static org.kerasgraft.junit.KerasAssertions.assertCutsEqualKeras;
import static org.kerasgraft.junit.Messages.assertContains;
import static org.kerasgraft.junit.Messages.failure;
import static org.kerasgraft.junit.Messages.firstOf;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.export.SavedModelExport;
import org.kerasgraft.export.TrainedExample;
import org.kerasgraft.graph.FlatGraph;
import org.kerasgraft.graph.Network;
import org.kerasgraft.savedmodel.SavedModelReader;
import org.opentest4j.MultipleFailuresError;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.NodeDef;

/** Each assertion passes on sound surgery and fails, with the reason, on each kind of fault. */
class GraphAssertionsTest {

  private static final Path MODEL = Path.of("src/test/resources/models/tiny-vgg-keras3");
  private static final Network VGG = Network.of(SavedModelReader.read(MODEL));
  private static final Golden GOLDEN =
      Golden.read(Path.of("src/test/resources/golden/tiny-vgg-keras3.npz"));

  @TempDir private Path folder;

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
  void changedAndUnchangedVariablesAreToldWithTheirWorstValue() {
    try (LiveNetwork live = live()) {
      Snapshot before = Snapshot.of(live);
      assertUnchanged(before, Snapshot.of(live));
      assertEquals(before.names(), Snapshot.read(MODEL).names());
      assertExactlyChanged(List.of(), before, Snapshot.of(live.graph(), live.session()));
      change(live, "fc1/bias", 3, 9);
      Snapshot after = Snapshot.of(live);
      assertExactlyChanged(List.of("fc1/bias"), before, after);
      assertUnchanged(before.without("fc1"), after);
      String moved = failure(() -> assertUnchanged(before, after));
      assertContains("'fc1/bias' was not to change, but 1 of 8 values did, most at [3]: ", moved);
      assertContains("became 9.0", moved);
      assertContains(
          "variable 'fc1/kernel' was to change, but all",
          failure(() -> assertExactlyChanged(List.of("fc1"), before, after)));
      change(live, "fc1/bias", 3, Float.NaN);
      assertContains(
          "variable 'fc1/bias' is NaN at [3]",
          failure(() -> assertExactlyChanged(List.of("fc1/bias"), before, Snapshot.of(live))));
    }
  }

  @Test
  void namesThatMatchNothingAndVariablesThatComeOrGoFail() {
    Snapshot whole = Snapshot.read(MODEL);
    Snapshot part = whole.without("fc1");
    assertContains(
        "variable 'fc1/kernel' is gone",
        firstOf(() -> assertExactlyChanged(List.of(), whole, part)));
    assertContains("'fc1/kernel' is gone", firstOf(() -> assertUnchanged(whole, part)));
    assertContains("is new", firstOf(() -> assertExactlyChanged(List.of(), part, whole)));
    assertExactlyChanged(List.of("fc1"), part, whole);
    assertContains(
        "No variable 'block9_*'",
        failure(() -> assertExactlyChanged(List.of("block9_*"), whole, whole)));
    Snapshot none = whole.without("*");
    assertContains("shows nothing", failure(() -> assertUnchanged(none, whole)));
    assertContains("shows nothing", failure(() -> assertExactlyChanged(List.of(), none, none)));
  }

  @Test
  void computedValuesAreComparedWithinATolerance() {
    Values expected = Values.of(Shape.of(2, 2), 1, 2, 3, 4);
    Values actual = Values.of(Shape.of(2, 2), 1, 2, 3, 4.5f);
    assertValuesEqual(expected, Values.of(new float[][] {{1, 2}, {3, 4}}), Tolerance.SAME_GRAPH);
    assertEquals(
        "served ==> the array differs from what was expected (relative L2 0.091, largest difference"
            + " 0.5 of values up to 4, 1 of 4 values beyond; allowed: relative L2 ≤ 1e-5, each"
            + " value ≤ 1e-4 of the largest): at [1, 1] expected 4.0 but was 4.5; float32 (2, 2)",
        failure(() -> assertValuesEqual(expected, actual, Tolerance.SAME_GRAPH, "served")));
    assertEquals(.5, actual.minus(expected).get(3));
    assertArrayEquals(new float[] {1, 2, 3, 4.5f}, actual.floats());
    assertThrows(
        IllegalArgumentException.class, () -> actual.minus(Values.of(Shape.of(4), 1, 2, 3, 4)));
  }

  @Test
  void whatStandsBeyondACutIsNamed() {
    Network cut = VGG.cutAfter("block5_pool");
    assertNothingBeyond("block5_pool", cut);
    assertNothingBeyond(cut.layer("block5_pool").output(), cut.graph().graphDef());
    assertContains("No layer 'fc1'", failure(() -> assertNothingBeyond("fc1", cut)));
    assertContains("ops do not lead to", firstOf(() -> assertNothingBeyond("fc1", VGG)));
    assertContains(
        "Did you mean",
        failure(() -> assertNothingBeyond("predictions/Softmx", VGG.graph().graphDef())));
    NodeDef stray = NodeDef.newBuilder().setName("stray").setOp("NoOp").build();
    FlatGraph graph = cut.graph();
    Network left =
        new Network(
            cut.source(),
            new FlatGraph(
                graph.graphDef().toBuilder().addNode(0, stray).build(),
                graph.inputs(),
                graph.outputs(),
                graph.variables()),
            cut.layers());
    assertContains(
        "ops do not lead to layer 'block5_pool': stray (NoOp)",
        failure(() -> assertNothingBeyond("block5_pool", left)));
  }

  @Test
  void anExportIsComparedWithTheLiveModelByTensorFlowsOwnLoader() {
    Values input = TrainedExample.images(2);
    try (TrainedExample example = TrainedExample.images("cat", "dog")) {
      Path exported = SavedModelExport.writeAtomically(example.spec(), folder.resolve("model"));
      Answers live = example.answers();
      assertReloadEquals(live, exported, input);
      Values flat = Values.of(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
      Answers any = values -> Map.of("probabilities", flat);
      assertContains(
          "takes the shape (-1, 32, 32, 3), not (2, 3)",
          assertThrows(InvalidDataException.class, () -> assertReloadEquals(any, exported, flat))
              .getMessage());
      Answers other = values -> Map.of("probabilities", Values.of(new float[][] {{1, 0}, {0, 1}}));
      assertThrows(AssertionError.class, () -> assertReloadEquals(other, exported, input));
      Answers unnamed = values -> Map.of("probability", live.to(values).get("probabilities"));
      assertContains(
          "Did you mean 'probabilities'?",
          firstOf(() -> assertReloadEquals(unnamed, exported, input)));
      assertContains(
          "shows nothing", firstOf(() -> assertReloadEquals(values -> Map.of(), exported, input)));
      assertContains(
          "no SavedModel", failure(() -> assertReloadEquals(live, folder.resolve("x"), input)));
    }
  }

  @Test
  void messagesComeFirstAndAreAskedForOnlyOnFailure() {
    Network cut = VGG.cutAfter("block5_pool");
    Supplier<String> never = () -> fail("asked for without need");
    assertNothingBeyond("block5_pool", cut, never);
    assertCutsEqualKeras(GOLDEN.only("block5_pool"), cut, never);
    assertTrue(
        failure(() -> assertNothingBeyond("fc1", cut, "the surgery"))
            .startsWith("the surgery ==> "));
    var several =
        assertThrows(
            MultipleFailuresError.class, () -> assertNothingBeyond("fc1", VGG, () -> "late"));
    assertTrue(several.getMessage().startsWith("late ==> the network"), several.getMessage());
  }
}
