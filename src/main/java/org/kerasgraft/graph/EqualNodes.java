package org.kerasgraft.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Nodes that together compute what one node did. The last of them takes that node's name, so that
 * nothing else has to change; the others get free names below it.
 */
final class EqualNodes {

  private final NodeDef original;
  private final UnaryOperator<String> free;
  private final List<NodeDef> nodes = new ArrayList<>();

  EqualNodes(NodeDef original, UnaryOperator<String> free) {
    this.original = original;
    this.free = free;
  }

  /** A node to be completed with attributes, and added. */
  static NodeDef.Builder node(String op, String... inputs) {
    return NodeDef.newBuilder().setOp(op).addAllInput(List.of(inputs));
  }

  static AttrValue type(DataType type) {
    return AttrValue.newBuilder().setType(type).build();
  }

  static AttrValue number(long value) {
    return AttrValue.newBuilder().setI(value).build();
  }

  static AttrValue text(String value) {
    return AttrValue.newBuilder().setS(com.google.protobuf.ByteString.copyFromUtf8(value)).build();
  }

  /** Adds a node below the original's name; gives its first output. */
  String add(String name, NodeDef.Builder node) {
    NodeDef named = node.setName(free.apply(original.getName() + "/" + name)).build();
    nodes.add(named);
    return named.getName();
  }

  /** Adds an int32 constant of a shape; gives its output. */
  String ints(String name, List<Integer> values, int... shape) {
    TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
    for (int size : shape) {
      dimensions.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
    }
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_INT32)
            .setTensorShape(dimensions)
            .addAllIntVal(values);
    return constant(name, tensor);
  }

  /** Adds a constant; gives its output. */
  String constant(String name, TensorProto.Builder value) {
    return add(
        name,
        node("Const")
            .putAttr("dtype", type(value.getDtype()))
            .putAttr("value", AttrValue.newBuilder().setTensor(value).build()));
  }

  /** All nodes, with the last one under the original's name. */
  List<NodeDef> endingWith(NodeDef.Builder last) {
    nodes.add(last.setName(original.getName()).build());
    return List.copyOf(nodes);
  }
}
