package org.kerasgraft.graph;

import com.google.protobuf.ByteString;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorShapeProto;

/** Resource variables as nodes. */
public final class Handles {

  private Handles() {}

  /**
   * The handle of a variable: a {@code VarHandleOp} whose name and {@code shared_name} are the
   * variable's name.
   *
   * @param variable the variable
   * @return the node
   */
  public static NodeDef of(VariableSpec variable) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long size : variable.shape().asArray()) {
      shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
    }
    return NodeDef.newBuilder()
        .setName(variable.name())
        .setOp("VarHandleOp")
        .putAttr("dtype", AttrValue.newBuilder().setType(variable.dtype()).build())
        .putAttr("shape", AttrValue.newBuilder().setShape(shape).build())
        .putAttr(
            "shared_name",
            AttrValue.newBuilder().setS(ByteString.copyFromUtf8(variable.name())).build())
        .build();
  }
}
