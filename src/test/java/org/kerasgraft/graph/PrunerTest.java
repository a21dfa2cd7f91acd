package org.kerasgraft.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.kerasgraft.junit.GraphAssertions.assertNothingBeyond;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.kerasgraft.savedmodel.TensorSpec;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;

class PrunerTest {

  private static final VariableSpec USED = variable("a/kernel");
  private static final VariableSpec UNUSED = variable("b/kernel");

  private static VariableSpec variable(String name) {
    return new VariableSpec(name, DataType.DT_FLOAT, Shape.of(1), true, List.of());
  }

  private static NodeDef node(String name, String op, String... inputs) {
    return NodeDef.newBuilder().setName(name).setOp(op).addAllInput(List.of(inputs)).build();
  }

  private static TensorSpec tensor(String name) {
    return new TensorSpec(name, DataType.DT_FLOAT, Shape.of(1));
  }

  private final FlatGraph graph =
      new FlatGraph(
          GraphDef.newBuilder()
              .addNode(node("x", "Placeholder"))
              .addNode(node("y", "Placeholder"))
              .addNode(node("a/kernel", "VarHandleOp"))
              .addNode(node("b/kernel", "VarHandleOp"))
              .addNode(node("first", "Noted"))
              .addNode(node("split", "Split", "x", "a/kernel", "^first"))
              .addNode(node("middle", "Neg", "split:1"))
              .addNode(node("beside", "Add", "split", "b/kernel"))
              .addNode(node("end", "Add", "middle", "y"))
              .build(),
          Map.of("x", tensor("x:0"), "y", tensor("y:0")),
          Map.of("out", tensor("end:0")),
          Map.of("a/kernel", USED, "b/kernel", UNUSED));

  @Test
  void ancestorsFollowDataAndControlEdges() {
    assertEquals(
        Set.of("x", "a/kernel", "first", "split"),
        Pruner.ancestors(graph.graphDef(), List.of("split:1")));
  }

  /** A function that is passed to another is named, too. */
  @Test
  void neededAreTheFunctionsThatAreNamedAndNoOthers() {
    NameAttrList.Builder relay = NameAttrList.newBuilder().setName("relay");
    relay.putAttr("F", function("passed"));
    GraphDef.Builder calling = graph.graphDef().toBuilder();
    calling.addNode(
        node("call", "PartitionedCall", "middle").toBuilder()
            .putAttr("f", AttrValue.newBuilder().setFunc(relay).build()));
    calling.addNode(
        node("save", "PartitionedCall", "x").toBuilder().putAttr("f", function("saver")));
    for (String name : List.of("relay", "passed", "saver")) {
      calling.getLibraryBuilder().addFunctionBuilder().getSignatureBuilder().setName(name);
    }
    calling.getLibraryBuilder().addGradientBuilder().setFunctionName("relay");

    GraphDef needed = Pruner.needed(calling.build(), List.of("call:0"));

    assertEquals(
        List.of("x", "a/kernel", "first", "split", "middle", "call"),
        needed.getNodeList().stream().map(NodeDef::getName).toList());
    assertEquals(
        List.of("relay", "passed"),
        needed.getLibrary().getFunctionList().stream()
            .map(f -> f.getSignature().getName())
            .toList());
    assertEquals(0, needed.getLibrary().getGradientCount());
  }

  private static AttrValue function(String name) {
    return AttrValue.newBuilder().setFunc(NameAttrList.newBuilder().setName(name)).build();
  }

  @Test
  void whatLeadsNowhereIsDroppedAndTheOrderStays() {
    FlatGraph pruned = Pruner.prune(graph, Map.of("features", tensor("middle:0")));
    assertEquals(
        List.of("x", "a/kernel", "first", "split", "middle"),
        pruned.graphDef().getNodeList().stream().map(NodeDef::getName).toList());
    assertNothingBeyond("middle:0", pruned.graphDef());
    assertEquals(Set.of("x"), pruned.inputs().keySet());
    assertEquals(Set.of("features"), pruned.outputs().keySet());
    assertEquals(Map.of("a/kernel", USED), pruned.variables());
    assertEquals(9, graph.graphDef().getNodeCount());
  }
}
