package org.kerasgraft.data;

import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.kerasgraft.graph.DataFlow;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;

/** Numbers of a graph that depend on nothing: constants, and simple arithmetic with them. */
final class Constants {

  private static final Set<String> SAME =
      Set.of("Identity", "Cast", "Reshape", "ExpandDims", "Squeeze", "Snapshot", "StopGradient");
  private static final int CHANNELS = 3;

  private final DataFlow flow;
  private final Map<String, Optional<double[]>> known = new HashMap<>();

  Constants(DataFlow flow) {
    this.flow = flow;
  }

  /** Whether a tensor is a constant of any size and type. */
  boolean isConstant(String tensor) {
    return flow.node(DataFlow.nodeOf(tensor))
        .map(
            node ->
                node.getOp().equals("Const")
                    || (SAME.contains(node.getOp()) && isConstant(node.getInput(0))))
        .orElse(false);
  }

  /**
   * The value of a tensor of one number, or of three, one a channel.
   *
   * @param tensor {@code node:index}
   * @return one or three numbers; empty for anything else
   */
  Optional<double[]> perChannel(String tensor) {
    String name = DataFlow.nodeOf(tensor);
    Optional<double[]> value = known.get(name);
    if (value == null) {
      value = flow.node(name).flatMap(this::value);
      known.put(name, value);
    }
    return value;
  }

  private Optional<double[]> value(NodeDef node) {
    if (node.getOp().equals("Const")) {
      return numbers(node.getAttrOrThrow("value").getTensor());
    }
    List<String> inputs = DataFlow.inputs(node);
    if (inputs.isEmpty()) {
      return Optional.empty();
    }
    Optional<double[]> first = perChannel(inputs.get(0));
    if (first.isEmpty() || SAME.contains(node.getOp())) {
      return first;
    }
    return inputs.size() == 1
        ? unary(node.getOp(), first.get())
        : perChannel(inputs.get(1)).flatMap(second -> binary(node.getOp(), first.get(), second));
  }

  private static Optional<double[]> unary(String op, double[] x) {
    return switch (op) {
      case "Sqrt" -> Optional.of(Arrays.stream(x).map(Math::sqrt).toArray());
      case "Rsqrt" -> Optional.of(Arrays.stream(x).map(v -> 1 / Math.sqrt(v)).toArray());
      case "Reciprocal" -> Optional.of(Arrays.stream(x).map(v -> 1 / v).toArray());
      case "Neg" -> Optional.of(Arrays.stream(x).map(v -> -v).toArray());
      case "Square" -> Optional.of(Arrays.stream(x).map(v -> v * v).toArray());
      default -> Optional.empty();
    };
  }

  private static Optional<double[]> binary(String op, double[] x, double[] y) {
    double[] result = new double[Math.max(x.length, y.length)];
    for (int i = 0; i < result.length; i++) {
      double a = x[x.length == 1 ? 0 : i];
      double b = y[y.length == 1 ? 0 : i];
      switch (op) {
        case "Add", "AddV2" -> result[i] = a + b;
        case "Sub" -> result[i] = a - b;
        case "Mul" -> result[i] = a * b;
        case "RealDiv", "Div", "DivNoNan" -> result[i] = a / b;
        case "Maximum" -> result[i] = Math.max(a, b);
        case "Minimum" -> result[i] = Math.min(a, b);
        default -> {
          return Optional.empty();
        }
      }
    }
    return Optional.of(result);
  }

  /** One or three floats; a tensor whose values are all equal may hold one for all. */
  private static Optional<double[]> numbers(TensorProto tensor) {
    if (tensor.getDtype() != DataType.DT_FLOAT) {
      return Optional.empty();
    }
    long size = 1;
    for (var dimension : tensor.getTensorShape().getDimList()) {
      size *= dimension.getSize();
    }
    if (size != 1 && size != CHANNELS) {
      return Optional.empty();
    }
    double[] values = new double[(int) size];
    FloatBuffer content =
        tensor
            .getTensorContent()
            .asReadOnlyByteBuffer()
            .order(ByteOrder.LITTLE_ENDIAN)
            .asFloatBuffer();
    int stored = tensor.getFloatValCount();
    for (int i = 0; i < values.length; i++) {
      if (content.remaining() == values.length) {
        values[i] = content.get(i);
      } else if (stored > 0) {
        values[i] = tensor.getFloatVal(Math.min(i, stored - 1));
      } else {
        return Optional.empty();
      }
    }
    return Optional.of(values);
  }
}
