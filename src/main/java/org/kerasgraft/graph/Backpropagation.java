package org.kerasgraft.graph;

import java.util.List;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

/**
 * What becomes of a gradient that arrives at a node, by TensorFlow's C++ gradients ({@code
 * tensorflow/cc/gradients}), which TensorFlow Java calls. The table holds the ops whose gradient a
 * test compares with finite differences; the registry holds more, and some of those are wrong.
 */
public enum Backpropagation {
  /** It goes on to the node's floating-point inputs, and rightly. */
  FLOWS,
  /** It ends there, in Keras too: the op is flat wherever it is smooth, or gives no floats. */
  STOPS,
  /** Keras would pass it on, but there is no right gradient here. */
  MISSING;

  private static final Set<String> DIFFERENTIABLE =
      words(
          """
          Softmax LogSoftmax Relu Relu6 LeakyRelu Elu Selu Softplus Softsign L2Loss BiasAdd LRN
          Conv2D Conv2DBackpropInput DepthwiseConv2dNative FusedBatchNormV3
          MaxPool MaxPoolV2 MaxPool3D AvgPool AvgPool3D
          Abs Neg Inv Reciprocal Square Sqrt Rsqrt Exp Expm1 Log Log1p Sin Sinh Asin Asinh
          Cos Cosh Acos Acosh Tan Tanh Atan Atanh Sigmoid Erf Erfinv Lgamma
          Add AddV2 AddN Sub Mul Div RealDiv DivNoNan SquaredDifference Pow Maximum Minimum
          Select SelectV2 ClipByValue Sum Mean Prod Max Min Cumsum
          MatMul BatchMatMul BatchMatMulV2 BatchMatMulV3 Einsum
          SegmentSum UnsortedSegmentSum UnsortedSegmentMax UnsortedSegmentMin
          Identity CheckNumerics Reshape ExpandDims Squeeze Transpose Pack Unpack Split SplitV
          ConcatV2 Tile BroadcastTo Fill Pad PadV2 MirrorPad StridedSlice Slice
          ReverseV2 ReverseSequence Roll GatherV2 GatherNd ScatterNd
          Diag DiagPart MatrixDiag MatrixBandPart
          SpaceToBatchND BatchToSpaceND SpaceToDepth DepthToSpace
          ResizeNearestNeighbor ResizeBilinear ResizeBicubic Cast ReadVariableOp
          """);

  /** Those that TensorFlow's C++ API knows to end a gradient. */
  private static final Set<String> ENDING =
      words(
          """
          Const Placeholder PlaceholderWithDefault VarHandleOp StopGradient ZerosLike Floor OneHot
          Shape ShapeN Rank Size ConcatOffset InvertPermutation BroadcastGradientArgs
          Less LessEqual Greater GreaterEqual Equal ApproximateEqual NotEqual
          LogicalAnd LogicalOr LogicalNot
          """);

  /** Those that end it in Python alone: the C++ API fails at them, or gives zeros or worse. */
  private static final Set<String> FLAT =
      words(
          "Ceil Round Rint Sign FloorDiv TruncateDiv OnesLike ArgMax ArgMin IsNan IsInf IsFinite");

  private static final Set<DataType> FLOATING =
      Set.of(DataType.DT_FLOAT, DataType.DT_DOUBLE, DataType.DT_HALF, DataType.DT_BFLOAT16);

  private static Set<String> words(String text) {
    return Set.of(text.strip().split("\\s+"));
  }

  /** The ops of the table through which gradients flow, for the tests. */
  static Set<String> differentiable() {
    return DIFFERENTIABLE;
  }

  /** The ops of the table at which the C++ API lets gradients end by itself, for the tests. */
  static Set<String> ending() {
    return ENDING;
  }

  /**
   * What happens at a node, as far as its op and attributes tell.
   *
   * @param node the node
   * @return what becomes of a gradient there
   */
  public static Backpropagation at(NodeDef node) {
    if (ENDING.contains(node.getOp()) || endsUnknownToTensorFlow(node)) {
      return STOPS;
    }
    return DIFFERENTIABLE.contains(node.getOp()) && hindrance(node).isEmpty() ? FLOWS : MISSING;
  }

  /** Whether the gradient ends at a node, but TensorFlow's C++ API has to be told so. */
  static boolean endsUnknownToTensorFlow(NodeDef node) {
    return FLAT.contains(node.getOp())
        || (node.getOp().equals("Cast")
            && !(isFloating(type(node, "SrcT")) && isFloating(type(node, "DstT"))));
  }

  /**
   * Why a node of the table has no right gradient all the same.
   *
   * @param node the node
   * @return for example {@code has dilations [1, 2, 2, 1]}; empty if nothing is known against it
   */
  public static String hindrance(NodeDef node) {
    return switch (node.getOp()) {
      case "Conv2D", "DepthwiseConv2dNative", "Conv2DBackpropInput" ->
          isPaddedExplicitly(node) ? "has explicit padding" : dilations(node);
      case "MaxPool" -> isPaddedExplicitly(node) ? "has explicit padding" : "";
      default -> "";
    };
  }

  private static String dilations(NodeDef node) {
    List<Long> dilations = longs(node, "dilations");
    return dilations.stream().allMatch(d -> d == 1) ? "" : "has dilations " + dilations;
  }

  static boolean isPaddedExplicitly(NodeDef node) {
    return text(node, "padding").equals("EXPLICIT");
  }

  static boolean isChannelsFirst(NodeDef node) {
    return text(node, "data_format").equals("NCHW");
  }

  static List<Long> longs(NodeDef node, String attribute) {
    return node.getAttrOrDefault(attribute, AttrValue.getDefaultInstance()).getList().getIList();
  }

  private static String text(NodeDef node, String attribute) {
    return node.getAttrOrDefault(attribute, AttrValue.getDefaultInstance()).getS().toStringUtf8();
  }

  private static DataType type(NodeDef node, String attribute) {
    return node.getAttrOrDefault(attribute, AttrValue.getDefaultInstance()).getType();
  }

  /**
   * Whether gradients exist for values of a type.
   *
   * @param type any
   * @return true for the four floating-point types of Keras
   */
  public static boolean isFloating(DataType type) {
    return FLOATING.contains(type);
  }
}
