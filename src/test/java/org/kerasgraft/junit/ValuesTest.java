package org.kerasgraft.junit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kerasgraft.junit.Messages.assertContains;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.kerasgraft.error.InvalidDataException;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TString;

/** Arrays of every type go to tensors and come back. */
class ValuesTest {

  @ParameterizedTest
  @EnumSource(
      names = {
        "DT_FLOAT",
        "DT_DOUBLE",
        "DT_HALF",
        "DT_BFLOAT16",
        "DT_INT32",
        "DT_INT64",
        "DT_UINT8",
        "DT_BOOL"
      })
  void zeroAndOneArriveInEveryType(DataType dtype) {
    Values values = Values.of(Shape.of(1, 2), 0, 1);
    try (Tensor tensor = values.tensor(dtype)) {
      assertEquals(dtype, tensor.dataType());
      Values back = Values.of(tensor);
      assertArrayEquals(new float[] {0, 1}, back.floats());
      boolean real = back.dtype() == DataType.DT_FLOAT || back.dtype() == DataType.DT_DOUBLE;
      assertEquals(!real, back.isInteger());
      String one = real ? "1.0" : dtype == DataType.DT_BOOL ? "true" : "1";
      assertEquals(one, back.text(1));
    }
  }

  @ParameterizedTest
  @CsvSource({"DT_UINT8, 300", "DT_UINT8, -1", "DT_INT32, 0.5", "DT_INT64, 1.5", "DT_BOOL, 256"})
  void whatATypeCannotHoldIsNamedWithItsPlace(DataType dtype, float value) {
    Values values = Values.of(Shape.of(2), 1, value);
    var refused = assertThrows(InvalidDataException.class, () -> values.tensor(dtype));
    assertContains(Float.toString(value) + " at [1] is no ", refused.getMessage());
  }

  @Test
  void stringsAreNoValues() {
    try (Tensor text = TString.scalarOf("a")) {
      assertContains(
          "Values of type string",
          assertThrows(InvalidDataException.class, () -> Values.of(text)).getMessage());
    }
    assertThrows(
        InvalidDataException.class, () -> Values.of(Shape.of(1), 1).tensor(DataType.DT_STRING));
  }

  @Test
  void shapesMustBeFilled() {
    assertThrows(IllegalArgumentException.class, () -> Values.of(Shape.of(3), 1, 2));
    assertThrows(IllegalArgumentException.class, () -> Values.of(new float[][] {{1}, {1, 2}}));
    assertEquals("float32 (0, 0)", Values.of(new float[0][]).toString());
  }

  @Test
  void equalityIsOfTypeShapeAndBits() {
    Values values = Values.of(Shape.of(2), 1, 0);
    assertEquals(values, Values.of(Shape.of(2), 1, 0));
    assertEquals(values.hashCode(), Values.of(Shape.of(2), 1, 0).hashCode());
    assertNotEquals(values, Values.of(Shape.of(1, 2), 1, 0));
    assertNotEquals(values, Values.of(Shape.of(2), 1, -0f));
    assertNotEquals(values, values.minus(Values.of(Shape.of(2), 0, 0)));
    assertFalse(values.equals("1, 0"));
    assertTrue(values.sameBits(values));
  }

  @Test
  void rowsAreTakenRoundAgain() {
    Values two = Values.of(Shape.of(2, 2), 1, 2, 3, 4);
    assertEquals(Values.of(Shape.of(1, 2), 1, 2), two.rows(1));
    assertEquals(Values.of(Shape.of(3, 2), 1, 2, 3, 4, 1, 2), two.rows(3));
  }
}
