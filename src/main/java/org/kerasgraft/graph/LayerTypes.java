package org.kerasgraft.graph;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.NodeDef;

/** The Keras class of a layer, told from its ops where the file holds no classes. */
final class LayerTypes {

  /** Ops that say nothing about the class. */
  private static final Set<String> NEUTRAL =
      Set.of("Const", "Identity", "ReadVariableOp", "Shape", "StridedSlice", "Pack", "Cast");

  private LayerTypes() {}

  /** The class, or empty when the ops leave more than one answer. */
  static Optional<String> of(List<NodeDef> nodes, Shape output) {
    Set<String> ops = new HashSet<>();
    nodes.forEach(node -> ops.add(node.getOp()));
    ops.removeAll(NEUTRAL);
    if (ops.contains("DepthwiseConv2dNative")) {
      return Optional.of(ops.contains("Conv2D") ? "SeparableConv2D" : "DepthwiseConv2D");
    }
    if (ops.contains("Conv2D")) {
      return Optional.of("Conv2D");
    }
    if (ops.contains("MatMul")) {
      return Optional.of("Dense");
    }
    if (ops.contains("FusedBatchNormV3") || (ops.contains("Rsqrt") && ops.contains("Sub"))) {
      return Optional.of("BatchNormalization");
    }
    return ops.size() == 1 ? single(ops.iterator().next(), output) : Optional.empty();
  }

  private static Optional<String> single(String op, Shape output) {
    boolean flat = !output.isUnknown() && output.numDimensions() == 2;
    return Optional.ofNullable(
        switch (op) {
          case "MaxPool" -> "MaxPooling2D";
          case "AvgPool" -> "AveragePooling2D";
          case "Mean" -> flat ? "GlobalAveragePooling2D" : null;
          case "Max" -> flat ? "GlobalMaxPooling2D" : null;
          case "Reshape" -> flat ? "Flatten" : "Reshape";
          case "Pad", "PadV2" -> "ZeroPadding2D";
          case "ConcatV2" -> "Concatenate";
          case "Softmax" -> "Softmax";
          default -> null;
        });
  }
}
