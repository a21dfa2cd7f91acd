package org.kerasgraft.savedmodel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef.ArgDef;
import org.tensorflow.proto.SavedModel;

/** What functions are passed, put in each other's place, or made to call each other. */
class FunctionScanTest {

  private static final Duration SOON = Duration.ofSeconds(30);

  private static final String TOO_LONG = "has more than 100,000,000 characters of nodes' names";

  @TempDir private Path directory;

  private List<String> findings(HostileModel model) {
    return model.scan(directory).findings().stream().map(ScanFinding::text).toList();
  }

  private static NodeDef save(String path) {
    return HostileModel.node("SaveV2", "odd", path);
  }

  private static AttrValue function(String name) {
    return AttrValue.newBuilder().setFunc(NameAttrList.newBuilder().setName(name)).build();
  }

  private static NodeDef passing(AttrValue passed) {
    NodeDef.Builder call = HostileModel.call("unreachable", "passing", "input").toBuilder();
    AttrValue.Builder f = call.getAttrOrThrow("f").toBuilder();
    f.getFuncBuilder().putAttr("F", passed);
    return call.putAttr("f", f.build()).build();
  }

  private static AttrValue list(String name) {
    return AttrValue.newBuilder()
        .setList(AttrValue.ListValue.newBuilder().addFunc(function(name).getFunc()))
        .build();
  }

  @Test
  void aSaverThatSavesWhereItIsToldPasses() {
    assertEquals(List.of(), findings(new HostileModel().inSave(save("file_prefix"))));
  }

