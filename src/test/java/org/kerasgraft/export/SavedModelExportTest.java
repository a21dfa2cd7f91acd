package org.kerasgraft.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kerasgraft.junit.GraphAssertions.assertExactlyChanged;
import static org.kerasgraft.junit.GraphAssertions.assertReloadEquals;
import static org.kerasgraft.junit.GraphAssertions.assertValuesEqual;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kerasgraft.junit.Snapshot;
import org.kerasgraft.junit.Tolerance;
import org.kerasgraft.junit.Values;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObject;
import org.tensorflow.proto.SignatureDef;

/** An exported model is the live one: outputs, signatures, variables, nothing else. */
class SavedModelExportTest {

  /** Same kernels, same weights, same machine: equal but for the graph optimizer's fusions. */
  private static final Tolerance SAME_WEIGHTS = Tolerance.of(1e-6);

  private static final Set<String> TRAINING_OPS =
      Set.of(
          "StatelessRandomUniform",
          "StatelessRandomUniformV2",
          "GreaterEqual",
          "Conv2DBackpropFilter");

  @TempDir static Path shared;
  @TempDir Path folder;

  private static TrainedExample live;
  private static Path exported;
  private static MetaGraphDef meta;

  @BeforeAll
  static void exportOnce() throws IOException {
    live = TrainedExample.images("circle", "square", "star");
    exported = SavedModelExport.writeAtomically(live.spec(), shared.resolve("model"));
    meta = meta(exported);
  }

  @AfterAll
  static void close() {
    live.close();
  }

  private static MetaGraphDef meta(Path model) throws IOException {
    return SavedModel.parseFrom(Files.readAllBytes(model.resolve("saved_model.pb")))
        .getMetaGraphs(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 7})
  void reloadedEqualsLive(int n) {
    float[] rows = TrainedExample.rows(n);
    try (ServedModel served = ServedModel.open(exported)) {
      assertValuesEqual(
          Values.of(live.predict(rows, n)), Values.of(served.predict(rows, n)), SAME_WEIGHTS);
    }
    assertReloadEquals(live.answers(), exported, TrainedExample.images(n));
  }

  @Test
  void signaturesAreWhatTensorFlowServingWants() {
    assertEquals(Set.of("serving_default", "serving_bytes"), meta.getSignatureDefMap().keySet());
    for (SignatureDef signature : meta.getSignatureDefMap().values()) {
      assertEquals("tensorflow/serving/predict", signature.getMethodName());
      assertEquals(Set.of("probabilities", "logits"), signature.getOutputsMap().keySet());
      Stream.concat(
              signature.getInputsMap().values().stream(),
              signature.getOutputsMap().values().stream())
          .forEach(tensor -> assertEquals(-1, tensor.getTensorShape().getDim(0).getSize()));
    }
    var images = meta.getSignatureDefOrThrow("serving_default").getInputsOrThrow("images");
    assertEquals(DataType.DT_FLOAT, images.getDtype());
    assertEquals(
        List.of(-1L, 32L, 32L, 3L),
        images.getTensorShape().getDimList().stream().map(d -> d.getSize()).toList());
    var bytes = meta.getSignatureDefOrThrow("serving_bytes").getInputsOrThrow("image_bytes");
    assertEquals(DataType.DT_STRING, bytes.getDtype());
    assertEquals(List.of("serve"), meta.getMetaInfoDef().getTagsList());
  }

  @Test
  void nothingThatOnlyTrainsIsExported() {
    assertTrue(
        live.spec().network().graph().toGraphDef().getNodeList().stream()
            .anyMatch(n -> TRAINING_OPS.contains(n.getOp())),
        "the live graph has dropout, else this test shows nothing");
    List<NodeDef> nodes = new ArrayList<>(meta.getGraphDef().getNodeList());
    meta.getGraphDef()
        .getLibrary()
        .getFunctionList()
        .forEach(f -> nodes.addAll(f.getNodeDefList()));
    for (NodeDef node : nodes) {
      assertFalse(TRAINING_OPS.contains(node.getOp()), node.getName());
      assertFalse(node.getName().contains("dropout"), node.getName());
      assertFalse(node.getAttrMap().keySet().stream().anyMatch(a -> a.startsWith("_")));
    }
    Set<String> placeholders =
        nodes.stream()
            .filter(n -> n.getOp().equals("Placeholder"))
            .map(NodeDef::getName)
            .collect(Collectors.toSet());
    assertEquals(
        Set.of("serving_default_images", "serving_bytes_image_bytes", "save/filename"),
        placeholders);
    assertEquals(Set.of(), meta.getCollectionDefMap().keySet());
  }

