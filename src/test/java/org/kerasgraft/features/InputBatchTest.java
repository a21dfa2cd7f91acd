package org.kerasgraft.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.kerasgraft.data.Npy;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.junit.Values;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;

/** Rows of an array in the type that a network takes, unchanged or refused. */
class InputBatchTest {

  @TempDir private Path folder;

  private Npy integers(long... values) throws IOException {
    String header =
        "{'descr': '<i8', 'fortran_order': False, 'shape': (" + values.length / 2 + ", 2), }";
    ByteBuffer bytes =
        ByteBuffer.allocate(11 + header.length() + 8 * values.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put((byte) 0x93)
            .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
            .put(new byte[] {1, 0})
            .putShort((short) (header.length() + 1))
            .put((header + "\n").getBytes(StandardCharsets.US_ASCII));
    for (long value : values) {
      bytes.putLong(value);
    }
    return Npy.open(Files.write(folder.resolve("integers.npy"), bytes.array()));
  }

  @ParameterizedTest
  @EnumSource(names = {"DT_FLOAT", "DT_DOUBLE", "DT_UINT8", "DT_INT32", "DT_INT64"})
  void rowsBecomeATensorOfTheNetworksType(DataType dtype) throws IOException {
    try (Npy array = integers(0, 1, 2, 255, 4, 5)) {
      InputBatch batch = new InputBatch(dtype, Shape.of(2), 3);
      batch.add(array, 0);
      batch.clear();
      batch.add(array, 1);
      batch.add(array, 2);
      assertEquals(2, batch.size());
      try (Tensor tensor = batch.tensor(0, batch.size())) {
        assertEquals(dtype, tensor.dataType());
        assertEquals(Shape.of(2, 2), tensor.shape());
        assertArrayEquals(new float[] {2, 255, 4, 5}, Values.of(tensor).floats());
      }
      float[] floats = new float[4];
      System.arraycopy(batch.asFloats(), 0, floats, 0, 4);
      assertArrayEquals(new float[] {2, 255, 4, 5}, floats);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "DT_UINT8, 256",
    "DT_UINT8, -1",
    "DT_INT32, 2147483648",
    "DT_INT32, -2147483649",
  })
  void aValueBeyondTheTypeIsNamedWithItsRow(DataType dtype, long value) throws IOException {
    try (Npy array = integers(0, 1, value, 3)) {
      InputBatch batch = new InputBatch(dtype, Shape.of(2), 2);
      batch.add(array, 0);
      var refused = assertThrows(InvalidDataException.class, () -> batch.add(array, 1));
      assertTrue(
          refused.getMessage().contains("has " + value + " in row 1, which is no " + dtype),
          refused.getMessage());
      assertEquals(1, batch.size());
    }
  }

  @Test
  void moreThanAnArrayHoldsIsRefusedWithTheLargestBatch() {
    Shape images = Shape.of(224, 224, 3);
    var refused =
        assertThrows(
            UsageException.class, () -> new InputBatch(DataType.DT_FLOAT, images, 2_000_000));
    assertEquals("Give a --batch-size of 14266 or less.", refused.remedy());
  }

  @Test
  void anotherTypeIsRefused() {
    assertThrows(
        ModelRefusedException.class, () -> new InputBatch(DataType.DT_STRING, Shape.of(2), 1));
  }
}
