package org.kerasgraft.graph;

import java.util.List;
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

  /** The nodes that stand for {@code node}: the last one, for {@code Erfc}, bears its name. */
  static List<NodeDef> of(NodeDef node) {
    return switch (node.getOp()) {
      case "IdentityN" -> identities(node);
      case "Erfc" -> complement(node);
      default -> List.of(node);
    };
  }

  /** The flat tensor that output {@code index} of {@code node} becomes. */
  static String output(NodeDef node, String name, int index) {
    if (node.getOp().equals("IdentityN")) {
      return index == 0 ? name : name + "/output_" + index;
    }
    return index == 0 ? name : name + ":" + index;
  }

  private static List<NodeDef> identities(NodeDef node) {
    List<DataType> types = node.getAttrOrThrow("T").getList().getTypeList();
    return java.util.stream.IntStream.range(0, types.size())
        .mapToObj(
            i ->
                NodeDef.newBuilder()
                    .setName(output(node, node.getName(), i))
                    .setOp("Identity")
                    .addInput(node.getInput(i))
                    .putAttr("T", AttrValue.newBuilder().setType(types.get(i)).build())
                    .build())
        .toList();
  }

  private static List<NodeDef> complement(NodeDef node) {
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
            .setName(node.getName() + "/erf")
            .setOp("Erf")
            .addInput(node.getInput(0))
            .putAttr("T", type)
            .build();
    NodeDef constant =
        NodeDef.newBuilder()
            .setName(node.getName() + "/one")
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
