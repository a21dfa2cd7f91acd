package org.kerasgraft.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.kerasgraft.graph.CallingModel.floats;
import static org.kerasgraft.graph.CallingModel.type;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.savedmodel.ImportedModel;
import org.kerasgraft.savedmodel.ScanReport;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/** What the scan leaves to a model's saver is not computed with, whatever the scan took it for. */
class ServedSaverOpsTest {

  private static NodeDef text(String name, TensorShapeProto.Builder shape) {
    TensorProto.Builder value =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_STRING)
            .setTensorShape(shape)
            .addStringVal(ByteString.copyFromUtf8("elsewhere"));
    return NodeDef.newBuilder()
        .setName(name)
        .setOp("Const")
        .putAttr("dtype", type(DataType.DT_STRING))
        .putAttr("value", AttrValue.newBuilder().setTensor(value).build())
        .build();
  }

  /** A model that gives back what it reads from a file. */
  private static ImportedModel reading() {
    TensorShapeProto.Builder one = TensorShapeProto.newBuilder();
    one.addDimBuilder().setSize(1);
    NodeDef read =
        NodeDef.newBuilder()
            .setName("read")
            .setOp("RestoreV2")
            .addAllInput(List.of("path:output:0", "names:output:0", "names:output:0"))
            .putAttr("dtypes", floats(1))
            .build();
    return new CallingModel(Shape.of(4))
        .function(
            "main",
            List.of("x1"),
            List.of(text("path", TensorShapeProto.newBuilder()), text("names", one), read),
            List.of("read:tensors:0"))
        .build();
  }

  @Test
  void anOpThatReadsFilesIsRefusedWhereItIsServed() {
    ModelRefusedException e =
        assertThrows(ModelRefusedException.class, () -> Network.of(reading()));
    assertEquals(
        "'by-hand' reads or writes files where it computes, at 'read' (RestoreV2).",
        e.getMessage());
  }

  @Test
  void whatTheUserAllowsIsServed() {
    ImportedModel model = reading();
    ScanReport allowed =
        new ScanReport(Path.of("by-hand"), "0", 0, 0, Map.of(), List.of(), Set.of("RestoreV2"));
    ImportedModel trusted =
        new ImportedModel(
            model.directory(),
            model.format(),
            model.tensorflowVersion(),
            model.signatures(),
            model.variables(),
            model.captures(),
            model.kerasLayers(),
            model.preprocessing(),
            model.metaGraph(),
            allowed,
            model.weights());
    assertEquals(1, Network.of(trusted).graph().outputs().size());
  }
}
