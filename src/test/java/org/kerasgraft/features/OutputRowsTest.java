package org.kerasgraft.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.junit.Values;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;

/** Whatever type a layer gives, features are float32 rows, one an input. */
class OutputRowsTest {

  private static final Values NUMBERS = Values.of(Shape.of(2, 3), 0, 1, 2, 3, 4, 5);

  @ParameterizedTest
  @EnumSource(names = {"DT_FLOAT", "DT_HALF", "DT_BFLOAT16", "DT_DOUBLE", "DT_INT32"})
  void numbersBecomeFloats(DataType dtype) {
    try (Tensor tensor = NUMBERS.tensor(dtype)) {
      assertEquals(dtype, tensor.dataType());
      assertEquals(Shape.of(3), OutputRows.rowShape("layer", tensor, 2));
      assertArrayEquals(NUMBERS.floats(), OutputRows.floats("layer", tensor));
    }
  }

  @Test
  void otherTypesAreRefused() {
    try (Tensor tensor = Values.of(Shape.of(2), 0, 1).tensor(DataType.DT_BOOL)) {
      var refused =
          assertThrows(ModelRefusedException.class, () -> OutputRows.floats("mask", tensor));
      assertTrue(
          refused.getMessage().contains("'mask' has the type DT_BOOL"), refused.getMessage());
    }
  }

  @Test
  void aTensorWithoutOneRowAnInputIsRefused() {
    assertRefused(NUMBERS, 3);
    assertRefused(Values.of(Shape.scalar(), 1), 1);
    assertRefused(Values.of(Shape.of(2, 0)), 2);
  }

  private static void assertRefused(Values values, int rows) {
    try (Tensor tensor = values.tensor()) {
      assertThrows(ModelRefusedException.class, () -> OutputRows.rowShape("layer", tensor, rows));
    }
  }
}
