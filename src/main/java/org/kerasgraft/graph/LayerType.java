package org.kerasgraft.graph;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.NodeDef;

/**
 * Infers a layer's Keras class from the ops in its scope; nothing where several of Keras' own
 * classes give the same ops, as {@code ReLU} and {@code Activation("relu")} do.
 */
final class LayerType {

  /** Ops that move values around without saying what a layer is. */
  private static final Set<String> SILENT =
      Set.of("Const", "ReadVariableOp", "Identity", "Cast", "Squeeze");

  /** Ops that compute shapes. */
  private static final Set<String> SHAPING =
      Set.of("Shape", "StridedSlice", "Pack", "Prod", "GatherV2", "ConcatV2", "Mul", "ExpandDims");

  private final Set<String> ops = new TreeSet<>();
  private final Collection<NodeDef> nodes;
  private final List<VariableSpec> variables;
  private final Shape shape;

  private LayerType(Collection<NodeDef> nodes, List<VariableSpec> variables, Shape shape) {
    nodes.forEach(n -> ops.add(n.getOp()));
    ops.removeAll(SILENT);
    this.nodes = nodes;
    this.variables = variables;
    this.shape = shape;
  }

  /**
   * The class of a layer.
   *
   * @param nodes the nodes in its scope
   * @param variables those that it reads
   * @param shape of its output
   */
  static Optional<String> infer(
      Collection<NodeDef> nodes, List<VariableSpec> variables, Shape shape) {
    LayerType type = new LayerType(nodes, variables, shape);
    return Optional.of(variables.isEmpty() ? type.weightless() : type.weighted())
        .filter(found -> !found.isEmpty());
  }

  private String weighted() {
    if (has("moving_variance", 1)) {
      return variables.size() <= 4 ? "BatchNormalization" : "";
    } else if (has("depthwise_kernel", 4) && has("pointwise_kernel", 4)) {
      return "SeparableConv2D";
    } else if (variables.size() > 2) {
      return "";
    } else if (ops.contains("DepthwiseConv2dNative")) {
      return has("depthwise_kernel", 4) || has("kernel", 4) ? "DepthwiseConv2D" : "";
    } else if (ops.contains("Conv2DBackpropInput")) {
      return has("kernel", 4) ? "Conv2DTranspose" : "";
    } else if (ops.contains("Conv2D")) {
      return has("kernel", 4) ? "Conv2D" : "";
    } else if (ops.contains("MatMul")) {
      return has("kernel", 2) ? "Dense" : "";
    } else if (has("gamma", 1) && has("beta", 1)) {
      // GroupNormalization reshapes; so does LayerNormalization, to use a fused op.
      return ops.contains("FusedBatchNormV3") || !ops.contains("Reshape")
          ? "LayerNormalization"
          : "";
    }
    return has("embeddings", 2) ? "Embedding" : "";
  }

  private String weightless() {
    if (ops.size() == 1) {
      return single(ops.iterator().next());
    } else if (ops.equals(Set.of("Mul", "AddV2"))) {
      return readsConstants("Mul") && readsConstants("AddV2") ? "Rescaling" : "";
    } else if (ops.equals(Set.of("Sigmoid", "Mul"))) {
      return "Activation";
    }
    Set<String> rest = new TreeSet<>(ops);
    rest.removeAll(SHAPING);
    return rest.equals(Set.of("Reshape")) ? reshaping() : "";
  }

  private String single(String op) {
    return switch (op) {
      case "MaxPool" -> rank() == 4 ? "MaxPooling2D" : "";
      case "AvgPool" -> rank() == 4 ? "AveragePooling2D" : "";
      case "Mean" -> reducesRowsAndColumns() ? "GlobalAveragePooling2D" : "";
      case "Max" -> reducesRowsAndColumns() ? "GlobalMaxPooling2D" : "";
      case "Pad", "PadV2" -> rank() == 4 ? "ZeroPadding2D" : "";
      case "AddV2", "AddN", "Add" -> readsConstants(op) ? "" : "Add";
      case "Sub" -> readsConstants(op) ? "" : "Subtract";
      case "Mul" -> readsConstants(op) ? "" : "Multiply";
      case "Maximum" -> "Maximum";
      case "Minimum" -> "Minimum";
      case "ConcatV2" -> "Concatenate";
      case "Sigmoid", "Tanh", "Selu" -> "Activation";
      case "Reshape" -> rank() == 2 ? "Flatten" : reshaping();
      default -> "";
    };
  }

  /** In Keras 3 a {@code Flatten} is the same as a {@code Reshape} to one dimension. */
  private String reshaping() {
    return rank() > 2 ? "Reshape" : "";
  }

  /** Whether any node of an op has a constant of the layer's own as an input. */
  private boolean readsConstants(String op) {
    Set<String> constants = new TreeSet<>();
    for (NodeDef node : nodes) {
      boolean cast = Set.of("Cast", "Identity").contains(node.getOp());
      boolean moved = cast && constants.contains(DataFlow.nodeOf(DataFlow.inputs(node).get(0)));
      if (moved || node.getOp().equals("Const")) {
        constants.add(node.getName());
      }
    }
    return nodes.stream()
        .filter(n -> n.getOp().equals(op))
        .flatMap(n -> DataFlow.inputs(n).stream())
        .anyMatch(t -> constants.contains(DataFlow.nodeOf(t)));
  }

  private boolean reducesRowsAndColumns() {
    return nodes.stream()
        .filter(n -> n.getOp().equals("Const"))
        .map(n -> n.getAttrOrThrow("value").getTensor().getTensorShape())
        .anyMatch(s -> s.getDimCount() == 1 && s.getDim(0).getSize() == 2);
  }

  private int rank() {
    return shape.isUnknown() ? -1 : shape.numDimensions();
  }

  /** Names are made unique by a number where layers in several models are called alike. */
  private boolean has(String last, int rank) {
    return variables.stream()
        .filter(v -> v.shape().numDimensions() == rank)
        .map(v -> v.name().substring(v.name().lastIndexOf('/') + 1))
        .anyMatch(own -> own.equals(last) || own.matches(last + "_\\d+"));
  }
}
