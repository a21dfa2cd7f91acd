package org.kerasgraft.savedmodel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;

/** From which key of the checkpoint each handle is restored, as the model's own saver says. */
class RestoreKeysTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  /** Two keys are read; the second goes through the nodes into a handle. */
  private static Map<String, String> keys(NodeDef... between) {
    List<NodeDef> body = new ArrayList<>(List.of(between));
    NodeDef.Builder names = HostileModel.text("names", "first").toBuilder();
    var value = names.getAttrOrThrow("value").toBuilder();
    value.getTensorBuilder().addStringVal(com.google.protobuf.ByteString.copyFromUtf8("second"));
    body.add(names.putAttr("value", value.build()).build());
    body.add(HostileModel.node("RestoreV2", "read", "file_prefix", "names:output:0"));
    body.add(HostileModel.node("AssignVariableOp", "assign", "handle", "last:output:0"));
    HostileModel model = new HostileModel().inRestore(body.toArray(NodeDef[]::new));
    return of(model.build().getMetaGraphs(0));
  }

  private static Map<String, String> of(MetaGraphDef metaGraph) {
    return assertTimeoutPreemptively(SOON, () -> RestoreKeys.of(metaGraph));
  }

  private static NodeDef identity(String name, String of) {
    return HostileModel.node("Identity", name, of);
  }

  /** So many, each of the one before; the first of what is read, the last into the handle. */
  private static NodeDef[] chain(int length) {
    NodeDef[] chain = new NodeDef[length];
    for (int i = 0; i < length; i++) {
      String of = i == 0 ? "read:tensors:1" : "n" + (i - 1) + ":output:0";
      chain[i] = identity(i == length - 1 ? "last" : "n" + i, of);
    }
    return chain;
  }

  @Test
  void whatIsReadGoesThroughAFewNodesIntoTheHandle() {
    assertEquals(Map.of("handle", "second"), keys(chain(1)));
    assertEquals(Map.of("handle", "second"), keys(chain(20)));
  }

  @Test
  void aChainLongerThanAnySaversIsNotFollowed() {
    assertEquals(Map.of(), keys(chain(21)));
  }

  @Test
  void aCircleBetweenReadingAndAssigningEnds() {
    assertEquals(Map.of(), keys(identity("last", "last:output:0")));
    assertEquals(
        Map.of(), keys(identity("last", "other:output:0"), identity("other", "last:output:0")));
  }

  @Test
  void aCircleInTheMainGraphEnds() {
    MetaGraphDef.Builder meta = MetaGraphDef.newBuilder();
    meta.getGraphDefBuilder()
        .addNode(HostileModel.node("AssignVariableOp", "assign", "handle", "a"))
        .addNode(identity("a", "b"))
        .addNode(identity("b", "a"));
    assertEquals(Map.of(), of(meta.build()));
  }
}
