package org.kerasgraft.graph;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Ops for which TensorFlow's C++ API has no gradient, written in equal ops that have one: {@code
 * IdentityN} as one {@code Identity} an output, {@code Erfc(x)} as {@code 1 − Erf(x)}.
 */
final class GradientForms {

  private GradientForms() {}

  /** The op of which each output becomes a node, in order. */
  static final String IDENTITIES = "IdentityN";

  /**
   * The nodes that stand for {@code node}. One bears its name: the first of {@code IdentityN}'s,
   * the last of {@code Erfc}'s. The others get free names.
   */
  static List<NodeDef> of(NodeDef node, UnaryOperator<String> free) {
    return switch (node.getOp()) {
      case IDENTITIES -> identities(node, free);
      case "Erfc" -> complement(node, free);
      default -> List.of(node);
    };
  }

  private static List<NodeDef> identities(NodeDef node, UnaryOperator<String> free) {
    List<DataType> types = node.getAttrOrThrow("T").getList().getTypeList();
    return IntStream.range(0, types.size())
        .mapToObj(
            i ->
                NodeDef.newBuilder()
                    .setName(i == 0 ? node.getName() : free.apply(node.getName() + "/output_" + i))
                    .setOp("Identity")
                    .addInput(node.getInput(i))
                    .putAttr("T", AttrValue.newBuilder().setType(types.get(i)).build())
                    .build())
        .toList();
  }

  private static List<NodeDef> complement(NodeDef node, UnaryOperator<String> free) {
    AttrValue type = node.getAttrOrThrow("T");
    TensorProto.Builder one =
        TensorProto.newBuilder()
            .setDtype(type.getType())
            .setTensorShape(TensorShapeProto.getDefaultInstance());
    if (type.getType() == DataType.DT_DOUBLE) {
      one.addDoubleVal(1);
    } else if (type.getType() == DataType.DT_HALF) {
      one.addHalfVal(0x3c00);
    } else if (type.getType() == DataType.DT_BFLOAT16) {
      one.addHalfVal(0x3f80);
    } else {
      one.addFloatVal(1);
    }
    NodeDef erf =
        NodeDef.newBuilder()
            .setName(free.apply(node.getName() + "/erf"))
            .setOp("Erf")
            .addInput(node.getInput(0))
            .putAttr("T", type)
            .build();
    NodeDef constant =
        NodeDef.newBuilder()
            .setName(free.apply(node.getName() + "/one"))
            .setOp("Const")
            .putAttr("dtype", type)
            .putAttr("value", AttrValue.newBuilder().setTensor(one).build())
            .build();
    NodeDef difference =
        node.toBuilder()
            .setOp("Sub")
            .clearInput()
            .addInput(constant.getName())
            .addInput(erf.getName())
            .build();
    return List.of(erf, constant, difference);
  }
}
