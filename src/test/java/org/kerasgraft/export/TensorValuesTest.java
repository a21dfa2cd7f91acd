package org.kerasgraft.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.ModelRefusedException;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/** Values go into tensors of a model's own type, and floats come out again. */
class TensorValuesTest {

  private static final Shape SHAPE = Shape.of(2, 2);
  private static final float[] VALUES = {0, 1, 200, 255};

  @ParameterizedTest
  @EnumSource(names = {"DT_FLOAT", "DT_HALF", "DT_BFLOAT16"})
  void floatTypesGiveBackWhatTheyHold(DataType type) {
    try (Tensor tensor = TensorValues.of(type, SHAPE, VALUES)) {
      assertEquals(type, tensor.dataType());
      assertEquals(SHAPE, tensor.shape());
      assertArrayEquals(VALUES, TensorValues.floats(tensor));
      assertArrayEquals(new float[] {200, 255}, TensorValues.rows(tensor)[1]);
    }
  }

  @Test
  void bytesAreUnsigned() {
    try (TUint8 tensor = (TUint8) TensorValues.of(DataType.DT_UINT8, SHAPE, VALUES)) {
      assertEquals(200, tensor.getByte(1, 0) & 0xFF);
      assertEquals(255, tensor.getByte(1, 1) & 0xFF);
    }
  }

  @Test
  void wholeNumbersAndDoublesAreConverted() {
    try (TInt32 ints = (TInt32) TensorValues.of(DataType.DT_INT32, SHAPE, VALUES);
        TInt64 longs = (TInt64) TensorValues.of(DataType.DT_INT64, SHAPE, VALUES);
        TFloat64 doubles = (TFloat64) TensorValues.of(DataType.DT_DOUBLE, SHAPE, VALUES)) {
      assertEquals(200, ints.getInt(1, 0));
      assertEquals(200L, longs.getLong(1, 0));
      assertEquals(200.0, doubles.getDouble(1, 0));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "DT_UINT8, 0.5",
    "DT_UINT8, 256",
    "DT_UINT8, -1",
    "DT_INT32, 1.5",
    "DT_INT32, 3e9",
    "DT_INT64, 0.5",
    "DT_INT64, NaN"
  })
  void aValueThatAnIntegerTypeDoesNotHaveIsRefused(DataType type, float value) {
    var failure =
        assertThrows(
            InvalidDataException.class,
            () -> TensorValues.of(type, Shape.of(1), new float[] {value}));
    assertEquals(
        "The model takes " + type + ", of which " + value + " is none.", failure.getMessage());
  }

  @Test
  void otherTypesAreRefusedByName() {
    var failure =
        assertThrows(
            ModelRefusedException.class, () -> TensorValues.of(DataType.DT_STRING, SHAPE, VALUES));
    assertEquals("The model takes inputs of type DT_STRING.", failure.getMessage());
    try (Tensor ints = TensorValues.of(DataType.DT_INT32, SHAPE, VALUES)) {
      assertThrows(ModelRefusedException.class, () -> TensorValues.floats(ints));
    }
  }
}
