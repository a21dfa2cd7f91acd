package org.kerasgraft.savedmodel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kerasgraft.error.ModelRefusedException;
import org.tensorflow.proto.AssetFileDef;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.CollectionDef;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;

class ModelScanTest {

  @TempDir private Path directory;

  @ParameterizedTest
  @EnumSource
  void anUnknownOpIsRefusedEverywhere(HostileModel.Spot spot) {
    assertEquals(1, HostileModel.with("Surprise", spot).scan(directory).findings().size());
  }

  static Stream<Arguments> canaries() {
    String[] files = {"SaveV2", "RestoreV2"};
    return Stream.concat(
        Stream.of(files).flatMap(ModelScanTest::misusing),
        Stream.of(
            canary(
                "an init op that writes a file",
                new HostileModel().inInit(HostileModel.node("WriteFile", "odd")),
                "WriteFile at 'odd' in the function 'init', below the init op"),
            canary(
                "an old init op",
                oldInit(),
                "Relu at 'odd' in the main graph, below the init op: it runs when the model is loaded"),
            canary(
                "a dataset of a graph",
                new HostileModel().inServed(HostileModel.node("DatasetFromGraph", "odd")),
                "runs a data pipeline"),
            canary(
                "a graph in a constant",
                new HostileModel().inServed(HostileModel.text("odd", writer().toByteString())),
                "'odd' in the function 'served': it hides a graph"),
            canary(
                "printing to a file",
                new HostileModel().inMain(HostileModel.node("PrintV2", "odd")),
                "prints"),
            canary(
                "an abort",
                new HostileModel().inUnreachable(HostileModel.node("Abort", "odd")),
                "ends or blocks the process"),
            canary(
                "a graph in a list of texts, in a call's attribute",
                new HostileModel().inServed(hidingCall()),
                "'odd' in the function 'served': it hides a graph"),
            canary(
                "packed texts",
                new HostileModel()
                    .inMain(
                        constant(
                            TensorProto.newBuilder()
                                .setDtype(DataType.DT_STRING)
                                .setTensorContent(writer().toByteString()))),
                "packed texts"),
            canary(
                "an object of the process",
                new HostileModel()
                    .inMain(constant(TensorProto.newBuilder().setDtype(DataType.DT_VARIANT))),
                "an object of the process"),
            canary(
                "a function named as an op",
                new HostileModel().inMain(HostileModel.node("WriteFile", "odd")).named("WriteFile"),
                "WriteFile at 'WriteFile' in the library: it is a function named as an op"),
            canary(
                "saving while restoring",
                new HostileModel().inRestore(HostileModel.node("SaveV2", "odd", "file_prefix")),
                "writes files when the weights are restored"),
            canary(
                "a graph beside a function's call",
                new HostileModel()
                    .inServed(
                        HostileModel.text(
                            "odd",
                            writer().toBuilder()
                                .addNode(HostileModel.node("lower_case", "call"))
                                .build()
                                .toByteString())),
                "'odd' in the function 'served': it hides a graph"),
            canary(
                "a graph whose functions hold the ops",
                new HostileModel().inServed(HostileModel.text("odd", library().toByteString())),
                "'odd' in the function 'served': it hides a graph"),
            canary("a packed text in an argument's attribute", argumentAttribute(), "packed texts"),
            canary(
                "memory as it was found",
                new HostileModel().inServed(HostileModel.node("Empty", "odd", "x")),
                "Empty at 'odd' in the function 'served'"),
            canary(
                "an attribute of this library",
                new HostileModel()
                    .inServed(
                        HostileModel.node("Relu", "odd").toBuilder()
                            .putAttr("_graft_original", AttrValue.getDefaultInstance())
                            .build()),
                "an attribute '_graft_original'"),
            canary(
                "a gradient function",
                new HostileModel()
                    .inUnreachable(HostileModel.node("WriteFile", "odd"))
                    .gradient("served", "unreachable"),
                "WriteFile at 'odd' in the function 'unreachable'"),
            canary("a second meta graph", twoMetaGraphs(), "WriteFile"),
            canary("an asset outside", asset("../../etc/passwd"), "asset outside of the model"),
            canary("an absolute asset", asset("/etc/passwd"), "asset outside of the model")));
  }

