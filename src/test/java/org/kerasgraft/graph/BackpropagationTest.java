package org.kerasgraft.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.TensorFlow;
import org.tensorflow.internal.c_api.global.tensorflow;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

class BackpropagationTest {

  /** Those that are sources: nothing is behind them for a gradient to reach. */
  private static final Set<String> SOURCES =
      Set.of("Placeholder", "PlaceholderWithDefault", "VarHandleOp");

  @Test
  void theTablesOpsAreRegisteredWithTensorFlow() {
    TensorFlow.version(); // loads the native library
    Set<String> unregistered = new TreeSet<>(Backpropagation.differentiable());
    unregistered.addAll(Backpropagation.ending());
    unregistered.removeAll(SOURCES);
    unregistered.removeIf(tensorflow::TFJ_HasGradient);
    assertEquals(Set.of(), unregistered);
  }

  @ParameterizedTest
  @CsvSource({
    "DT_FLOAT, DT_HALF, FLOWS",
    "DT_BFLOAT16, DT_FLOAT, FLOWS",
    "DT_FLOAT, DT_INT32, STOPS",
    "DT_BOOL, DT_FLOAT, STOPS",
  })
  void castsCarryGradientsBetweenFloatsAlone(DataType from, DataType to, Backpropagation expected) {
    NodeDef cast =
        EqualNodes.node("Cast", "x")
            .putAttr("SrcT", EqualNodes.type(from))
            .putAttr("DstT", EqualNodes.type(to))
            .build();
    assertEquals(expected, Backpropagation.at(cast));
  }

  @ParameterizedTest
  @CsvSource({"Tanh, FLOWS", "Floor, STOPS", "Round, STOPS", "Atan2, MISSING", "While, MISSING"})
  void opsOutsideTheTableHaveNoGradient(String op, Backpropagation expected) {
    assertEquals(expected, Backpropagation.at(EqualNodes.node(op, "x").build()));
  }

  @Test
  void dilationsOfDepthwiseConvolutionsAreAHindrance() {
    AttrValue dilations =
        AttrValue.newBuilder()
            .setList(AttrValue.ListValue.newBuilder().addI(1).addI(2).addI(2).addI(1))
            .build();
    NodeDef node =
        EqualNodes.node("DepthwiseConv2dNative", "x").putAttr("dilations", dilations).build();
    assertEquals(Backpropagation.MISSING, Backpropagation.at(node));
    assertEquals("has dilations [1, 2, 2, 1]", Backpropagation.hindrance(node));
  }
}
