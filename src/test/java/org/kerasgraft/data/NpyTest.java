package org.kerasgraft.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.MissingInputException;
import org.kerasgraft.leaks.OpenResources;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;

class NpyTest {

  private static final Path GOLDENS = Path.of("src/test/resources/golden/npy");

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "f2",
        "f4",
        "f8",
        "i1",
        "i2",
        "i4",
        "i8",
        "u1",
        "u2",
        "u4",
        "u8",
        "bool",
        "f4-fortran",
        "i4-fortran",
        "f2-big",
        "f4-big",
        "f8-big",
        "i2-big",
        "i8-big",
        "f4-v2",
        "f4-v3"
      })
  void everyTypeOrderAndVersionOfNumpyIsRead(String name) {
    try (Npy array = Npy.open(GOLDENS.resolve(name + ".npy"))) {
      assertEquals(3, array.count());
      assertEquals(Shape.of(2, 4), array.rowShape());
      for (int row = 0; row < 3; row++) {
        float[] values = new float[10];
        array.read(row, values, 1);
        for (int i = 0; i < 8; i++) {
          assertEquals(expected(name, row * 8 + i), values[i + 1], 0f, name + " " + row + "," + i);
        }
      }
    }
  }

  private static float expected(String name, int i) {
    return switch (name.charAt(0)) {
      case 'f' -> (i - 12) / 4f;
      case 'i' -> i - 12;
      case 'u' -> i;
      default -> i % 3 == 0 ? 1 : 0;
    };
  }

  @Test
  void elementsAreFoundAcrossMappedPieces() {
    for (int piece = 8; piece <= 64; piece += 8) {
      for (String name : new String[] {"f4", "f4-fortran", "f8", "f2-big"}) {
        try (Npy array = Npy.open(GOLDENS.resolve(name + ".npy"), piece)) {
          float[] values = new float[8];
          array.read(2, values, 0);
          assertEquals((23 - 12) / 4f, values[7], 0f, name + " in pieces of " + piece);
          assertEquals((16 - 12) / 4f, values[0], 0f, name + " in pieces of " + piece);
        }
      }
    }
  }

  @Test
  void whatIsWrittenIsReadBack() throws IOException {
    Path file = folder.resolve("x.npy");
    try (NpyWriter writer = NpyWriter.create(file, Shape.of(2, 20_000))) {
      float[] row = new float[40_001];
      for (int r = 0; r < 3; r++) {
        Arrays.fill(row, r + 0.5f);
        row[1] = -r;
        writer.append(row, 1);
      }
      assertEquals(3, writer.rows());
    }
    assertEquals(128 + 3 * 40_000 * 4, Files.size(file));
    try (Npy array = Npy.open(file)) {
      assertEquals(3, array.count());
      assertEquals(Shape.of(2, 20_000), array.rowShape());
      assertEquals(DataType.DT_FLOAT, array.dtype());
      float[] values = new float[40_000];
      array.read(2, values, 0);
      assertEquals(-2f, values[0]);
      assertEquals(2.5f, values[39_999]);
    }
  }

  @Test
  void anEmptyArrayHasNoRows() {
    Path file = folder.resolve("x.npy");
    NpyWriter.create(file, Shape.of(7)).close();
    try (Npy array = Npy.open(file)) {
      assertEquals(0, array.count());
      assertThrows(IndexOutOfBoundsException.class, () -> array.read(0, new float[7], 0));
    }
  }

  @Test
  void theHeaderIsNumpysOwnForm() {
    String text = new String(NpyHeader.float32(12, new long[] {4, 5}), StandardCharsets.ISO_8859_1);
    assertTrue(
        text.contains("{'descr': '<f4', 'fortran_order': False, 'shape': (12, 4, 5), }"), text);
    assertTrue(text.endsWith("\n"));
    assertEquals(0, text.length() % 64);
    assertEquals(text.length(), NpyHeader.float32(Long.MAX_VALUE, new long[] {4, 5}).length);
  }

  /** Else a text of many beginnings of a shape is gone over once for each. */
  @Test
  void aHeaderIsBounded() {
    String rest = "'descr': '<f4', 'fortran_order': False, 'shape': (";
    assertEquals(Shape.of(7), NpyHeader.parse("{" + rest + " ".repeat(1990) + "7,)}", "x").shape());
    for (String shape : new String[] {" ".repeat(2001) + "7,)}", "(7,))", "'shape': (7,)"}) {
      assertThrows(
          InvalidDataException.class, () -> NpyHeader.parse("{" + rest + shape, "x"), shape);
    }
    byte[] start = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0, 0, 0, 1, 0};
    assertEquals(1 << 16, NpyHeader.preamble(start, "x").length());
    start[8] = 1;
    assertThrows(InvalidDataException.class, () -> NpyHeader.preamble(start, "x"));
  }

  @Test
  void structuredTypesAreRefused() {
    String type =
        "{'descr': [('descr', '<f4'), ('b', '<i4')], 'fortran_order': False, 'shape': (1,)}";
    assertThrows(InvalidDataException.class, () -> NpyHeader.parse(type, "x"));
  }

  @Test
  void halvesConvertExactly() {
    assertEquals(65504f, NpyType.halfToFloat((short) 0x7bff));
    assertEquals(0x1p-24f, NpyType.halfToFloat((short) 0x0001));
    assertEquals(-2f, NpyType.halfToFloat((short) 0xc000));
    assertEquals(Float.NEGATIVE_INFINITY, NpyType.halfToFloat((short) 0xfc00));
    assertTrue(Float.isNaN(NpyType.halfToFloat((short) 0x7e00)));
  }

  @Test
  void aFileCutAnywhereIsRefusedByName() throws IOException {
    byte[] whole = Files.readAllBytes(GOLDENS.resolve("f4.npy"));
    Path file = folder.resolve("cut.npy");
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      InvalidDataException e = assertThrows(InvalidDataException.class, () -> Npy.open(file));
      assertTrue(e.getMessage().contains("cut.npy"), e.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 0), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (x,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 9), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 4294967296, 4294967296), }",
        "{'descr': '<f4', 'shape': (1,), }",
        "garbage"
      })
  void anUnusableHeaderIsInvalidData(String dictionary) throws IOException {
    byte[] text = dictionary.getBytes(StandardCharsets.UTF_8);
    byte[] bytes = Arrays.copyOf(NpyHeader.float32(1, new long[] {1}), 10 + text.length + 64);
    bytes[8] = (byte) text.length;
    bytes[9] = 0;
    System.arraycopy(text, 0, bytes, 10, text.length);
    Path file = Files.write(folder.resolve("odd.npy"), bytes);
    assertThrows(InvalidDataException.class, () -> Npy.open(file));
  }

  @Test
  void anAbsentFileIsMissingInput() {
    assertThrows(MissingInputException.class, () -> Npy.open(folder.resolve("none.npy")));
  }

  @Test
  void aClosedArraySaysSo() {
    Npy array = Npy.open(GOLDENS.resolve("f4.npy"));
    array.close();
    array.close();
    assertThrows(IllegalStateException.class, () -> array.read(0, new float[8], 0));
  }

  /** On the disk's side nothing is held then, and no reader is cut off while it reads. */
  @Test
  void closingUnmapsTheFileOnceItsReadersHaveRead() throws Exception {
    Path file = folder.toRealPath().resolve("read.npy");
    Files.copy(GOLDENS.resolve("f4.npy"), file);
    OpenResources before = OpenResources.now();
    for (int i = 0; i < 20; i++) {
      Npy array = Npy.open(file);
      CountDownLatch reading = new CountDownLatch(4);
      List<Thread> readers =
          IntStream.range(0, 4).mapToObj(r -> new Thread(() -> read(array, reading))).toList();
      readers.forEach(Thread::start);
      reading.await();
      array.close();
      for (Thread reader : readers) {
        reader.join();
      }
      assertEquals(List.of(), OpenResources.now().since(before));
    }
  }

  /** Reads until the array is closed. */
  private static void read(Npy array, CountDownLatch reading) {
    float[] row = new float[8];
    try {
      while (true) {
        array.read(1, row, 0);
        reading.countDown();
      }
    } catch (IllegalStateException closed) {
      return;
    }
  }

  @Test
  void integersAreReadExactly() {
    try (Npy array = Npy.open(GOLDENS.resolve("i8-big.npy"))) {
      long[] values = new long[8];
      array.readIntegers(0, values, 0);
      assertArrayEquals(new long[] {-12, -11, -10, -9, -8, -7, -6, -5}, values);
    }
  }
}