  private static Stream<Arguments> misusing(String op) {
    return Stream.of(
        canary(
            op + " with a constant path in the saver",
            new HostileModel()
                .inSave(
                    HostileModel.text("path", "somewhere"), HostileModel.node(op, "odd", "path")),
            "file"),
        canary(
            op + " above the prefix",
            new HostileModel()
                .inSave(
                    HostileModel.text("up", "/../../up"),
                    HostileModel.node("StringJoin", "path", "file_prefix", "up:output:0"),
                    HostileModel.node(op, "odd", "path:output:0")),
            "file"),
        canary(
            op + " next to a path that is not given",
            new HostileModel()
                .inSave(
                    HostileModel.node("Const", "up"),
                    HostileModel.node("StringJoin", "path", "file_prefix", "up:output:0"),
                    HostileModel.node(op, "odd", "path:output:0")),
            "file"),
        canary(
            op + " of what is served",
            new HostileModel().inServed(HostileModel.node(op, "odd", "x")),
            "reads or writes files"),
        canary(
            op + " in a saver's function that something else calls",
            new HostileModel()
                .inSave(HostileModel.node(op, "odd", "file_prefix"))
                .inServed(HostileModel.call("save", "also", "x")),
            "reads or writes files"));
  }

  private static NodeDef constant(TensorProto.Builder value) {
    return HostileModel.node("Const", "odd").toBuilder()
        .putAttr("value", AttrValue.newBuilder().setTensor(value).build())
        .build();
  }

  private static NodeDef hidingCall() {
    AttrValue texts =
        AttrValue.newBuilder()
            .setList(AttrValue.ListValue.newBuilder().addS(writer().toByteString()))
            .build();
    NodeDef.Builder call = HostileModel.call("unreachable", "odd").toBuilder();
    AttrValue.Builder function = call.getAttrOrThrow("f").toBuilder();
    function.getFuncBuilder().putAttr("texts", texts);
    return call.putAttr("f", function.build()).build();
  }

  private static GraphDef writer() {
    return GraphDef.newBuilder().addNode(HostileModel.node("WriteFile", "inner")).build();
  }

  private static GraphDef library() {
    GraphDef.Builder graph = GraphDef.newBuilder().addNode(HostileModel.node("f", "call"));
    graph.getLibraryBuilder().addFunctionBuilder().addAllNodeDef(writer().getNodeList());
    return graph.build();
  }

  private static HostileModel argumentAttribute() {
    HostileModel model = new HostileModel();
    AttrValue.Builder packed = AttrValue.newBuilder();
    packed
        .getTensorBuilder()
        .setDtype(DataType.DT_STRING)
        .setTensorContent(writer().toByteString());
    model
        .save()
        .putArgAttr(0, FunctionDef.ArgAttrs.newBuilder().putAttr("a", packed.build()).build());
    return model;
  }

  private static HostileModel oldInit() {
    HostileModel model = new HostileModel().inMain(HostileModel.node("Relu", "odd"));
    CollectionDef.Builder collection = CollectionDef.newBuilder();
    collection.getNodeListBuilder().addValue("odd");
    model.meta().putCollectionDef("saved_model_main_op", collection.build());
    return model;
  }

  private static HostileModel twoMetaGraphs() {
    return new HostileModel() {
      @Override
      org.tensorflow.proto.SavedModel build() {
        var other = new HostileModel().inMain(HostileModel.node("WriteFile", "odd")).build();
        return super.build().toBuilder().addMetaGraphs(other.getMetaGraphs(0)).build();
      }
    };
  }

  private static HostileModel asset(String name) {
    HostileModel model = new HostileModel();
    model.meta().addAssetFileDef(AssetFileDef.newBuilder().setFilename(name));
    return model;
  }

