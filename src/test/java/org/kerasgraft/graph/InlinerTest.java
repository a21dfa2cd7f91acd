package org.kerasgraft.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kerasgraft.graph.CallingModel.call;
import static org.kerasgraft.graph.CallingModel.floats;
import static org.kerasgraft.graph.CallingModel.inline;
import static org.kerasgraft.graph.CallingModel.integer;
import static org.kerasgraft.graph.CallingModel.node;

import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.savedmodel.ImportedModel;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

/** Functions by hand, and by chance; the oracle is TensorFlow, which runs the calls. */
class InlinerTest {

  private static final Shape ROW = Shape.of(4);
  private static final float[] X = {-1.5f, 0.25f, 0.5f, 2};

  private static List<String> names(FlatGraph flat) {
    return flat.graphDef().getNodeList().stream().map(NodeDef::getName).toList();
  }

  private static FlatGraph assertSameValues(ImportedModel model, float[] x) {
    FlatGraph flat = inline(model);
    List<String> names = names(flat);
    assertEquals(names.size(), new HashSet<>(names).size(), "names repeat: " + names);
    assertTrue(
        flat.graphDef().getNodeList().stream().noneMatch(n -> n.getOp().endsWith("Call")),
        names.toString());
    List<float[]> expected = CallingModel.called(model, x);
    List<float[]> actual = CallingModel.inlined(flat, x);
    assertEquals(expected.size(), actual.size());
    for (int i = 0; i < expected.size(); i++) {
      // Erfc is computed as 1 - Erf; all else is the same kernels in another order of fusion.
      assertArrayEquals(expected.get(i), actual.get(i), 2e-6f, "output " + i + " of " + names);
    }
    return flat;
  }

  @Test
  void nestedCallsAreFlattenedAndSameNamesKeptApart() {
    ImportedModel model =
        new CallingModel(ROW)
            .function(
                "inner",
                List.of("a", "b"),
                List.of(
                    node("mul", "Mul", "a", "b").build(),
                    node("x", "Neg", "mul:z:0").build(),
                    node("unused", "Tanh", "a").build()),
                List.of("x:y:0", "a"))
            .function(
                "main",
                List.of("x1"),
                List.of(
                    node("mul", "Mul", "x1", "x1").build(),
                    call("model/first", "inner", 2, "mul:z:0", "x1"),
                    call("second", "inner", 2, "model/first:output:0", "model/first:output:1")),
                List.of("second:output:0", "second:output:1", "mul:z:0", "x1"))
            .build();
    FlatGraph flat = assertSameValues(model, X);
    assertEquals(
        List.of("x", "mul", "model/first/mul", "model/first/x", "mul__1", "x__1"), names(flat));
    assertEquals("x:0", flat.outputs().get("out3").tensor());
  }

  @Test
  void outputsOfOpsWithSeveralResultsAreFoundByName() {
    NodeDef split =
        node("split", "Split", "axis:output:0", "x1")
            .putAttr("num_split", AttrValue.newBuilder().setI(2).build())
            .build();
    NodeDef top =
        node("top", "TopKV2", "x1", "two:output:0")
            .putAttr("sorted", AttrValue.newBuilder().setB(true).build())
            .build();
    NodeDef cast =
        NodeDef.newBuilder()
            .setName("cast")
            .setOp("Cast")
            .addInput("top:indices:0")
            .putAttr("SrcT", CallingModel.type(DataType.DT_INT32))
            .putAttr("DstT", CallingModel.type(DataType.DT_FLOAT))
            .build();
    ImportedModel model =
        new CallingModel(ROW)
            .function(
                "main",
                List.of("x1"),
                List.of(integer("axis", 0), integer("two", 2), split, top, cast),
                List.of("split:output:1", "split:output:0", "top:values:0", "cast:y:0"))
            .build();
    assertSameValues(model, X);
  }

