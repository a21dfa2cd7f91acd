package org.kerasgraft.savedmodel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.proto.NodeDef;

/** Ways in which what the scan follows and what TensorFlow runs could part. */
class SaverEscapesTest {

  private static final String ELSEWHERE =
      "RestoreV2 at 'odd' in the function 'restore': it reads or writes files";

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

  @Test
  void aCallGivesTheCheckpointsName() {
    assertEquals(List.of(), findings(restoring()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"If", "StatelessIf", "While", "Case"})
  void aBranchGivesItsConditionToNoArgument(String op) {
    HostileModel model = restoring().inMain(HostileModel.text("elsewhere", "/elsewhere"));
    mainNode(model, "call_restore").setOp(op).addInput("elsewhere");
    assertTrue(findings(model).stream().anyMatch(f -> f.startsWith(ELSEWHERE)), op);
  }

  @Test
  void aFunctionIsNoPlaceholder() {
    HostileModel model = restoring().named("PlaceholderOfTheirs");
    mainNode(model, "saver_filename").setOp("PlaceholderOfTheirs");
    assertTrue(findings(model).stream().anyMatch(f -> f.startsWith(ELSEWHERE)));
  }

  @Test
  void ofTwoNodesWithOneNameNeitherIsLookedOver() {
    NodeDef second = HostileModel.node("Identity", "call_restore", "input");
    assertEquals(
        List.of("Identity at 'call_restore' in the main graph: it is there more than once"),
        findings(new HostileModel().inMain(second)));
    NodeDef odd = HostileModel.node("Identity", "odd", "x");
    assertEquals(
        List.of("Identity at 'odd' in the function 'unreachable': it is there more than once"),
        findings(new HostileModel().inUnreachable(odd, odd)));
  }

  @Test
  void aLongNameAroundManyNodesIsNotSpelledOut() {
    HostileModel model = new HostileModel();
    for (int i = 0; i < 2_000; i++) {
      model.inUnreachable(HostileModel.node("Identity", "n" + i, "x"));
    }
    model.inMain(HostileModel.call("unreachable", "a".repeat(1 << 20), "input"));
    String limit = "has more than 100,000,000 characters of nodes' names";
    assertTrue(findings(model).get(0).contains(limit), () -> findings(model).get(0));
  }
}
