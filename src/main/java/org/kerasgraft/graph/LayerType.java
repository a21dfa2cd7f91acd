package org.kerasgraft.graph;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.NodeDef;

/** Infers a layer's Keras class from the ops in its scope; nothing where that would be a guess. */
final class LayerType {

  /** Ops that move values around without saying what a layer is. */
  private static final Set<String> SILENT =
      Set.of("Const", "ReadVariableOp", "Identity", "Cast", "Squeeze", "ExpandDims");

  /** Ops that compute shapes. */
  private static final Set<String> SHAPING =
      Set.of("Shape", "StridedSlice", "Pack", "Prod", "GatherV2", "ConcatV2", "Mul");

  private final Set<String> ops = new TreeSet<>();
  private final List<VariableSpec> variables;
  private final Shape shape;

  private LayerType(Collection<NodeDef> nodes, List<VariableSpec> variables, Shape shape) {
    nodes.forEach(n -> ops.add(n.getOp()));
    ops.removeAll(SILENT);
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
    return variables.isEmpty() ? type.weightless() : type.weighted();
  }

  private Optional<String> weighted() {
    if (ops.contains("FusedBatchNormV3") || hasVariable("moving_variance")) {
      return Optional.of("BatchNormalization");
    }
    if (hasVariable("depthwise_kernel") && hasVariable("pointwise_kernel")) {
      return Optional.of("SeparableConv2D");
    }
    if (ops.contains("DepthwiseConv2dNative")) {
      return only("Conv2D") ? Optional.empty() : Optional.of("DepthwiseConv2D");
    }
    if (ops.contains("Conv2DBackpropInput")) {
      return Optional.of("Conv2DTranspose");
    }
    boolean kernel = hasVariable("kernel");
    if (kernel && ops.contains("Conv2D")) {
      return Optional.of("Conv2D");
    }
    if (kernel && ops.contains("MatMul") && variables.size() <= 2) {
      return Optional.of("Dense");
    }
    if (hasVariable("gamma") && hasVariable("beta") && !hasVariable("kernel")) {
      return Optional.of("LayerNormalization");
    }
    return hasVariable("embeddings") ? Optional.of("Embedding") : Optional.empty();
  }

  private Optional<String> weightless() {
    if (only("MaxPool")) {
      return Optional.of("MaxPooling2D");
    } else if (only("AvgPool")) {
      return Optional.of("AveragePooling2D");
    } else if (only("Mean")) {
      return rank() == 2 || rank() == 4 ? Optional.of("GlobalAveragePooling2D") : Optional.empty();
    } else if (only("Max")) {
      return rank() == 2 || rank() == 4 ? Optional.of("GlobalMaxPooling2D") : Optional.empty();
    } else if (only("Pad") || only("PadV2")) {
      return Optional.of("ZeroPadding2D");
    } else if (only("AddV2") || only("AddN") || only("Add")) {
      return Optional.of("Add");
    } else if (only("ConcatV2")) {
      return Optional.of("Concatenate");
    } else if (only("Relu6")) {
      return Optional.of("ReLU");
    } else if (isActivation()) {
      return Optional.of("Activation");
    } else if (ops.equals(Set.of("Mul", "AddV2"))) {
      return Optional.of("Rescaling");
    } else if (only("Mul")) {
      return Optional.of("Multiply");
    } else if (isReshape()) {
      return Optional.of(rank() == 2 ? "Flatten" : "Reshape");
    }
    return Optional.empty();
  }

  private boolean isActivation() {
    return only("Relu")
        || only("Softmax")
        || only("Sigmoid")
        || only("Tanh")
        || only("Elu")
        || only("Selu")
        || ops.equals(Set.of("Sigmoid", "Mul"));
  }

  private boolean isReshape() {
    Set<String> rest = new TreeSet<>(ops);
    rest.removeAll(SHAPING);
    return rest.equals(Set.of("Reshape")) && rank() >= 0;
  }

  private int rank() {
    return shape.isUnknown() ? -1 : shape.numDimensions();
  }

  private boolean only(String op) {
    return ops.size() == 1 && ops.contains(op);
  }

  private boolean hasVariable(String last) {
    return variables.stream()
        .map(v -> v.name().substring(v.name().lastIndexOf('/') + 1))
        .anyMatch(own -> own.equals(last) || own.matches(last + "_\\d+"));
  }
}
