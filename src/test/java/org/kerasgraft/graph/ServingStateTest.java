package org.kerasgraft.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kerasgraft.graph.CallingModel.node;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.savedmodel.ImportedModel;
import org.kerasgraft.savedmodel.ModelFormat;
import org.kerasgraft.savedmodel.Scans;
import org.kerasgraft.savedmodel.TensorSpec;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;

class ServingStateTest {

  private static final Shape ROW = Shape.of(-1, 4);

  private static TensorSpec tensor(String name) {
    return new TensorSpec(name, DataType.DT_FLOAT, ROW);
  }

  private static Layer layer(String name, String tensor, VariableSpec... variables) {
    return Layer.calledOnce(
        name, Optional.empty(), tensor(tensor), List.of(variables), variables.length > 0);
  }

  private static ImportedModel source() {
    return new ImportedModel(
        Path.of("by-hand"),
        ModelFormat.KERAS_3_EXPORT,
        "",
        Map.of(),
        List.of(),
        Map.of(),
        List.of(),
        Optional.empty(),
        MetaGraphDef.getDefaultInstance(),
        Scans.CLEAN,
        Scans.NO_WEIGHTS);
  }

  /** x → below → layer → above, where the layer has a random op, or a writer beside it. */
  private static Network network(boolean random) {
    VariableSpec statistic =
        new VariableSpec(
            "norm/moving_mean", DataType.DT_FLOAT, Shape.of(4), false, List.of("moving_mean"));
    NodeDef special =
        random
            ? node("m/norm/noise", "RandomGammaGrad", "m/below/out", "m/below/out").build()
            : NodeDef.newBuilder()
                .setName("m/norm/AssignSub")
                .setOp("AssignSubVariableOp")
                .addInput("norm/moving_mean")
                .addInput("m/norm/mean")
                .putAttr("dtype", CallingModel.type(DataType.DT_FLOAT))
                .build();
    GraphDef graph =
        GraphDef.newBuilder()
            .addNode(node("x", "Placeholder"))
            .addNode(Handles.of(statistic))
            .addNode(node("m/below/out", "Tanh", "x"))
            .addNode(node("m/norm/mean", "Neg", "m/below/out"))
            .addNode(special)
            .addNode(
                node("m/norm/out", "Add", random ? "m/norm/noise" : "m/norm/mean", "m/below/out"))
            .addNode(node("m/above/out", "Tanh", "m/norm/out"))
            .build();
    return new Network(
        source(),
        new FlatGraph(
            graph,
            Map.of("x", tensor("x:0")),
            Map.of("y", tensor("m/above/out:0")),
            Map.of("norm/moving_mean", statistic)),
        List.of(
            layer("x", "x:0"),
            layer("below", "m/below/out:0"),
            layer("norm", "m/norm/out:0", statistic),
            layer("above", "m/above/out:0")));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theLayerIsToldAndWhatLiesBelowItCanBeCut(boolean random) {
    Network network = network(random);
    ServingState.Unsteady unsteady = ServingState.of(network).orElseThrow();
    assertEquals(random, unsteady.isRandom());
    assertEquals(Optional.of("norm"), unsteady.layer());
    Network below = network.cutAfter("below");
    assertEquals(Optional.empty(), ServingState.of(below));
  }

  /**
   * The writer is a dead end in the graph: no data edge tells that the layer is in training mode.
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theLayerItselfAndWhatLiesAboveItCannot(boolean random) {
    Network network = network(random);
    for (String layer : List.of("norm", "above")) {
      var refused = assertThrows(ModelRefusedException.class, () -> network.cutAfter(layer));
      assertTrue(refused.getMessage().contains("layer 'norm'"), refused.getMessage());
      assertTrue(refused.explain().contains("training=False"), refused.explain());
    }
    assertThrows(
        ModelRefusedException.class, () -> LiveNetwork.open(network, RuntimeOptions.defaults()));
  }

  /** A node without {@code T}. */
  private static NodeDef.Builder bare(String name, String op, String... inputs) {
    return node(name, op, inputs).removeAttr("T");
  }

  private static NodeDef noise(String name, String input) {
    return node(name, "RandomShuffle", input).build();
  }

  private static NodeDef write(String name, String input) {
    return bare(name, "AssignVariableOp", input, input)
        .putAttr("dtype", CallingModel.type(DataType.DT_FLOAT))
        .build();
  }

  @Test
  void aModelThatIsNotSteadyCanBeLookedAt() {
    ImportedModel model =
        new CallingModel(Shape.of(4))
            .function(
                "main",
                List.of("x1"),
                List.of(noise("layer/bad", "x1")),
                List.of("layer/bad:output:0"))
            .build();
    Network network = Network.of(model);
    assertEquals("RandomShuffle", ServingState.of(network).orElseThrow().op());
    var refused =
        assertThrows(ModelRefusedException.class, () -> ServingState.requireSteady(network));
    assertTrue(refused.getMessage().contains("'layer/bad'"), refused.getMessage());
  }

  @Test
  void whatOnlyControlEdgesLeadToIsKept() {
    ImportedModel model =
        new CallingModel(Shape.of(4))
            .function(
                "writesAndMore",
                List.of("a"),
                List.of(write("w", "a"), node("z", "Neg", "a", "^w").build()),
                List.of("z:y:0"))
            .function(
                "main",
                List.of("x1"),
                List.of(
                    node("y", "Neg", "x1", "^update").build(),
                    CallingModel.call("update", "writesAndMore", 1, "x1")),
                List.of("y:y:0"))
            .build();
    Network network = new Network(model, CallingModel.inline(model), List.of());
    assertEquals("AssignVariableOp", ServingState.of(network).orElseThrow().op());
  }

  @Test
  void aRandomBranchIsFoundInsideItsFunction() {
    AttrValue branch =
        AttrValue.newBuilder().setFunc(NameAttrList.newBuilder().setName("noisy")).build();
    ImportedModel model =
        new CallingModel(Shape.of(4))
            .function("noisy", List.of("a"), List.of(noise("n", "a")), List.of("n:output:0"))
            .function(
                "main",
                List.of("x1"),
                List.of(
                    bare("either", "If", "x1", "x1")
                        .putAttr("Tcond", CallingModel.type(DataType.DT_FLOAT))
                        .putAttr("Tin", CallingModel.floats(1))
                        .putAttr("then_branch", branch)
                        .putAttr("else_branch", branch)
                        .putAttr("Tout", CallingModel.floats(1))
                        .build()),
                List.of("either:output:0"))
            .build();
    var unsteady = ServingState.of(Network.of(model)).orElseThrow();
    assertEquals("either", unsteady.node());
    assertEquals("RandomShuffle", unsteady.op());
  }

  /** x → below → find (in a table) → out, beside it an insertion into the table. */
  @ParameterizedTest
  @ValueSource(strings = {"LookupTableInsertV2", "LookupTableImportV2"})
  void whatReadsATableThatIsWrittenBesideItIsNotSteady(String writer) {
    GraphDef graph =
        GraphDef.newBuilder()
            .addNode(node("x", "Placeholder"))
            .addNode(bare("table", "MutableHashTableV2"))
            .addNode(node("m/below/out", "Tanh", "x"))
            .addNode(bare("m/find/insert", writer, "table", "m/below/out", "m/below/out"))
            .addNode(bare("m/find/out", "LookupTableFindV2", "table", "m/below/out", "x"))
            .build();
    Network network =
        new Network(
            source(),
            new FlatGraph(
                graph, Map.of("x", tensor("x:0")), Map.of("y", tensor("m/find/out:0")), Map.of()),
            List.of(layer("below", "m/below/out:0"), layer("find", "m/find/out:0")));
    assertEquals(
        "its serving path changes its own tables: 'm/find/insert' (" + writer + ")",
        ServingState.of(network).orElseThrow().text());
    ServingState.requireSteadyBelow(network, tensor("m/below/out:0"));
    assertThrows(
        ModelRefusedException.class,
        () -> ServingState.requireSteadyBelow(network, tensor("m/find/out:0")));
  }
}
