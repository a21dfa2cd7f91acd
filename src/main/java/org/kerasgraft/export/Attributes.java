package org.kerasgraft.export;

import com.google.protobuf.ByteString;
import java.util.List;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/** Graph nodes and their attributes as protobufs. */
final class Attributes {

  private Attributes() {}

  static NodeDef.Builder node(String op, String name, String... inputs) {
    return NodeDef.newBuilder().setOp(op).setName(name).addAllInput(List.of(inputs));
  }

  static AttrValue type(DataType type) {
    return AttrValue.newBuilder().setType(type).build();
  }

  static AttrValue types(List<DataType> types) {
    return list(AttrValue.ListValue.newBuilder().addAllType(types));
  }

  static AttrValue shape(Shape shape) {
    return AttrValue.newBuilder().setShape(shapeProto(shape)).build();
  }

  static AttrValue shapes(Shape shape) {
    return list(AttrValue.ListValue.newBuilder().addShape(shapeProto(shape)));
  }

  static AttrValue string(String text) {
    return AttrValue.newBuilder().setS(ByteString.copyFromUtf8(text)).build();
  }

  static AttrValue integer(long value) {
    return AttrValue.newBuilder().setI(value).build();
  }

  static AttrValue bool(boolean value) {
    return AttrValue.newBuilder().setB(value).build();
  }

  static AttrValue function(String name) {
    return AttrValue.newBuilder().setFunc(NameAttrList.newBuilder().setName(name)).build();
  }

  static TensorShapeProto shapeProto(Shape shape) {
    TensorShapeProto.Builder proto = TensorShapeProto.newBuilder();
    if (shape.isUnknown()) {
      return proto.setUnknownRank(true).build();
    }
    for (long size : shape.asArray()) {
      proto.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
    }
    return proto.build();
  }

  static NodeDef strings(String name, List<String> values) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_STRING)
            .setTensorShape(shapeProto(Shape.of(values.size())));
    values.forEach(value -> tensor.addStringVal(ByteString.copyFromUtf8(value)));
    return constant(name, tensor.build());
  }

  static NodeDef integers(String name, int... values) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_INT32)
            .setTensorShape(shapeProto(Shape.of(values.length)));
    for (int value : values) {
      tensor.addIntVal(value);
    }
    return constant(name, tensor.build());
  }

  static NodeDef integer(String name, int value) {
    return constant(
        name,
        TensorProto.newBuilder()
            .setDtype(DataType.DT_INT32)
            .setTensorShape(TensorShapeProto.getDefaultInstance())
            .addIntVal(value)
            .build());
  }

  private static NodeDef constant(String name, TensorProto tensor) {
    return node("Const", name)
        .putAttr("dtype", type(tensor.getDtype()))
        .putAttr("value", AttrValue.newBuilder().setTensor(tensor).build())
        .build();
  }

  private static AttrValue list(AttrValue.ListValue.Builder list) {
    return AttrValue.newBuilder().setList(list).build();
  }
}
