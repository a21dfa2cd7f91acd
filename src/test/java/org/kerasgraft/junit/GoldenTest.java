package org.kerasgraft.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kerasgraft.data.Npz;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.MissingInputException;
import org.kerasgraft.error.UnknownNameException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;

/** Golden files, those of NumPy among them (written by {@code make_npy_goldens.py}). */
class GoldenTest {

  private static final Path RESOURCES = Path.of("src/test/resources/golden");
  private static final Path VGG = RESOURCES.resolve("tiny-vgg-keras3.npz");

  @TempDir private Path folder;

  /** Zips some of NumPy's own array files, as {@code numpy.savez} does. */
  private Path zip(Map<String, byte[]> members) throws IOException {
    Path file = folder.resolve("golden.npz");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (Map.Entry<String, byte[]> member : members.entrySet()) {
        zip.putNextEntry(new ZipEntry(member.getKey()));
        zip.write(member.getValue());
      }
    }
    return file;
  }

  private static byte[] array(String name) throws IOException {
    return Files.readAllBytes(RESOURCES.resolve("npy").resolve(name + ".npy"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"stored.npz", "deflated.npz"})
  void everyTypeAndOrderOfNumPyIsRead(String file) {
    Map<String, Npz.Member> arrays = Npz.read(RESOURCES.resolve("npz").resolve(file));
    assertEquals(
        Set.of("a/b/f2", "f4", "f8-fortran", "i4-big", "i8", "u1", "bool", "scalar", "empty"),
        arrays.keySet());
    float[] counted = {0, 1, 2, 3, 4, 5};
    Values expected = Values.of(Shape.of(2, 3), counted);
    assertEquals(expected, Values.of(arrays.get("a/b/f2")));
    assertEquals(expected, Values.of(arrays.get("f4")));
    for (String name : List.of("f8-fortran", "i4-big", "i8", "u1")) {
      Values values = Values.of(arrays.get(name));
      for (int i = 0; i < 6; i++) {
        assertEquals(i, values.get(i), name);
      }
    }
    assertEquals(DataType.DT_DOUBLE, arrays.get("f8-fortran").dtype());
    assertEquals("int32 (2, 3)", Values.of(arrays.get("i4-big")).toString());
    assertEquals("true", Values.of(arrays.get("bool")).text(1));
    assertEquals("float32 ()", Values.of(arrays.get("scalar")).toString());
    assertEquals(7, Values.of(arrays.get("scalar")).get(0));
    assertEquals(0, Values.of(arrays.get("empty")).size());
  }

  @Test
  void inputsAndLayersAreToldApartByTheirNames() throws IOException {
    Golden golden =
        Golden.read(
            zip(
                Map.of(
                    "input/a.npy", array("f4"),
                    "input/b.npy", array("i4"),
                    "output/outer/inner.npy", array("f8"),
                    "gradient/inner/kernel.npy", array("f2"))));
    assertEquals(Set.of("a", "b"), golden.inputs().keySet());
    assertEquals(Set.of("outer/inner"), golden.outputs().keySet());
    assertEquals(DataType.DT_FLOAT, golden.gradient("inner/kernel").dtype());
    assertThrows(InvalidDataException.class, golden::input);
  }

  @Test
  void unknownNamesAreAnsweredWithNearOnes() {
    Golden golden = Golden.read(VGG);
    var layer = assertThrows(UnknownNameException.class, () -> golden.output("block5_pol"));
    assertEquals("block5_pool", layer.near().get(0));
    var glob = assertThrows(UnknownNameException.class, () -> golden.only("block9_*"));
    assertTrue(glob.explain().contains("block4_pool"), glob.explain());
    assertThrows(UnknownNameException.class, () -> golden.gradient("fc1/kernel"));
  }

  @Test
  void someLayersAndOtherBoundsAreDerived() {
    Golden golden = Golden.read(VGG);
    assertEquals(Tolerance.KERAS, golden.tolerance());
    Golden some = golden.only("block5_*", "fc1").within(Tolerance.HALF_PRECISION);
    assertEquals(Set.of("block5_conv3", "block5_pool", "fc1"), some.outputs().keySet());
    assertEquals(Tolerance.HALF_PRECISION, some.tolerance());
    assertEquals(8, golden.outputs().size());
  }

  @Test
  void whatIsNoGoldenIsRefusedByName() throws IOException {
    Path absent = folder.resolve("absent.npz");
    assertThrows(MissingInputException.class, () -> Golden.read(absent));
    Path text = Files.writeString(folder.resolve("text.npz"), "no zip");
    assertRefused(text, "no readable .npz");
    assertRefused(zip(Map.of("input/a.npy", array("f4"))), "holds no output");
    assertRefused(zip(Map.of("output/a.npy", array("f4"))), "holds no input");
    assertRefused(zip(Map.of("block5_pool.npy", array("f4"))), "holds an array 'block5_pool'");
    assertRefused(
        zip(Map.of("input/a.txt", "x".getBytes(StandardCharsets.UTF_8))), "no .npy member");
    byte[] whole = array("f4");
    for (int length : new int[] {0, 5, 11, 60, whole.length - 1}) {
      assertRefused(zip(Map.of("input/a.npy", Arrays.copyOf(whole, length))), "input/a.npy");
    }
  }

  private static void assertRefused(Path file, String reason) {
    var refused = assertThrows(InvalidDataException.class, () -> Golden.read(file));
    assertTrue(refused.getMessage().contains(reason), refused.getMessage());
  }

  @Test
  void tolerancesAreWhatTheirNamesSay() {
    assertEquals(new Tolerance(5e-5, 5e-4), Tolerance.KERAS);
    assertEquals(new Tolerance(1e-5, 1e-4), Tolerance.SAME_GRAPH);
    assertEquals(new Tolerance(2e-2, 0.2), Tolerance.HALF_PRECISION);
    assertThrows(IllegalArgumentException.class, () -> Tolerance.of(-1e-5));
    assertThrows(IllegalArgumentException.class, () -> new Tolerance(Double.NaN, 0));
    assertThrows(IllegalArgumentException.class, () -> new Tolerance(0, 1));
  }
}