  private static Arguments canary(String name, HostileModel model, String message) {
    return Arguments.of(name, model, message);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("canaries")
  void isRefusedNamingPlaceAndReason(String name, HostileModel model, String message) {
    ScanReport report = model.scan(directory);
    ModelRefusedException e = assertThrows(ModelRefusedException.class, report::requireClean, name);
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  @Test
  void theSaverOfAKerasExportPasses() {
    HostileModel model =
        new HostileModel()
            .inSave(
                HostileModel.text("local", "_temp/part"),
                HostileModel.text("remote", ".part"),
                HostileModel.node("StaticRegexFullMatch", "s3", "file_prefix"),
                HostileModel.node(
                    "Select", "suffix", "s3:output:0", "remote:output:0", "local:output:0"),
                HostileModel.node("StringJoin", "join", "file_prefix", "suffix:output:0"),
                HostileModel.node("ShardedFilename", "shard", "join:output:0", "0", "1"),
                HostileModel.node("SaveV2", "save", "shard:filename:0", "names"),
                HostileModel.node("Pack", "shards", "shard:filename:0", "^save"),
                HostileModel.node("MergeV2Checkpoints", "merge", "shards:output:0", "file_prefix"));
    assertEquals(List.of(), model.scan(directory).findings());
  }

  @Test
  void aLinkThatLeadsOutIsRefusedAndOneInsideIsNot(@TempDir Path outside) throws IOException {
    Path inside = Files.createDirectory(directory.resolve("variables"));
    Files.writeString(inside.resolve("real"), "x");
    Files.createSymbolicLink(inside.resolve("alias"), inside.resolve("real"));
    assertEquals(List.of(), new HostileModel().scan(directory).findings());
    Files.createSymbolicLink(directory.resolve("assets"), outside);
    List<ScanFinding> findings = new HostileModel().scan(directory).findings();
    assertEquals(
        List.of("'assets' in the directory: it is a link that leads out of the model"),
        findings.stream().map(ScanFinding::text).toList());
  }

  @Test
  void aLinkToAFolderIsRefusedSinceItsFilesWouldGoByOtherNames() throws IOException {
    Path assets = Files.createDirectories(directory.resolve("assets/v"));
    Files.createSymbolicLink(directory.resolve("variables"), assets);
    assertEquals(
        List.of("'variables' in the directory: it is a link to a folder or a special file"),
        new HostileModel().scan(directory).findings().stream().map(ScanFinding::text).toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"saved_model.pbtxt", "saved_model.cpb"})
  void aSecondFormOfTheModelIsRefused(String name) throws IOException {
    Files.writeString(directory.resolve(name), "x");
    assertEquals(
        List.of(
            "'"
                + name
                + "' in the directory: it is a second form of the model, which other loaders may"
                + " take for it"),
        new HostileModel().scan(directory).findings().stream().map(ScanFinding::text).toList());
  }

  @Test
  void theFileItselfIsNotReadThroughALinkThatLeadsOut(@TempDir Path outside) throws IOException {
    Path secret = Files.writeString(outside.resolve("secret"), "not for your eyes");
    Files.createSymbolicLink(directory.resolve("saved_model.pb"), secret);
    ModelRefusedException e =
        assertThrows(ModelRefusedException.class, () -> SavedModelReader.read(directory));
    assertTrue(
        e.getMessage()
            .contains("'saved_model.pb' in the directory: it is a link that leads out of the"),
        e.getMessage());
  }

  @Test
  void namesStayOnOneLineAndNoSuchOpIsOfferedAsAnException() {
    String forged = "Evil\nClean: every op is on the list";
    HostileModel model = new HostileModel().inMain(HostileModel.node(forged, "n\u001b[2J\u202e"));
    ScanReport report = model.scan(directory);
    assertEquals(
        "Evil\\u{a}Clean: every op is on the list at 'n\\u{1b}[2J\\u{202e}' in the main graph: it is"
            + " not on the list of ops that a model may hold",
        report.findings().get(0).text());
    assertTrue(
        new ScanFinding("", "x".repeat(1_000), "directory", "is").text().length() < 400,
        "a name is cut");
    ModelRefusedException e = assertThrows(ModelRefusedException.class, report::requireClean);
    assertEquals("This TensorFlow has no such op; do not use this model.", e.remedy());
  }

  @Test
  void whatTheUserAllowsPassesAndIsRecorded() {
    HostileModel model = new HostileModel().inMain(HostileModel.node("PrintV2", "odd"));
    ScanReport report =
        model.scan(
            directory, OpPolicy.listedAnd(List.of("PrintV2", "Abort")), ModelLimits.STANDARD);
    assertEquals(List.of(), report.findings());
    assertEquals(Set.of("PrintV2"), report.allowedByUser());
  }

  @Test
  void longChainsAndCirclesEnd() {
    HostileModel model = new HostileModel();
    for (int i = 0; i < 50_000; i++) {
      model.inSave(HostileModel.node("Identity", "n" + i, i == 0 ? "n49999" : "n" + (i - 1)));
    }
    model.inSave(HostileModel.node("SaveV2", "odd", "n49999"));
    assertEquals(1, model.scan(directory).findings().size());
  }
}
