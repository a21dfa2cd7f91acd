package org.kerasgraft.graph;

import java.util.List;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

/** The element type of a node's output, read from its attributes without native code. */
final class TensorTypes {

  /** Attributes that give the output's type where they are present, before {@code T}. */
  private static final List<String> OUTPUT_TYPES =
      List.of("DstT", "out_type", "Toutput", "Tout", "dtype", "T", "Tparams");

  private static final Set<String> LOGICAL =
      Set.of(
          "Equal",
          "NotEqual",
          "Less",
          "LessEqual",
          "Greater",
          "GreaterEqual",
          "LogicalAnd",
          "LogicalOr",
          "LogicalNot",
          "IsFinite",
          "IsInf",
          "IsNan",
          "All",
          "Any",
          "ApproximateEqual",
          "InTopK",
          "InTopKV2");

  private TensorTypes() {}

  /**
   * The type of one output.
   *
   * @return {@code DT_INVALID} if the attributes do not tell
   */
  static DataType of(NodeDef node, int index) {
    if (LOGICAL.contains(node.getOp())) {
      return DataType.DT_BOOL;
    }
    if (index > 0 && node.getOp().equals("FusedBatchNormV3")) {
      return attribute(node, "U", DataType.DT_FLOAT);
    }
    return switch (node.getOp()) {
      case "Shape", "ShapeN", "Size" -> attribute(node, "out_type", DataType.DT_INT32);
      case "ArgMax", "ArgMin" -> attribute(node, "output_type", DataType.DT_INT64);
      case "Rank" -> DataType.DT_INT32;
      case "Where" -> DataType.DT_INT64;
      case "TopKV2" -> attribute(node, index == 0 ? "T" : "index_type", DataType.DT_INT32);
      case "ResizeBilinear", "ResizeBicubic", "ResizeArea", "CropAndResize", "ScaleAndTranslate" ->
          DataType.DT_FLOAT;
      case "MaxPool", "MaxPoolV2", "LRN" -> attribute(node, "T", DataType.DT_FLOAT);
      default ->
          OUTPUT_TYPES.stream()
              .filter(node::containsAttr)
              .findFirst()
              .map(a -> type(node.getAttrOrThrow(a), index))
              .orElse(DataType.DT_INVALID);
    };
  }

  private static DataType attribute(NodeDef node, String name, DataType otherwise) {
    return node.containsAttr(name) ? node.getAttrOrThrow(name).getType() : otherwise;
  }

  private static DataType type(AttrValue value, int index) {
    List<DataType> types = value.getList().getTypeList();
    return types.isEmpty() ? value.getType() : types.get(Math.min(index, types.size() - 1));
  }
}
