package org.kerasgraft.savedmodel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;

/** Which calls give a saver's function the checkpoint's name: those that give all their inputs. */
class SaverCallsTest {

  private static final List<String> ELSEWHERE =
      List.of(
          "RestoreV2 at 'odd' in the function 'restore': it reads or writes files whose names do"
              + " not come from the saver's caller");

  @TempDir private Path directory;

  private List<String> findings(HostileModel model) {
    return model.scan(directory).findings().stream().map(ScanFinding::text).toList();
  }

  private static HostileModel restoring() {
    return new HostileModel().inRestore(HostileModel.node("RestoreV2", "odd", "file_prefix"));
  }

  private static NodeDef.Builder mainNode(HostileModel model, String name) {
    return model.main().getNodeBuilderList().stream()
        .filter(node -> node.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static AttrValue function(String name) {
    return AttrValue.newBuilder().setFunc(NameAttrList.newBuilder().setName(name)).build();
  }

  @ParameterizedTest
  @ValueSource(strings = {"PartitionedCall", "StatefulPartitionedCall"})
  void aCallDoes(String op) {
    HostileModel model = restoring();
    mainNode(model, "call_restore").setOp(op);
    assertEquals(List.of(), findings(model));
  }

  @Test
  void aNodeWhoseOpIsTheFunctionDoes() {
    HostileModel model = restoring();
    mainNode(model, "call_restore").setOp("restore").clearAttr();
    assertEquals(List.of(), findings(model));
  }

  /** The condition is the checkpoint's name; what the branch gets is a path of the model's. */
  @ParameterizedTest
  @CsvSource({
    "If, then_branch",
    "If, else_branch",
    "If, f",
    "StatelessIf, f",
    "While, f",
    "Case, f",
    "StatelessIf, then_branch",
    "While, body",
    "While, cond",
    "StatelessWhile, body"
  })
  void aBranchOrLoopDoesNot(String op, String attribute) {
    HostileModel model = restoring().inMain(HostileModel.text("elsewhere", "/elsewhere"));
    mainNode(model, "call_restore")
        .setOp(op)
        .clearAttr()
        .putAttr(attribute, function("restore"))
        .addInput("elsewhere");
    assertEquals(ELSEWHERE, findings(model));
  }

  @Test
  void aCallThatNamesTheFunctionElsewhereDoesNot() {
    HostileModel model = restoring();
    mainNode(model, "call_restore").clearAttr().putAttr("g", function("restore"));
    assertEquals(ELSEWHERE, findings(model));
  }

  @Test
  void oneBranchBesideTheCallIsEnoughThatNoneDoes() {
    HostileModel model = restoring().inMain(HostileModel.text("elsewhere", "/elsewhere"));
    NodeDef branch =
        HostileModel.node("If", "branch", "saver_filename", "elsewhere").toBuilder()
            .putAttr("then_branch", function("restore"))
            .build();
    model.inMain(branch);
    mainNode(model, "call_restore").addInput("^branch");
    assertEquals(ELSEWHERE, findings(model));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Placeholder", "PlaceholderWithDefault"})
  void whatLoadersFeedIsTheName(String op) {
    HostileModel model = restoring();
    mainNode(model, "saver_filename").setOp(op);
    assertEquals(List.of(), findings(model));
  }

  @Test
  void aFunctionWithAPlaceholdersNameIsNotTheName() {
    HostileModel model = restoring().named("PlaceholderEvil");
    mainNode(model, "saver_filename").setOp("PlaceholderEvil");
    assertEquals(ELSEWHERE, findings(model));
  }
}
