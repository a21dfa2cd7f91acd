package org.kerasgraft.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kerasgraft.graph.CallingModel.integer;
import static org.kerasgraft.graph.CallingModel.node;
import static org.kerasgraft.graph.CallingModel.type;

import com.google.protobuf.ByteString;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.savedmodel.ImportedModel;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/** Contradictions inside a graph are found before TensorFlow sees it, each by node. */
class GraphFormTest {

  private static ImportedModel model(String returned, NodeDef... body) {
    return new CallingModel(Shape.of(4))
        .function("main", List.of("x1"), List.of(body), List.of(returned))
        .build();
  }

  private static String refusal(String returned, NodeDef... body) {
    return assertThrows(InvalidModelException.class, () -> Network.of(model(returned, body)))
        .getMessage();
  }

  @Test
  void aGraphThatFitsTogetherIsTaken() {
    NodeDef sum = node("sum", "Sum", "x1", "axis").putAttr("Tidx", type(DataType.DT_INT32)).build();
    assertEquals(
        1, Network.of(model("sum:output:0", integer("axis", 0), sum)).graph().outputs().size());
  }

  @Test
  void anAbsentAttributeWithDefaultHasIt() {
    NodeDef sum = node("sum", "Sum", "x1", "axis").build();
    assertEquals(
        3,
        Network.of(model("sum:output:0", integer("axis", 0), sum))
            .graph()
            .graphDef()
            .getNodeCount());
  }

  @Test
  void anAttributeThatMustBeThereIsMissed() {
    String message = refusal("y:y:0", node("y", "Neg", "x1").removeAttr("T").build());
    assertTrue(message.contains("at 'y' (Neg), it has no attribute 'T'"), message);
  }

  @Test
  void anAttributeOfAnotherKindIsRefused() {
    AttrValue number = AttrValue.newBuilder().setI(1).build();
    String message = refusal("y:y:0", node("y", "Neg", "x1").putAttr("T", number).build());
    assertTrue(message.contains("'T' is int, not type"), message);
  }

  @Test
  void aTypeThatTheOpDoesNotTakeIsRefused() {
    String message =
        refusal("y:y:0", node("y", "Neg", "x1").putAttr("T", type(DataType.DT_STRING)).build());
    assertTrue(message.contains("'T' is STRING, not one of [BFLOAT16"), message);
  }

  @Test
  void aNumberBelowTheLeastIsRefused() {
    AttrValue none = AttrValue.newBuilder().setI(0).build();
    String message = refusal("y:sum:0", node("y", "AddN").putAttr("N", none).build());
    assertTrue(message.contains("'N' has 0, less than 1"), message);
  }

  @ParameterizedTest
  @CsvSource({"Neg, its input 0 is to be DT_INT32", "Shape, its input 0 is to be DT_INT32"})
  void anInputOfAnotherTypeIsRefused(String op, String expected) {
    String result = op.equals("Neg") ? "y:y:0" : "y:output:0";
    String message =
        refusal(result, node("y", op, "x1").putAttr("T", type(DataType.DT_INT32)).build());
    assertTrue(message.contains(expected + ", but 'x' is DT_FLOAT"), message);
  }

  @Test
  void tooFewInputsAreCounted() {
    String message = refusal("y:z:0", node("y", "AddV2", "x1").build());
    assertTrue(message.contains("it has 1 inputs, not 2"), message);
  }

  @Test
  void anOutputThatDoesNotExistIsNoTensor() {
    String message =
        refusal("z:y:0", node("y", "Neg", "x1").build(), node("z", "Neg", "y:y:7").build());
    assertTrue(message.contains("'y:7' is no tensor"), message);
  }

  @Test
  void theSignaturesTypeMustBeTheTensors() {
    String message =
        refusal(
            "y:output:0",
            node("y", "Shape", "x1").putAttr("out_type", type(DataType.DT_INT64)).build());
    assertTrue(
        message.contains("the signature's output is DT_FLOAT, but 'y:0' is DT_INT64"), message);
  }

  private static TensorProto.Builder three() {
    return TensorProto.newBuilder()
        .setDtype(DataType.DT_FLOAT)
        .setTensorShape(
            TensorShapeProto.newBuilder().addDim(TensorShapeProto.Dim.newBuilder().setSize(3)));
  }

