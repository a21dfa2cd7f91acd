package org.kerasgraft.export;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kerasgraft.export.WeightsLayout.StoredVariable;
import org.kerasgraft.graph.Layer;
import org.kerasgraft.savedmodel.TensorSpec;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;

class KerasClassTest {

  private static List<StoredVariable> variables(String names) {
    return Arrays.stream(names.split(" ", -1))
        .map(n -> new StoredVariable("outer/layer/" + n, n, DataType.DT_FLOAT, true))
        .toList();
  }

  @ParameterizedTest
  @CsvSource({
    "bn, gamma beta moving_mean moving_variance, BatchNormalization",
    "bn, moving_mean moving_variance, BatchNormalization",
    "norm, mean variance count, Normalization",
    "sep, depthwise_kernel pointwise_kernel bias, SeparableConv2D",
    "act, alpha, PReLU",
    "stage_0_layer_scale, variable_7, LayerScale",
    "stem_layernorm, gamma beta, LayerNormalization",
  })
  void someClassesAreToldByTheirVariables(String name, String variables, String expected) {
    assertEquals(
        Optional.of(expected), KerasClass.of(name, variables(variables), Optional.empty()));
  }

  @ParameterizedTest
  @CsvSource({
    "scale, variable_7",
    "stage_0_layer_scale, gamma",
    "depthwise, depthwise_kernel",
    "group_norm, gamma beta",
    "norm, mean variance"
  })
  void othersOnlyByTheGraph(String name, String variables) {
    assertEquals(Optional.empty(), KerasClass.of(name, variables(variables), Optional.empty()));
    TensorSpec tensor = new TensorSpec("t:0", DataType.DT_FLOAT, Shape.of(1));
    Layer layer = Layer.calledOnce(name, Optional.of("Dense"), tensor, List.of(), true);
    assertEquals(
        Optional.of("Dense"), KerasClass.of(name, variables(variables), Optional.of(layer)));
  }

  @Test
  void groupsAreNamedAsKerasDoes() { // keras/src/utils/naming.py
    assertEquals("depthwise_conv2d", KerasClass.snakeCase("DepthwiseConv2D"));
    assertEquals("conv2d", KerasClass.snakeCase("Conv2D"));
    assertEquals("p_re_lu", KerasClass.snakeCase("PReLU"));
    assertEquals("batch_normalization", KerasClass.snakeCase("BatchNormalization"));
    assertEquals("sequential", KerasClass.snakeCase("Sequential"));
  }
}