  static Stream<Arguments> passed() {
    return Stream.of(
        Arguments.of("in an attribute", function("save")), Arguments.of("in a list", list("save")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("passed")
  void aFunctionThatIsPassedOnIsNotTheSaversAlone(String name, AttrValue passed) {
    HostileModel model = new HostileModel().inSave(save("file_prefix")).inMain(passing(passed));
    assertEquals(
        List.of(
            "'passing' in the main graph: it passes a function to a function",
            "SaveV2 at 'odd' in the function 'save': it reads or writes files"),
        findings(model),
        name);
  }

  @Test
  void whatOnlyTheCallerNamesIsRefused() {
    NodeDef inner =
        HostileModel.node("StatefulPartitionedCall", "inner", "x").toBuilder()
            .putAttr("f", AttrValue.newBuilder().setPlaceholder("F").build())
            .build();
    assertEquals(
        List.of("'inner' in the function 'unreachable': it takes an attribute from its caller"),
        findings(new HostileModel().inUnreachable(inner)));
  }

  @Test
  void aFunctionForWhichAnotherMayStandIsNoSavers() {
    HostileModel model = new HostileModel().inSave(save("file_prefix"));
    AttrValue same = AttrValue.newBuilder().setS(ByteString.copyFromUtf8("lstm")).build();
    model.save().putAttr("api_implements", same);
    assertEquals(
        List.of("SaveV2 at 'odd' in the function 'save': it reads or writes files"),
        findings(model));
    HostileModel lstm = new HostileModel();
    lstm.main()
        .getLibraryBuilder()
        .addFunctionBuilder()
        .putAttr("api_implements", same)
        .getSignatureBuilder()
        .setName("lstm");
    assertEquals(List.of(), findings(lstm), "as Keras 2 exports them");
  }

  @Test
  void anArgumentThatCannotBeToldApartIsNoFileName() {
    HostileModel clash =
        new HostileModel()
            .inSave(HostileModel.text("file_prefix", "x"), save("file_prefix:output:0"));
    HostileModel twice = new HostileModel().inSave(save("file_prefix"));
    twice.save().getSignatureBuilder().addInputArg(ArgDef.newBuilder().setName("file_prefix"));
    HostileModel list = new HostileModel().inSave(save("file_prefix"));
    list.save()
        .getSignatureBuilder()
        .addInputArg(ArgDef.newBuilder().setName("l").setTypeListAttr("T"));
    HostileModel number = new HostileModel().inSave(save("file_prefix"));
    number
        .save()
        .getSignatureBuilder()
        .addInputArg(ArgDef.newBuilder().setName("n").setNumberAttr("N"));
    for (HostileModel model : List.of(clash, twice, list, number)) {
      assertEquals(
          List.of(
              "SaveV2 at 'odd' in the function 'save': it reads or writes files whose names do"
                  + " not come from the saver's caller"),
          findings(model));
    }
  }

  @Test
  void aFunctionThatStandsThereTwiceIsRefused() {
    HostileModel model = new HostileModel().inSave(save("file_prefix")).named("save");
    assertTrue(
        findings(model).contains("'save' in the library: it is there more than once"),
        findings(model).toString());
  }

  /** Each calls the next one some times. */
  private static HostileModel calling(int levels, int times) {
    HostileModel model = new HostileModel();
    for (int level = 0; level < levels; level++) {
      FunctionDef.Builder function = model.main().getLibraryBuilder().addFunctionBuilder();
      function.getSignatureBuilder().setName("level" + level);
      for (int i = 0; i < times && level + 1 < levels; i++) {
        function.addNodeDef(HostileModel.call("level" + (level + 1), "call" + i));
      }
    }
    return model.inMain(HostileModel.call("level0", "start"));
  }

  @Test
  void whatDoublesAtEachLevelIsRefusedAtOnce() {
    assertEquals(List.of(), findings(calling(16, 2)));
    List<String> found = assertTimeoutPreemptively(SOON, () -> findings(calling(100, 2)));
    assertEquals(
        List.of(
            "'level82' in the library: it has more than 250,000 nodes when its calls are"
                + " replaced by what they call"),
        found);
  }

  @Test
  void aListThatNamesAFunctionManyTimesCountsEachTime() {
    AttrValue.Builder branches = AttrValue.newBuilder();
    for (int i = 0; i < 1_001; i++) {
      branches.getListBuilder().addFunc(function("large").getFunc());
    }
    HostileModel model = new HostileModel();
    FunctionDef.Builder large = model.main().getLibraryBuilder().addFunctionBuilder();
    large.getSignatureBuilder().setName("large");
    for (int i = 0; i < 1_000; i++) {
      large.addNodeDef(HostileModel.node("NoOp", "n" + i));
    }
    model.inMain(
        HostileModel.node("Case", "case", "input").toBuilder()
            .putAttr("branches", branches.build())
            .build());
    assertTrue(
        findings(model).toString().contains("'saved_model.pb' in the main graph: it has more than"),
        findings(model).toString());
  }

  @Test
  void deepChainsAndCirclesAreRefusedWithoutRecursion() {
    assertEquals(List.of(), findings(calling(100, 1)));
    assertEquals(
        List.of("'level49898' in the library: it calls functions more than 100 levels deep"),
        findings(calling(50_000, 1)));
    HostileModel circle = calling(3, 1);
    circle
        .main()
        .getLibraryBuilder()
        .getFunctionBuilder(2)
        .addNodeDef(HostileModel.call("level1", "back"));
    assertTrue(
        findings(circle).toString().contains("it calls itself, directly or through others"),
        findings(circle).toString());
  }

  @Test
  void manySaverFunctionsAndTheirCallsAreReadOnce() {
    HostileModel model = new HostileModel();
    NodeDef.Builder all = HostileModel.node("NoOp", "save_all").toBuilder();
    for (int i = 0; i < 20_000; i++) {
      FunctionDef.Builder function = model.main().getLibraryBuilder().addFunctionBuilder();
      function
          .addNodeDef(save("p"))
          .getSignatureBuilder()
          .setName("save" + i)
          .addInputArg(ArgDef.newBuilder().setName("p"));
      model.inMain(HostileModel.call("save" + i, "call" + i, "saver_filename"));
      all.addInput("^call" + i);
    }
    model.inMain(all.build()).meta().getSaverDefBuilder().setSaveTensorName("save_all");
    assertEquals(List.of(), assertTimeoutPreemptively(SOON, () -> findings(model)));
  }

  @Test
  void aLongEndingIsNoFileNameAndTakesNoStack() {
    HostileModel model =
        new HostileModel()
            .inSave(
                HostileModel.text("ending", "/a".repeat(100_000)),
                HostileModel.node("StringJoin", "path", "file_prefix", "ending:output:0"),
                save("path:output:0"));
    assertEquals(1, findings(model).size());
  }

  @Test
  void noModelThatKerasWroteIsMet() throws IOException {
    for (Path root : List.of(Path.of("src/test/resources/models"), Path.of("savedmodels"))) {
      try (Stream<Path> files = Files.walk(root)) {
        for (Path file : files.filter(f -> f.endsWith("saved_model.pb")).toList()) {
          ScanReport report = SavedModelReader.scan(file.getParent(), OpPolicy.listed());
          assertEquals(List.of(), report.findings(), file.toString());
          assertEquals(
              0,
              SavedModel.parseFrom(Files.readAllBytes(file)).getMetaGraphsList().stream()
                  .flatMap(m -> m.getGraphDef().getLibrary().getFunctionList().stream())
                  .flatMap(f -> f.getSignature().getInputArgList().stream())
                  .filter(a -> !a.getTypeListAttr().isEmpty() || !a.getNumberAttr().isEmpty())
                  .count());
        }
      }
    }
  }

  @Test
  void aLongNameAroundManyNodesIsNotSpelledOut() {
    HostileModel model = new HostileModel();
    for (int i = 0; i < 2_000; i++) {
      model.inUnreachable(HostileModel.node("Identity", "n" + i, "x"));
    }
    model.inMain(HostileModel.call("unreachable", "a".repeat(1 << 20), "input"));
    assertTrue(findings(model).get(0).contains(TOO_LONG), () -> findings(model).get(0));
  }

  @Test
  void aLongNameBeforeManyInputsIsNotSpelledOut() {
    String[] inputs = Collections.nCopies(20_000, "x").toArray(String[]::new);
    HostileModel model =
        new HostileModel()
            .inUnreachable(HostileModel.node("AddN", "sum", inputs))
            .inMain(HostileModel.call("unreachable", "a".repeat(10_000), "input"));
    assertTrue(findings(model).get(0).contains(TOO_LONG), () -> findings(model).get(0));
  }
}
