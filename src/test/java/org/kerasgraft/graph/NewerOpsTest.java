package org.kerasgraft.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kerasgraft.graph.CallingModel.inline;
import static org.kerasgraft.graph.CallingModel.node;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.savedmodel.ImportedModel;
import org.kerasgraft.savedmodel.Scans;
import org.tensorflow.TensorFlow;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.FunctionDefLibrary;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/** Models by a TensorFlow of the future: Relu has an attribute {@code slope} more, by default 0. */
class NewerOpsTest {

  private static final float[] X = {-1.5f, 0.25f, 0.5f, 2};
  private static final float[] RELU = {0, 0.25f, 0.5f, 2};

  private static AttrValue slope(float value) {
    return AttrValue.newBuilder().setF(value).build();
  }

  private static OpDef relu(AttrValue byDefault) {
    OpDef.AttrDef.Builder slope = OpDef.AttrDef.newBuilder().setName("slope").setType("float");
    if (byDefault != null) {
      slope.setDefaultValue(byDefault);
    }
    return OpDef.newBuilder()
        .setName("Relu")
        .addAttr(OpDef.AttrDef.newBuilder().setName("T").setType("type"))
        .addAttr(slope)
        .build();
  }

  /** One node that reads {@code a}, by TensorFlow {@code version} with such ops. */
  private static ImportedModel model(NodeDef only, String version, OpDef... stated) {
    ImportedModel model =
        new CallingModel(Shape.of(4))
            .function(
                "main", List.of("a"), List.of(only), List.of(only.getName() + ":activations:0"))
            .build();
    var metaGraph = model.metaGraph().toBuilder();
    metaGraph.getMetaInfoDefBuilder().getStrippedOpListBuilder().addAllOp(List.of(stated));
    return new ImportedModel(
        model.directory(),
        model.format(),
        version,
        model.signatures(),
        model.variables(),
        model.captures(),
        model.kerasLayers(),
        model.preprocessing(),
        metaGraph.build(),
        Scans.CLEAN,
        Scans.NO_WEIGHTS);
  }

  private static NodeDef sloped(float value) {
    return node("act", "Relu", "a").putAttr("slope", slope(value)).build();
  }

  private static NodeDef act(FlatGraph flat) {
    return flat.graphDef().getNodeList().stream()
        .filter(n -> n.getName().equals("act"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void anAttributeThatHoldsTheDefaultTheFileStatesIsDroppedAndTheModelRuns() {
    FlatGraph flat = inline(model(sloped(0), "2.99.0", relu(slope(0))));
    assertFalse(act(flat).containsAttr("slope"));
    assertTrue(act(flat).containsAttr("T"));
    assertArrayEquals(RELU, CallingModel.inlined(flat, X).get(0));
  }

  @Test
  void anotherValueIsRefusedNamingOpAttributePlaceAndBothVersions() {
    ImportedModel model = model(sloped(0.5f), "2.99.0", relu(slope(0)));
    String told = assertThrows(ModelRefusedException.class, () -> inline(model)).explain();
    for (String part : List.of("Relu", "'slope'", "'act'", "2.99.0", NewerOps.RUNTIME)) {
      assertTrue(told.contains(part), told);
    }
  }

  @Test
  void aDefaultThatTheFileDoesNotStateIsNotGuessed() {
    ImportedModel unstated = model(sloped(0), "2.99.0");
    assertThrows(ModelRefusedException.class, () -> inline(unstated));
    ImportedModel without = model(sloped(0), "2.99.0", relu(null));
    assertThrows(ModelRefusedException.class, () -> inline(without));
    OpDef other = relu(slope(0)).toBuilder().setName("Relu6").build();
    ImportedModel ofAnother = model(sloped(0), "2.99.0", other);
    assertThrows(ModelRefusedException.class, () -> inline(ofAnother));
  }

  @Test
  void aKnownAttributeStaysWhateverTheFileCallsItsDefault() {
    AttrValue truncate = AttrValue.newBuilder().setB(false).build();
    NodeDef cast =
        NodeDef.newBuilder()
            .setName("act")
            .setOp("Cast")
            .addInput("a")
            .putAttr("SrcT", CallingModel.type(org.tensorflow.proto.DataType.DT_FLOAT))
            .putAttr("DstT", CallingModel.type(org.tensorflow.proto.DataType.DT_FLOAT))
            .putAttr("Truncate", truncate)
            .build();
    NodeDef fitted =
        new NewerOps(model(sloped(0), "2.99.0", relu(slope(0)))).fit(List.of(cast)).get(0);
    assertEquals(cast, fitted);
  }

  @Test
  void internalAttributesAreNoConcern() {
    NodeDef marked = node("act", "Relu", "a").putAttr("_mark", slope(3)).build();
    assertEquals(List.of(marked), new NewerOps(model(marked, "2.99.0")).fit(List.of(marked)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"2.99.0", ""})
  void anOpThatTheRuntimeDoesNotHaveIsRefusedWithTheVersionThatWroteIt(String version) {
    ImportedModel model = model(node("act", "ReluOfTheFuture", "a").build(), version);
    ModelRefusedException refused = assertThrows(ModelRefusedException.class, () -> inline(model));
    String told = refused.explain();
    assertTrue(told.contains("has no op ReluOfTheFuture"), told);
    assertTrue(told.contains("'act'"), told);
    assertTrue(told.contains(version.isEmpty() ? "of unknown version" : "2.99.0"), told);
    assertTrue(refused.remedy().contains("2.18 or older"), refused.remedy());
  }

  @Test
  void functionsThatStayAreFittedTooAndMayCallEachOther() {
    FunctionDef branch =
        FunctionDef.newBuilder()
            .setSignature(OpDef.newBuilder().setName("branch"))
            .addNodeDef(sloped(0))
            .addNodeDef(node("again", "other", "a"))
            .build();
    FunctionDef other =
        FunctionDef.newBuilder().setSignature(OpDef.newBuilder().setName("other")).build();
    FunctionDefLibrary library =
        FunctionDefLibrary.newBuilder().addFunction(branch).addFunction(other).build();
    NewerOps newer = new NewerOps(model(sloped(0), "2.99.0", relu(slope(0))));
    FunctionDefLibrary fitted = newer.fit(library);
    assertFalse(fitted.getFunction(0).getNodeDef(0).containsAttr("slope"));
    assertEquals(branch.getNodeDef(1), fitted.getFunction(0).getNodeDef(1));
    FunctionDefLibrary steeper =
        library.toBuilder()
            .setFunction(0, branch.toBuilder().setNodeDef(0, sloped(1)).build())
            .build();
    String told = assertThrows(ModelRefusedException.class, () -> newer.fit(steeper)).explain();
    assertTrue(told.contains("'slope'"), told);
  }

  @Test
  void theRuntimeIsTheOneThatIsNamed() {
    assertTrue(
        TensorFlow.version().startsWith(NewerOps.RUNTIME + "."),
        NewerOps.RUNTIME + " is not " + TensorFlow.version());
  }
}
