package org.kerasgraft.graph;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.savedmodel.ImportedModel;
import org.kerasgraft.savedmodel.ModelFormat;
import org.kerasgraft.savedmodel.Scans;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;

/** A graph that is to be served is compared with the registry: calls stay calls. */
class UninlinedGraphFormTest {

  private static final ImportedModel MODEL =
      new ImportedModel(
          Path.of("by-hand"),
          ModelFormat.SAVED_MODEL,
          "2.18.0",
          Map.of(),
          List.of(),
          Map.of(),
          List.of(),
          Optional.empty(),
          MetaGraphDef.getDefaultInstance(),
          Scans.CLEAN);

  private static AttrValue type(DataType type) {
    return AttrValue.newBuilder().setType(type).build();
  }

  private static NodeDef constant(DataType declared, DataType held) {
    TensorProto.Builder value = TensorProto.newBuilder().setDtype(held).addIntVal(1);
    return NodeDef.newBuilder()
        .setName("c")
        .setOp("Const")
        .putAttr("dtype", type(declared))
        .putAttr("value", AttrValue.newBuilder().setTensor(value).build())
        .build();
  }

  private static String refusal(GraphDef graph) {
    return assertThrows(InvalidModelException.class, () -> GraphForm.check(graph, MODEL))
        .getMessage();
  }

  @Test
  void aConstantHoldsWhatItDeclares() {
    NodeDef right = constant(DataType.DT_INT32, DataType.DT_INT32);
    NodeDef wrong = constant(DataType.DT_INT32, DataType.DT_UINT8);
    assertDoesNotThrow(() -> GraphForm.check(GraphDef.newBuilder().addNode(right).build(), MODEL));
    String fault = "it is declared DT_INT32, but holds DT_UINT8";
    assertEquals(
        "The graph of 'by-hand' is damaged: at 'c' (Const), " + fault + ".",
        refusal(GraphDef.newBuilder().addNode(wrong).build()));
    FunctionDef.Builder function = FunctionDef.newBuilder().addNodeDef(wrong);
    function.getSignatureBuilder().setName("f");
    GraphDef.Builder graph = GraphDef.newBuilder();
    graph.getLibraryBuilder().addFunction(function);
    assertEquals(
        "The graph of 'by-hand' is damaged: at 'c' (Const) of the function 'f', " + fault + ".",
        refusal(graph.build()));
  }

  @Test
  void tensorsThatAFewBytesSpeakOfAreCounted() {
    GraphDef.Builder graph = GraphDef.newBuilder();
    graph.addNode(constant(DataType.DT_INT32, DataType.DT_INT32));
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
        refusal(graph.build()));
  }
}
