package org.kerasgraft.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/** The class of a layer from its ops, its variables and the rank of its output. */
class LayerTypeTest {

  private static NodeDef.Builder node(String op, String... inputs) {
    return NodeDef.newBuilder().setName("layer/" + op).setOp(op).addAllInput(List.of(inputs));
  }

  private static List<NodeDef> nodes(String ops) {
    return Arrays.stream(ops.split(" ")).map(op -> node(op, "before").build()).toList();
  }

  private static Shape shape(int rank) {
    long[] sizes = new long[rank];
    Arrays.fill(sizes, -1);
    return rank == 0 ? Shape.unknown() : Shape.of(sizes);
  }

  /** For example {@code kernel:4}: a variable's own name and its rank. */
  private static List<VariableSpec> variables(String text) {
    List<VariableSpec> variables = new ArrayList<>();
    for (String each : text.split(" ")) {
      String[] parts = each.split(":");
      variables.add(
          new VariableSpec(
              "layer/" + parts[0],
              DataType.DT_FLOAT,
              shape(Integer.parseInt(parts[1])),
              true,
              List.of()));
    }
    return variables;
  }

  private static String infer(List<NodeDef> nodes, List<VariableSpec> variables, int rank) {
    return LayerType.infer(nodes, variables, shape(rank)).orElse("-");
  }

  @ParameterizedTest
  @CsvSource({
    "FusedBatchNormV3, gamma:1 beta:1 moving_mean:1 moving_variance:1, BatchNormalization",
    "Mul AddV2 Rsqrt, moving_mean:1 moving_variance:1, BatchNormalization",
    "Mul AddV2, gamma:1 beta:1 moving_mean:1 moving_variance:1 more:1, -",
    "DepthwiseConv2dNative Conv2D, depthwise_kernel:4 pointwise_kernel:4, SeparableConv2D",
    "DepthwiseConv2dNative Conv2D BiasAdd, depthwise_kernel:4 pointwise_kernel:4 bias:1,"
        + " SeparableConv2D",
    "DepthwiseConv2dNative, depthwise_kernel:4, DepthwiseConv2D",
    "DepthwiseConv2dNative BiasAdd, kernel:4 bias:1, DepthwiseConv2D",
    "DepthwiseConv2dNative, filter:4, -",
    "Conv2DBackpropInput, kernel:4 bias:1, Conv2DTranspose",
    "Conv2DBackpropInput, filter:4, -",
    "Conv2D BiasAdd Relu, kernel:4 bias:1, Conv2D",
    "Conv2D, kernel_3:4, Conv2D",
    "Conv2D, kernel_x:4, -",
    "Conv2D, kernel:3, -",
    "MatMul BiasAdd, kernel:2 bias:1, Dense",
    "MatMul, kernel:3, -",
    "MatMul BiasAdd, kernel:2 bias:1 more:1, -",
    "Mean Mul AddV2, gamma:1 beta:1, LayerNormalization",
    "Reshape FusedBatchNormV3, gamma:1 beta:1, LayerNormalization",
    "Reshape Mean Mul, gamma:1 beta:1, -",
    "Mul, gamma:1, -",
    "ResourceGather, embeddings:2, Embedding",
    "ResourceGather, table:2, -",
  })
  void weightsTell(String ops, String variables, String expected) {
    assertEquals(expected, infer(nodes(ops), variables(variables), 4));
  }

  @ParameterizedTest
  @CsvSource({
    "MaxPool, 4, MaxPooling2D",
    "MaxPool, 3, -",
    "AvgPool, 4, AveragePooling2D",
    "AvgPool, 0, -",
    "Mean, 2, -",
    "Max, 2, -",
    "Pad, 4, ZeroPadding2D",
    "PadV2, 4, ZeroPadding2D",
    "Pad, 3, -",
    "AddV2, 4, Add",
    "AddN, 4, Add",
    "Add Identity, 4, Add",
    "Sub, 4, Subtract",
    "Mul Cast, 4, Multiply",
    "Maximum, 4, Maximum",
    "Minimum, 4, Minimum",
    "ConcatV2 Const, 4, Concatenate",
    "Sigmoid, 2, Activation",
    "Tanh, 2, Activation",
    "Selu, 2, Activation",
    "Relu, 2, -",
    "Sigmoid Mul, 4, Activation",
    "Reshape, 2, Flatten",
    "Reshape, 3, Reshape",
    "Reshape, 0, -",
    "Shape StridedSlice Pack Reshape, 3, Reshape",
    "Shape StridedSlice Pack Reshape, 2, -",
    "Shape StridedSlice, 3, -",
    "Relu Tanh, 4, -",
  })
  void withoutWeightsTheOpsTell(String ops, int rank, String expected) {
    assertEquals(expected, infer(nodes(ops), List.of(), rank));
  }

  private static NodeDef axes(int count) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(count));
    TensorProto.Builder tensor = TensorProto.newBuilder().setTensorShape(shape);
    return node("Const").putAttr("value", AttrValue.newBuilder().setTensor(tensor).build()).build();
  }

  @ParameterizedTest
  @CsvSource({
    "Mean, 2, GlobalAveragePooling2D",
    "Max, 2, GlobalMaxPooling2D",
    "Mean, 1, -",
    "Max, 3, -",
  })
  void poolingIsGlobalIfTwoAxesGo(String op, int count, String expected) {
    List<NodeDef> nodes = List.of(axes(count), node(op, "before", "layer/Const").build());
    assertEquals(expected, infer(nodes, List.of(), 2));
  }

  @Test
  void constantsOfItsOwnMakeAnOpNoMergeLayer() {
    NodeDef constant = node("Const").build();
    NodeDef cast = node("Cast", "layer/Const").build();
    NodeDef times = node("Mul", "before", "layer/Cast").build();
    NodeDef plus = node("AddV2", "layer/Mul", "layer/Const").build();
    assertEquals("Rescaling", infer(List.of(constant, cast, times, plus), List.of(), 4));
    assertEquals("-", infer(List.of(constant, cast, times), List.of(), 4));
    assertEquals(
        "-", infer(List.of(constant, node("Sub", "x", "layer/Const").build()), List.of(), 4));
    assertEquals(
        "-", infer(List.of(constant, node("Add", "x", "layer/Const").build()), List.of(), 4));
    NodeDef gated = node("AddV2", "layer/Mul", "other").build();
    assertEquals("-", infer(List.of(constant, cast, times, gated), List.of(), 4));
    NodeDef scaled = node("Mul", "before", "other").build();
    assertEquals("-", infer(List.of(constant, scaled, plus), List.of(), 4));
  }
}