  @Test
  void resultsOfBatchNormalizationCountInTheirOrder() {
    NodeDef norm =
        node("norm", "FusedBatchNormV3", "x1", "one", "one", "one", "one")
            .putAttr("U", CallingModel.type(DataType.DT_FLOAT))
            .putAttr("is_training", AttrValue.newBuilder().setB(false).build())
            .build();
    assertEquals(0, OpTable.index(norm, "y", 0));
    assertEquals(2, OpTable.index(norm, "batch_variance", 0));
    assertThrows(IllegalArgumentException.class, () -> OpTable.index(norm, "z", 0));
  }

  @Test
  void identitiesOfSeveralValuesBecomeOneEachUnderFreeNames() {
    NodeDef several =
        node("several", "IdentityN", "x1", "square:z:0").putAttr("T", floats(2)).build();
    ImportedModel model =
        new CallingModel(ROW)
            .function(
                "main",
                List.of("x1"),
                List.of(
                    node("square", "Mul", "x1", "x1").build(),
                    node("several/output_1", "Neg", "x1").build(),
                    node("gelu/erf", "Tanh", "several/output_1:y:0").build(),
                    several,
                    node("gelu", "Erfc", "several:output:1").build(),
                    node("gelu/one", "Neg", "gelu:y:0").build()),
                List.of(
                    "several:output:0",
                    "several:output:1",
                    "gelu:y:0",
                    "gelu/one:y:0",
                    "gelu/erf:y:0"))
            .build();
    FlatGraph flat = assertSameValues(model, X);
    assertTrue(
        flat.graphDef().getNodeList().stream().noneMatch(n -> n.getOp().equals("IdentityN")));
  }

  /** The scan sees it first; the limit here does not rest on that. */
  @Test
  void callsThatDoubleAtEachLevelEnd() {
    CallingModel model =
        new CallingModel(ROW)
            .function(
                "level0", List.of("x1"), List.of(node("n", "Neg", "x1").build()), List.of("n:y:0"));
    for (int level = 1; level < 40; level++) {
      String next = "level" + (level - 1);
      model.function(
          "level" + level,
          List.of("x1"),
          List.of(call("a", next, 1, "x1"), call("b", next, 1, "a:output:0")),
          List.of("b:output:0"));
    }
    ModelRefusedException e =
        assertThrows(ModelRefusedException.class, () -> inline(model.build()));
    assertTrue(
        e.getMessage().contains("has more than 500,000 nodes when its calls are replaced"),
        e.getMessage());
  }

  @Test
  void functionsThatDoNotFitTogetherAreDamaged() {
    ImportedModel absent =
        new CallingModel(ROW)
            .function(
                "main", List.of("x1"), List.of(call("c", "gone", 1, "x1")), List.of("c:output:0"))
            .build();
    assertDamaged(absent, "calls the absent function 'gone'");
    ImportedModel circle =
        new CallingModel(ROW)
            .function(
                "main", List.of("x1"), List.of(call("c", "main", 1, "x1")), List.of("c:output:0"))
            .build();
    assertDamaged(circle, "in a circle");
    ImportedModel itself =
        new CallingModel(ROW)
            .function(
                "main",
                List.of("x1"),
                List.of(node("a", "Neg", "b:y:0").build(), node("b", "Neg", "a:y:0").build()),
                List.of("a:y:0"))
            .build();
    assertDamaged(itself, "reads 'b:y:0' at 'a', which is not there before");
    ImportedModel missing =
        new CallingModel(ROW)
            .function(
                "main",
                List.of("x1"),
                List.of(node("a", "Neg", "no:y:0").build()),
                List.of("a:y:0"))
            .build();
    assertDamaged(missing, "reads 'no:y:0' at 'a', which is not there before");
  }

  private static void assertDamaged(ImportedModel model, String what) {
    var damaged = assertThrows(InvalidModelException.class, () -> inline(model));
    assertTrue(damaged.getMessage().contains(what), damaged.getMessage());
  }

  /** Fifty models by chance: nested calls, shared names, ops with several results. */
  @Test
  void anyNestedModelGivesTheValuesOfItsCalls() {
    for (int seed = 0; seed < 50; seed++) {
      assertSameValues(new RandomCalls(seed).model(ROW), X);
    }
  }
}
