package org.kerasgraft.graph;

import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Ops for which TensorFlow's C++ API has no gradient, or a wrong one, written in equal ops that
 * have the right one. Each method gives the nodes that stand for one; the last bears its name.
 */
final class GradientForms {

  /** The op of which each output becomes a node, in order. */
  static final String IDENTITIES = "IdentityN";

  private static final AttrValue INT32 = EqualNodes.type(DataType.DT_INT32);

  private final UnaryOperator<String> free;
  private final Function<String, Shape> shapes;

  /**
   * Forms for one graph.
   *
   * @param free makes a name that no node has from a wish
   * @param shapes the static shape of a tensor {@code node:index}
   */
  GradientForms(UnaryOperator<String> free, Function<String, Shape> shapes) {
    this.free = free;
    this.shapes = shapes;
  }

  /**
   * One {@code Identity} for each output of {@code IdentityN}: TensorFlow wraps the values of
   * functions with a custom gradient in it (swish among them).
   */
  static List<NodeDef> identities(NodeDef node, UnaryOperator<String> free) {
    List<DataType> types = node.getAttrOrThrow("T").getList().getTypeList();
    return IntStream.range(0, types.size())
        .mapToObj(
            i ->
                EqualNodes.node("Identity", node.getInput(i))
                    .setName(i == 0 ? node.getName() : free.apply(node.getName() + "/output_" + i))
                    .putAttr("T", EqualNodes.type(types.get(i)))
                    .build())
        .toList();
  }

  /**
   * The nodes that stand for a node on a way along which gradients go; itself alone if it needs no
   * other form or has none.
   */
  List<NodeDef> of(NodeDef node) {
    if (Backpropagation.endsUnknownToTensorFlow(node)) {
      return stopped(node);
    }
    return switch (node.getOp()) {
      case "Conv2D" -> ConvolutionForm.of(node, free, shapes);
      case "Erfc" -> complement(node);
      case "EnsureShape" -> checkedBeside(node);
      case "ResourceGather", "ResourceGatherNd" -> readThenGathered(node);
      case "Gather" -> gathered(node);
      case "GatherV2" -> fromTheFront(node);
      case "Concat" -> concatenated(node);
      case "FusedBatchNorm", "FusedBatchNormV2" -> batchNormalized(node);
      case "LogSoftmax" -> isMatrix(node) ? List.of(node) : logSoftmaxOfRows(node);
      default -> List.of(node);
    };
  }

  private static AttrValue attribute(NodeDef node, String name) {
    return node.getAttrOrThrow(name);
  }

  /** {@code StopGradient} behind the op: Keras has no gradient there either. */
  private List<NodeDef> stopped(NodeDef node) {
    EqualNodes nodes = new EqualNodes(node, free);
    String flat = nodes.add("flat", node.toBuilder());
    return nodes.endingWith(
        EqualNodes.node("StopGradient", flat)
            .putAttr("T", EqualNodes.type(TensorTypes.of(node, 0))));
  }

  /** {@code Erfc(x) = 1 − Erf(x)}. */
  private List<NodeDef> complement(NodeDef node) {
    EqualNodes nodes = new EqualNodes(node, free);
    AttrValue type = attribute(node, "T");
    TensorProto.Builder one =
        TensorProto.newBuilder()
            .setDtype(type.getType())
            .setTensorShape(TensorShapeProto.getDefaultInstance());
    switch (type.getType()) {
      case DT_DOUBLE -> one.addDoubleVal(1);
      case DT_HALF -> one.addHalfVal(0x3c00);
      case DT_BFLOAT16 -> one.addHalfVal(0x3f80);
      default -> one.addFloatVal(1);
    }
    String erf = nodes.add("erf", EqualNodes.node("Erf", node.getInput(0)).putAttr("T", type));
    return nodes.endingWith(
        EqualNodes.node("Sub", nodes.constant("one", one), erf).putAttr("T", type));
  }

  /** The check goes on beside, as something to be done before the value is used. */
  private List<NodeDef> checkedBeside(NodeDef node) {
    EqualNodes nodes = new EqualNodes(node, free);
    String check = nodes.add("check", node.toBuilder());
    return nodes.endingWith(
        EqualNodes.node("Identity", node.getInput(0), "^" + check)
            .putAttr("T", attribute(node, "T")));
  }

