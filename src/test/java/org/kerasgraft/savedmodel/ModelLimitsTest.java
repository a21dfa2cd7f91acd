package org.kerasgraft.savedmodel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kerasgraft.error.GraftException;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.error.ModelRefusedException;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

class ModelLimitsTest {

  /** Just enough for {@link #model}; one more of anything is too much. */
  private static final ModelLimits TIGHT = new ModelLimits(20_000, 2_000, 100, 8, 8, 5, 1, 1, 6, 3);

  @TempDir private Path directory;

  /** 5 + 1 + 2 nodes, 5 functions, a variable, 6 elements of constants. */
  private static HostileModel model() {
    return new HostileModel()
        .inServed(HostileModel.node("VarHandleOp", "weights"), constant("c", 2, 3));
  }

  private static NodeDef constant(String name, long... shape) {
    TensorShapeProto.Builder dims = TensorShapeProto.newBuilder();
    for (long size : shape) {
      dims.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
    }
    TensorProto splat =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_FLOAT)
            .setTensorShape(dims)
            .addFloatVal(1)
            .build();
    return HostileModel.node("Const", name).toBuilder()
        .putAttr("value", AttrValue.newBuilder().setTensor(splat).build())
        .build();
  }

  private List<String> findings(HostileModel model) {
    return model.scan(directory, OpPolicy.listed(), TIGHT).findings().stream()
        .map(ScanFinding::text)
        .toList();
  }

  @Test
  void whatIsJustWithinPasses() throws IOException {
    Files.writeString(directory.resolve("a"), "x");
    Files.writeString(directory.resolve("b"), "x");
    assertEquals(List.of(), findings(model()));
  }

  static Stream<Arguments> tooMuch() {
    return Stream.of(
        Arguments.of(model().inMain(HostileModel.node("NoOp", "more")), "has 9 nodes, more than 8"),
        Arguments.of(model().named("more"), "has 6 functions, more than 5"),
        Arguments.of(
            new HostileModel()
                .inMain(HostileModel.node("VarHandleOp", "a"))
                .inServed(HostileModel.node("VarHandleOp", "b")),
            "has 2 variables, more than 1"),
        Arguments.of(
            new HostileModel().inServed(constant("c", 7)),
            "has 7 elements of constants, more than 6"),
        Arguments.of(
            new HostileModel().inServed(constant("c", 1L << 40, 1L << 40)),
            "has 9,223,372,036,854,775,807 elements of constants, more than 6"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource
  void tooMuch(HostileModel model, String reason) {
    assertEquals(List.of("'saved_model.pb' in the directory: it " + reason), findings(model));
  }

  @Test
  void tooManyMetaGraphs() {
    SavedModel one = new HostileModel().build();
    SavedModel two = one.toBuilder().addMetaGraphs(one.getMetaGraphs(0)).build();
    assertTrue(
        ModelSize.of(two).findings(TIGHT).stream()
            .anyMatch(f -> f.reason().equals("has 2 meta graphs, more than 1")));
  }

  @Test
  void tooManyFilesAndFilesTooLargeToBeReadWhole() throws IOException {
    Files.createDirectories(directory.resolve("variables"));
    Files.write(directory.resolve("variables/variables.data-00000-of-00001"), new byte[20_001]);
    assertEquals(List.of(), findings(model()), "of any size, since it is not read whole");
    Files.write(directory.resolve("variables/variables.index"), new byte[20_001]);
    assertEquals(
        List.of("'variables/variables.index' in the directory: it has more than 20,000 bytes"),
        findings(model()).subList(0, 1));
    Files.delete(directory.resolve("variables/variables.index"));
    Files.write(directory.resolve("keras_metadata.pb"), new byte[20_001]);
    assertTrue(findings(model()).toString().contains("has more than 20,000 bytes"));
    assertTrue(findings(model()).toString().contains("holds more than 3 files"));
  }

  @Test
  void aLargeFileIsNotParsed() throws IOException {
    Files.write(directory.resolve("saved_model.pb"), new byte[20_001]);
    ModelRefusedException e =
        assertThrows(ModelRefusedException.class, () -> ModelProto.read(directory, TIGHT));
    assertTrue(e.getMessage().contains("has more than 20000 bytes"), e.getMessage());
  }

  @Test
  void whatIsNestedTooDeeplyIsRefusedAndNotCalledDamaged() throws IOException {
    AttrValue value = AttrValue.getDefaultInstance();
    for (int i = 0; i < 60; i++) {
      value = AttrValue.newBuilder().setFunc(NameAttrList.newBuilder().putAttr("f", value)).build();
    }
    write(
        new HostileModel()
            .inMain(HostileModel.node("NoOp", "n").toBuilder().putAttr("a", value).build())
            .build()
            .toByteArray());
    GraftException e =
        assertThrows(ModelRefusedException.class, () -> SavedModelReader.read(directory));
    assertTrue(e.getMessage().contains("nested more than 100 levels"), e.getMessage());
  }

  @Test
  void aCutFileIsDamaged() throws IOException {
    byte[] whole = model().build().toByteArray();
    write(java.util.Arrays.copyOf(whole, whole.length - 3));
    assertThrows(InvalidModelException.class, () -> SavedModelReader.read(directory));
  }

  @Test
  void twoGraphsToServeAreOneTooMany() throws IOException {
    SavedModel one = new HostileModel().build();
    write(one.toBuilder().addMetaGraphs(one.getMetaGraphs(0)).build().toByteArray());
    GraftException e =
        assertThrows(InvalidModelException.class, () -> SavedModelReader.read(directory));
    assertTrue(e.getMessage().contains("holds 2 graphs tagged 'serve'"), e.getMessage());
  }

  @Test
  void theHashIsThatOfTheBytesThatWereParsed() throws IOException {
    write(new byte[0]);
    assertEquals(
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", // FIPS 180-4, empty
        ModelProto.read(directory, ModelLimits.STANDARD).sha256());
  }

  @Test
  void theLimitsInForce() {
    assertEquals(
        new ModelLimits(
            268_435_456,
            10_000_000,
            100,
            1_000_000,
            250_000,
            100_000,
            16,
            100_000,
            268_435_456,
            10_000),
        ModelLimits.STANDARD);
  }

  private void write(byte[] model) throws IOException {
    Files.write(directory.resolve("saved_model.pb"), model);
  }
}
