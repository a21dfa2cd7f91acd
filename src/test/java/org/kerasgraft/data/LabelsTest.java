package org.kerasgraft.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kerasgraft.error.InvalidDataException;
import org.tensorflow.ndarray.Shape;

class LabelsTest {

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({"|u1,'(3,)'", "|u1,'(3, 1)'", "|b1,'(3,)'"})
  void anyIntegerTypeOfOneColumnIsRead(String descriptor, String shape) throws IOException {
    Labels labels = Labels.read(file(descriptor, shape, new byte[] {1, 0, 1}));
    assertArrayEquals(new int[] {1, 0, 1}, labels.values());
    assertEquals(2, labels.classes());
  }

  @Test
  void wideIntegersAreReadToo() throws IOException {
    byte[] bytes = {0, 0, 0, 0, 0, 0, 0, 5};
    assertArrayEquals(new int[] {5}, Labels.read(file(">i8", "(1,)", bytes)).values());
  }

  @ParameterizedTest
  @CsvSource({"<f4,'(1,)'", "|u1,'(2, 2)'", "|u1,'(1, 1, 1)'", "|i1,'(4,)'", "<i4,'(1,)'"})
  void floatsWrongShapesAndNegativesAreRefused(String descriptor, String shape) throws IOException {
    Path file = file(descriptor, shape, new byte[] {-1, -1, -1, -1});
    InvalidDataException e = assertThrows(InvalidDataException.class, () -> Labels.read(file));
    assertTrue(e.explain().contains("y.npy"), e.explain());
  }

  @Test
  void lengthsThatDifferAreNamed() {
    RowSource rows = RowSource.of(new float[6], Shape.of(2));
    Labels labels = new Labels("y.npy", new int[] {0, 1});
    InvalidDataException e =
        assertThrows(InvalidDataException.class, () -> labels.pairWith(rows, "x.npy"));
    assertEquals("'x.npy' has 3 rows, but 'y.npy' has 2 labels.", e.getMessage());
    assertEquals(3, new Labels("y", new int[] {0, 1, 0}).pairWith(rows, "x").rows().count());
  }

  private Path file(String descriptor, String shape, byte[] data) throws IOException {
    String text =
        "{'descr': '" + descriptor + "', 'fortran_order': False, 'shape': " + shape + ", }\n";
    byte[] bytes = new byte[10 + text.length() + data.length];
    System.arraycopy(NpyHeader.float32(0, new long[0]), 0, bytes, 0, 10);
    bytes[8] = (byte) text.length();
    byte[] header = text.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(header, 0, bytes, 10, header.length);
    System.arraycopy(data, 0, bytes, 10 + header.length, data.length);
    return Files.write(folder.resolve("y.npy"), bytes);
  }
}
