package org.kerasgraft.backbone;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.savedmodel.ImportedModel;
import org.kerasgraft.savedmodel.ModelFormat;
import org.kerasgraft.savedmodel.SavedModelReader;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.proto.SavedModel;

/** What TensorFlow 2.4 to 2.21 wrote, read and run as the version that wrote it ran it. */
class TensorFlowVersionsTest {

  /** The same float32 formulas, in other kernels: of probabilities, so absolute. */
  private static final float TOLERANCE = 2e-6f;

  @TempDir private Path temporary;

  static List<Fixture> versions() throws IOException {
    return Fixture.all();
  }

  private static int minor(Fixture fixture) {
    return Integer.parseInt(fixture.directory().getFileName().toString().substring(5));
  }

  @Test
  void eachVersionIsThere() throws IOException {
    assertEquals(
        Stream.iterate(4, v -> v + 1).limit(18).toList(),
        versions().stream().map(TensorFlowVersionsTest::minor).sorted().toList());
  }

  @ParameterizedTest
  @MethodSource("versions")
  void itsOutputIsThatOfTheVersionThatWroteIt(Fixture fixture) throws IOException {
    assertArrayEquals(fixture.expected(), fixture.run(fixture.model()), TOLERANCE);
  }

  @ParameterizedTest
  @MethodSource("versions")
  void formatVersionVariablesAndFrozenLayersAreRead(Fixture fixture) {
    ImportedModel model = SavedModelReader.read(fixture.model());
    assertEquals(
        minor(fixture) < 16 ? ModelFormat.KERAS_2_SAVED_MODEL : ModelFormat.KERAS_3_EXPORT,
        model.format());
    assertTrue(model.tensorflowVersion().startsWith("2." + minor(fixture) + "."));
    assertEquals(10, model.variables().size());
    assertEquals(
        List.of(
            "classes/bias",
            "classes/kernel",
            "conv/bias",
            "conv/kernel",
            "norm/beta",
            "norm/gamma"),
        model.variables().stream()
            .filter(VariableSpec::trainable)
            .map(VariableSpec::name)
            .sorted()
            .toList());
  }

  @ParameterizedTest
  @MethodSource("versions")
  void aChangeThatTheFingerprintKnowsIsRefused(Fixture fixture) throws IOException {
    Path copy = copy(fixture.model());
    boolean fingerprint = minor(fixture) >= 11;
    assertEquals(fingerprint, Files.exists(copy.resolve("fingerprint.pb")));
    Path file = copy.resolve("saved_model.pb");
    byte[] bytes = Files.readAllBytes(file);
    // The last four bytes of an epsilon: a wrong model that no other check could notice.
    int at = indexOf(bytes, new byte[] {0x6f, 0x12, (byte) 0x83, 0x3a});
    bytes[at] ^= 1;
    Files.write(file, bytes);
    if (fingerprint) {
      InvalidModelException e =
          assertThrows(InvalidModelException.class, () -> SavedModelReader.read(copy));
      assertTrue(e.getMessage().contains("has changed"), e.getMessage());
      assertTrue(e.remedy().contains("delete fingerprint.pb"), e.remedy());
      Files.delete(copy.resolve("fingerprint.pb"));
    }
    assertEquals(10, SavedModelReader.read(copy).variables().size());
  }

  @ParameterizedTest
  @MethodSource("versions")
  void twoVariablesBoundTheWrongWayRoundAreRefused(Fixture fixture) throws IOException {
    Path copy = copy(fixture.model());
    Files.deleteIfExists(copy.resolve("fingerprint.pb"));
    Path file = copy.resolve("saved_model.pb");
    SavedModel.Builder model = SavedModel.parseFrom(Files.readAllBytes(file)).toBuilder();
    var objects = model.getMetaGraphsBuilder(0).getObjectGraphDefBuilder();
    for (String name : List.copyOf(objects.getConcreteFunctionsMap().keySet())) {
      var function = objects.getConcreteFunctionsOrThrow(name).toBuilder();
      if (function.getBoundInputsCount() > 4) {
        // In layer order the third and fourth are norm/gamma and norm/beta, of one shape.
        int gamma = function.getBoundInputs(2);
        function.setBoundInputs(2, function.getBoundInputs(3)).setBoundInputs(3, gamma);
        objects.putConcreteFunctions(name, function.build());
      }
    }
    Files.write(file, model.build().toByteArray());
    InvalidModelException e =
        assertThrows(InvalidModelException.class, () -> SavedModelReader.read(copy));
    assertTrue(e.getMessage().contains("holds different values under"), e.getMessage());
  }

  private static int indexOf(byte[] bytes, byte[] wanted) {
    for (int at = 0; at + wanted.length <= bytes.length; at++) {
      if (Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
        return at;
      }
    }
    throw new AssertionError("no such bytes");
  }

  private Path copy(Path from) throws IOException {
    Path to = temporary.resolve("model");
    try (Stream<Path> tree = Files.walk(from)) {
      for (Path path : tree.toList()) {
        Files.copy(path, to.resolve(from.relativize(path)));
      }
    }
    return to;
  }
}
