package org.kerasgraft.savedmodel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;

/** Of two nodes with one name the scan would follow one, and TensorFlow or Graft the other. */
class TwiceNamedNodesTest {

  private static final Path SOURCE =
      Path.of("src/test/resources/models/tiny-vgg-keras3/saved_model.pb");

  /** Of the exported model: what is served, and what saves. */
  private static final String SERVED = "StatefulPartitionedCall_1";

  private static final String SAVING = "StatefulPartitionedCall_2";
  private static final String RESTORE = "traced_restore";

  @TempDir private Path directory;
  private SavedModel.Builder model;

  @BeforeEach
  void ofKeras() throws IOException {
    model = SavedModel.parseFrom(Files.readAllBytes(SOURCE)).toBuilder();
    assertEquals(List.of(), findings());
  }

  private List<String> findings() {
    ModelProto file = new ModelProto(directory, model.build(), "");
    return ModelScan.of(file, OpPolicy.listed(), ModelLimits.STANDARD).findings().stream()
        .map(ScanFinding::text)
        .toList();
  }

  private static FunctionDef.Builder function(MetaGraphDef.Builder meta, String part) {
    return meta.getGraphDefBuilder().getLibraryBuilder().getFunctionBuilderList().stream()
        .filter(function -> function.getSignature().getName().contains(part))
        .findFirst()
        .orElseThrow();
  }

  /** The saver's call stays the saver's, since only the second node leads from what is served. */
  @Test
  void whatIsServedCannotTakeTheSaversOutputBySecondNode() {
    GraphDef.Builder graph = model.getMetaGraphsBuilder(0).getGraphDefBuilder();
    graph.addNode(HostileModel.node("Identity", SERVED, SAVING));
    assertEquals(
        List.of("Identity at '" + SERVED + "' in the main graph: it is there more than once"),
        findings());
  }

  /** The saver's file name is the prefix by the first node, and somewhere else by the second. */
  @Test
  void aFileNameCannotBeTwoNodesOfABody() {
    FunctionDef.Builder restore = function(model.getMetaGraphsBuilder(0), RESTORE);
    String prefix = restore.getSignature().getInputArg(0).getName();
    NodeDef.Builder read =
        restore.getNodeDefBuilderList().stream()
            .filter(node -> node.getOp().equals("RestoreV2"))
            .findFirst()
            .orElseThrow();
    assertEquals(prefix, read.getInput(0));
    read.setInput(0, "path:output:0");
    restore
        .addNodeDef(HostileModel.node("Identity", "path", prefix))
        .addNodeDef(HostileModel.text("path", "/elsewhere"));
    String place = "the function '" + restore.getSignature().getName() + "'";
    assertEquals(
        List.of("Const at 'path' in " + place + ": it is there more than once"), findings());
  }

  @Test
  void oneNameInTwoBodiesIsTwoNames() {
    MetaGraphDef.Builder meta = model.getMetaGraphsBuilder(0);
    function(meta, RESTORE).addNodeDef(HostileModel.text("same", "x"));
    function(meta, "traced_save").addNodeDef(HostileModel.text("same", "x"));
    meta.getGraphDefBuilder().addNode(HostileModel.text("same", "x"));
    assertEquals(List.of(), findings());
  }

  @Test
  void aBodyThatNothingCallsHasOneOfEachNameToo() {
    NodeDef odd = HostileModel.node("Identity", "odd", "x");
    assertEquals(
        List.of("Identity at 'odd' in the function 'unreachable': it is there more than once"),
        new HostileModel()
            .inUnreachable(odd, odd).scan(directory).findings().stream()
                .map(ScanFinding::text)
                .toList());
  }
}