  private List<NodeDef> readThenGathered(NodeDef node) {
    EqualNodes nodes = new EqualNodes(node, free);
    AttrValue type = attribute(node, "dtype");
    String read =
        nodes.add(
            "read", EqualNodes.node("ReadVariableOp", node.getInput(0)).putAttr("dtype", type));
    if (node.getOp().equals("ResourceGatherNd")) {
      return nodes.endingWith(
          EqualNodes.node("GatherNd", read, node.getInput(1))
              .putAttr("Tparams", type)
              .putAttr("Tindices", attribute(node, "Tindices")));
    }
    long batchDims = node.getAttrOrDefault("batch_dims", AttrValue.getDefaultInstance()).getI();
    return nodes.endingWith(
        gather(nodes, node, read, type, Math.toIntExact(batchDims))
            .putAttr("batch_dims", EqualNodes.number(batchDims)));
  }

  private List<NodeDef> gathered(NodeDef node) {
    EqualNodes nodes = new EqualNodes(node, free);
    AttrValue type = attribute(node, "Tparams");
    return nodes.endingWith(gather(nodes, node, node.getInput(0), type, 0));
  }

  private static NodeDef.Builder gather(
      EqualNodes nodes, NodeDef node, String values, AttrValue type, int axis) {
    return EqualNodes.node("GatherV2", values, node.getInput(1), nodes.ints("axis", List.of(axis)))
        .putAttr("Tparams", type)
        .putAttr("Tindices", attribute(node, "Tindices"))
        .putAttr("Taxis", INT32);
  }

  /** The gradient of {@code GatherV2} takes no axis that counts from the back. */
  private List<NodeDef> fromTheFront(NodeDef node) {
    Shape values = shapes.apply(DataFlow.inputs(node).get(0));
    if (values.isUnknown()) {
      return List.of(node);
    }
    EqualNodes nodes = new EqualNodes(node, free);
    AttrValue type = attribute(node, "Taxis");
    TensorProto.Builder rank =
        TensorProto.newBuilder()
            .setDtype(type.getType())
            .setTensorShape(TensorShapeProto.getDefaultInstance());
    if (type.getType() == DataType.DT_INT64) {
      rank.addInt64Val(values.numDimensions());
    } else {
      rank.addIntVal(values.numDimensions());
    }
    String axis =
        nodes.add(
            "axis",
            EqualNodes.node("FloorMod", node.getInput(2), nodes.constant("rank", rank))
                .putAttr("T", type));
    return nodes.endingWith(node.toBuilder().setInput(2, axis));
  }

  private List<NodeDef> concatenated(NodeDef node) {
    NodeDef.Builder later = node.toBuilder().setOp("ConcatV2").clearInput().putAttr("Tidx", INT32);
    node.getInputList().stream().skip(1).forEach(later::addInput);
    return List.of(later.addInput(node.getInput(0)).build());
  }

  private List<NodeDef> batchNormalized(NodeDef node) {
    NodeDef.Builder later = node.toBuilder().setOp("FusedBatchNormV3");
    if (!node.containsAttr("U")) {
      later.putAttr("U", attribute(node, "T"));
    }
    return List.of(later.build());
  }

  private boolean isMatrix(NodeDef node) {
    return shapes.apply(DataFlow.inputs(node).get(0)).numDimensions() == 2;
  }

  /** The gradient of {@code LogSoftmax} takes the last axis for the second. */
  private List<NodeDef> logSoftmaxOfRows(NodeDef node) {
    EqualNodes nodes = new EqualNodes(node, free);
    AttrValue type = attribute(node, "T");
    String shape =
        nodes.add(
            "shape",
            EqualNodes.node("Shape", node.getInput(0))
                .putAttr("T", type)
                .putAttr("out_type", INT32));
    String last =
        nodes.add(
            "last",
            EqualNodes.node(
                    "StridedSlice",
                    shape,
                    nodes.ints("begin", List.of(-1), 1),
                    nodes.ints("end", List.of(0), 1),
                    nodes.ints("step", List.of(1), 1))
                .putAttr("T", INT32)
                .putAttr("Index", INT32)
                .putAttr("end_mask", EqualNodes.number(1)));
    String rows =
        nodes.add(
            "rows",
            EqualNodes.node(
                    "ConcatV2",
                    nodes.ints("any", List.of(-1), 1),
                    last,
                    nodes.ints("axis", List.of(0)))
                .putAttr("N", EqualNodes.number(2))
                .putAttr("T", INT32)
                .putAttr("Tidx", INT32));
    String flat = nodes.add("flat", reshape(node.getInput(0), rows, type));
    String log = nodes.add("log", EqualNodes.node("LogSoftmax", flat).putAttr("T", type));
    return nodes.endingWith(reshape(log, shape, type));
  }

  private static NodeDef.Builder reshape(String value, String shape, AttrValue type) {
    return EqualNodes.node("Reshape", value, shape).putAttr("T", type).putAttr("Tshape", INT32);
  }
}