  @Test
  void everyVariableIsExportedUnderItsKerasPathWithItsFlag() {
    Map<String, Boolean> trainable = new HashMap<>();
    for (SavedObject node : meta.getObjectGraphDef().getNodesList()) {
      if (node.hasVariable()) {
        trainable.put(node.getVariable().getName(), node.getVariable().getTrainable());
      }
    }
    assertEquals(live.snapshot().names(), trainable.keySet());
    assertTrue(trainable.containsKey("block1_conv1/kernel"));
    trainable.forEach(
        (name, flag) ->
            assertEquals(name.startsWith("block5_") || name.startsWith("head/"), flag, name));
    Set<String> handles =
        meta.getGraphDef().getNodeList().stream()
            .filter(n -> n.getOp().equals("VarHandleOp"))
            .map(n -> n.getAttrOrThrow("shared_name").getS().toStringUtf8())
            .collect(Collectors.toSet());
    assertEquals(trainable.keySet(), handles);
    meta.getObjectGraphDef()
        .getConcreteFunctionsMap()
        .forEach((name, f) -> assertEquals(trainable.size(), f.getBoundInputsCount(), name));
  }

  @Test
  void everyFunctionThatAnObjectNamesIsInTheLibrary() {
    Set<String> library =
        meta.getGraphDef().getLibrary().getFunctionList().stream()
            .map(FunctionDef::getSignature)
            .map(s -> s.getName())
            .collect(Collectors.toSet());
    assertTrue(library.containsAll(meta.getObjectGraphDef().getConcreteFunctionsMap().keySet()));
    assertEquals(4, library.size());
  }

  @Test
  void theCheckpointHoldsTheLiveValuesBitForBit() {
    assertExactlyChanged(List.of(), live.snapshot(), Snapshot.read(exported));
  }

  @Test
  void theSameModelGivesTheSameBytes() throws IOException {
    Path again = SavedModelExport.writeAtomically(live.spec(), folder.resolve("again"));
    for (String file :
        List.of(
            "variables/variables.data-00000-of-00001",
            "variables/variables.index",
            "saved_model.pb",
            "assets.extra/labels.txt",
            "assets.extra/graft.json")) {
      assertArrayEquals(
          Files.readAllBytes(exported.resolve(file)),
          Files.readAllBytes(again.resolve(file)),
          file);
    }
  }

  @Test
  void oneSigmoidIsServedAsTwoColumns() {
    try (TrainedExample binary = TrainedExample.images("cat", "dog")) {
      Path model = SavedModelExport.writeAtomically(binary.spec(), folder.resolve("binary"));
      float[] rows = TrainedExample.rows(3);
      try (ServedModel served = ServedModel.open(model)) {
        for (float[] row : served.predict(rows, 3)) {
          assertEquals(2, row.length);
          assertEquals(1, row[0] + row[1], 1e-6);
        }
      }
    }
  }

  @Test
  void aKeptClassifierOnRowsHasOnlyServingDefaultWithTheModelsOwnInput() throws IOException {
    try (TrainedExample kept = TrainedExample.keptHeadOnRows()) {
      Path model = SavedModelExport.writeAtomically(kept.spec(), folder.resolve("kept"));
      assertEquals(Set.of("serving_default"), meta(model).getSignatureDefMap().keySet());
      String key = kept.spec().network().network().graph().inputs().keySet().iterator().next();
      assertEquals(
          Set.of(key),
          meta(model).getSignatureDefOrThrow("serving_default").getInputsMap().keySet());
      assertReloadEquals(kept.answers(), model, TrainedExample.images(3));
    }
  }
}