  @Test
  void aConstantHoldsAllItsValuesOrOneForAll() {
    assertEquals("", ConstantForm.fault(three().addFloatVal(1).build()));
    assertEquals("", ConstantForm.fault(three().addAllFloatVal(List.of(1f, 2f, 3f)).build()));
    assertEquals("", ConstantForm.fault(three().setTensorContent(bytes(12)).build()));
    assertEquals(
        "it holds 2 values of 3",
        ConstantForm.fault(three().addAllFloatVal(List.of(1f, 2f)).build()));
    assertEquals("it holds 0 values of 3", ConstantForm.fault(three().build()));
    assertTrue(
        ConstantForm.fault(three().setTensorContent(bytes(8)).build()).contains("8 bytes for 3"));
  }

  @Test
  void aConstantHoldsValuesOfItsOwnType() {
    assertTrue(ConstantForm.fault(three().addIntVal(1).build()).contains("another type"));
    assertTrue(
        ConstantForm.fault(three().setDtype(DataType.DT_RESOURCE).build()).contains("DT_RESOURCE"));
  }

  @Test
  void aConstantsShapeIsKnownAndCanBeHeld() {
    TensorShapeProto.Builder huge = TensorShapeProto.newBuilder();
    for (int i = 0; i < 2; i++) {
      huge.addDim(TensorShapeProto.Dim.newBuilder().setSize(1 << 20));
    }
    for (TensorShapeProto shape :
        List.of(
            TensorShapeProto.newBuilder().setUnknownRank(true).build(),
            TensorShapeProto.newBuilder()
                .addDim(TensorShapeProto.Dim.newBuilder().setSize(-1))
                .build(),
            huge.build())) {
      TensorProto value = three().setTensorShape(shape).addFloatVal(1).build();
      assertEquals("its shape is unknown or too large", ConstantForm.fault(value));
    }
  }

  @Test
  void aConstantsDeclaredTypeIsItsValues() {
    NodeDef axis = integer("axis", 0).toBuilder().putAttr("dtype", type(DataType.DT_INT64)).build();
    String message = refusal("sum:output:0", axis, node("sum", "Sum", "x1", "axis").build());
    assertTrue(message.contains("it is declared DT_INT64, but holds DT_INT32"), message);
  }

  private static ByteString bytes(int count) {
    return ByteString.copyFrom(new byte[count]);
  }

  /** What is served is not inlined: its functions are checked where they stand. */
  private static String served(GraphDef graph) {
    ImportedModel model = model("y:y:0", node("y", "Neg", "x1").build());
    return assertThrows(InvalidModelException.class, () -> GraphForm.check(graph, model))
        .getMessage();
  }

  private static NodeDef declared(DataType type, DataType held) {
    TensorProto.Builder value = TensorProto.newBuilder().setDtype(held).addIntVal(1);
    return NodeDef.newBuilder()
        .setName("c")
        .setOp("Const")
        .putAttr("dtype", type(type))
        .putAttr("value", AttrValue.newBuilder().setTensor(value).build())
        .build();
  }

  @Test
  void aServedConstantHoldsWhatItDeclares() {
    GraphDef right =
        GraphDef.newBuilder().addNode(declared(DataType.DT_INT32, DataType.DT_INT32)).build();
    NodeDef wrong = declared(DataType.DT_INT32, DataType.DT_UINT8);
    GraphForm.check(right, model("y:y:0", node("y", "Neg", "x1").build()));
    String fault = "it is declared DT_INT32, but holds DT_UINT8";
    assertEquals(
        "The graph of 'by-hand' is damaged: at 'c' (Const), " + fault + ".",
        served(GraphDef.newBuilder().addNode(wrong).build()));
    FunctionDef.Builder function = FunctionDef.newBuilder().addNodeDef(wrong);
    function.getSignatureBuilder().setName("f");
    GraphDef.Builder graph = GraphDef.newBuilder();
    graph.getLibraryBuilder().addFunction(function);
    assertEquals(
        "The graph of 'by-hand' is damaged: at 'c' (Const) of the function 'f', " + fault + ".",
        served(graph.build()));
  }

  @Test
  void tensorsThatAFewBytesSpeakOfAreCounted() {
    GraphDef.Builder graph = GraphDef.newBuilder().addNode(integer("c", 1));
    for (int i = 0; i < 101; i++) {
      graph
          .addNodeBuilder()
          .setName("u" + i)
          .setOp("Unpack")
          .addInput("c")
          .putAttr("T", type(DataType.DT_INT32))
          .putAttr("num", AttrValue.newBuilder().setI(100_000).build());
    }
    assertEquals(
        "The graph of 'by-hand' is damaged: at 'u99' (Unpack), there are more than 10000000"
            + " tensors.",
        served(graph.build()));
  }
}
