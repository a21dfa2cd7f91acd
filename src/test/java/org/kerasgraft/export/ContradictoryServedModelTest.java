package org.kerasgraft.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.data.Manifest;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.promises.Seals;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;

/** A graph that contradicts itself is not given to TensorFlow, whoever vouches for its file. */
class ContradictoryServedModelTest {

  private static final String NAME = "saved_model.pb";

  @TempDir static Path shared;

  private static Path exported;
  private static byte[] whole;

  private SavedModel.Builder model;

  @BeforeAll
  static void exportOnce() throws IOException {
    try (TrainedExample live = TrainedExample.keptHeadOnRows()) {
      exported = SavedModelExport.writeAtomically(live.spec(), shared.resolve("kept"));
    }
    whole = Files.readAllBytes(exported.resolve(NAME));
  }

  @BeforeEach
  void read() throws IOException {
    model = SavedModel.parseFrom(whole).toBuilder();
  }

  /** Writes the model as it is now, with a manifest that fits. */
  private void write() throws IOException {
    Files.write(exported.resolve(NAME), model.build().toByteArray());
    Seals.reseal(Manifest.Kind.MODEL, exported, NAME);
  }

  private String refusal() throws IOException {
    write();
    return assertThrows(InvalidModelException.class, () -> ServedModel.open(exported)).getMessage();
  }

  private GraphDef.Builder graph() {
    return model.getMetaGraphsBuilder(0).getGraphDefBuilder();
  }

  private static boolean isInteger(NodeDef node) {
    return node.getOp().equals("Const")
        && node.getAttrOrThrow("dtype").getType() == DataType.DT_INT32;
  }

  /** The same bytes, called another type than the node says. */
  private static void contradict(NodeDef.Builder constant) {
    AttrValue.Builder value = constant.getAttrOrThrow("value").toBuilder();
    value.getTensorBuilder().setDtype(DataType.DT_UINT8);
    constant.putAttr("value", value.build());
  }

  @Test
  void aFileThatIsSealedAnewIsServed() throws IOException {
    write();
    try (ServedModel served = ServedModel.open(exported)) {
      assertEquals(List.of("a", "b", "c"), served.labels());
    }
  }

  @Test
  void aConstantOfAnotherTypeThanItsNodesIsDamage() throws IOException {
    NodeDef.Builder constant =
        graph().getNodeBuilderList().stream()
            .filter(node -> isInteger(node.build()))
            .findFirst()
            .orElseThrow();
    contradict(constant);
    assertEquals(
        "The graph of '"
            + exported
            + "' is damaged: at '"
            + constant.getName()
            + "' (Const), it is declared DT_INT32, but holds DT_UINT8.",
        refusal());
  }

  /** What only the saver or another signature needs is not given to TensorFlow. */
  @Test
  void aConstantThatServingDoesNotNeedIsNotLookedAt() throws IOException {
    graph().getLibraryBuilder().getFunctionBuilderList().stream()
        .flatMap(function -> function.getNodeDefBuilderList().stream())
        .filter(node -> isInteger(node.build()))
        .forEach(ContradictoryServedModelTest::contradict);
    write();
    try (ServedModel served = ServedModel.open(exported)) {
      assertEquals(List.of("a", "b", "c"), served.labels());
    }
  }
}
