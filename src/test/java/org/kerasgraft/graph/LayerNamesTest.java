package org.kerasgraft.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.savedmodel.ModelFormat;
import org.tensorflow.proto.DataType;

/** Keras names out of node scopes, on graphs of a few nodes. */
class LayerNamesTest {

  private static ScopedModel keras2() {
    return new ScopedModel(ModelFormat.KERAS_2_SAVED_MODEL);
  }

  private static ScopedModel keras3() {
    return new ScopedModel(ModelFormat.KERAS_3_EXPORT);
  }

  private static ScopedModel plain() {
    return new ScopedModel(ModelFormat.SAVED_MODEL);
  }

  /** Keras 3 opens a scope twice and TensorFlow numbers it, whatever the name ends with. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void keras3LosesExactlyOneNumberWhateverNamesEndWith(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    ScopedModel model = keras3();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      StringBuilder name = new StringBuilder(random.nextBoolean() ? "conv" + i : "c.o-v" + i);
      for (int digits = random.nextInt(4); digits > 0; digits--) {
        name.append('_').append(random.nextInt(1, 30));
      }
      expected.add(name.toString());
      String scope = "model_1/" + name + "_" + random.nextInt(1, 40);
      if (random.nextBoolean()) {
        model.conv(scope + "/convolution", name + "/kernel");
      } else {
        model.op(scope + "/MaxPool2d", "MaxPool");
      }
    }
    model.conv("model_1/last_1/convolution", "last/kernel");
    expected.add("last");
    assertEquals(expected, model.names());
  }

  @Test
  void keras2KeepsNumbers() {
    ScopedModel model = plain();
    model.conv("model/conv_1/Conv2D", "conv_1/kernel").op("model/pool_1/MaxPool", "MaxPool");
    model.conv("model/conv_1_1/Conv2D", "conv_1_1/kernel").op("model/pool_1_1/MaxPool", "MaxPool");
    assertEquals(List.of("conv_1", "pool_1", "conv_1_1", "pool_1_1"), model.names());
  }

  @Test
  void theScopeOfACallInsideALayerIsNobodysName() {
    String inner = "model_1/wrapped_1/StatefulPartitionedCall_2/trunk_1/";
    ScopedModel model = keras3();
    model.conv(inner + "conv_1/convolution", "conv/kernel").op(inner + "pool_1/MaxPool", "MaxPool");
    model.conv("model_1/last_1/convolution", "last/kernel");
    assertEquals(
        List.of("wrapped", "wrapped/trunk", "wrapped/trunk/conv", "wrapped/trunk/pool", "last"),
        model.names());
  }

  @Test
  void callsOfASharedLayerInOneScopeAreNumberedAsTheyRun() {
    ScopedModel model = plain().conv("model/conv/Conv2D", "conv/kernel");
    model.op("model/pool/MaxPool", "MaxPool").conv("model/conv/Conv2D_1", "conv/kernel");
    model.op("model/pool/MaxPool_1", "MaxPool").op("model/act/Relu", "Relu");
    assertEquals(List.of("conv@0", "conv@1", "pool@0", "pool@1", "act"), model.names());
    assertEquals("model/conv/Conv2D_1:0", model.network().layer("conv@1").output());
  }

  @Test
  void callsOfASharedLayerInScopesOfTheirOwnAreNumberedAsTheyRun() {
    ScopedModel model = keras3().conv("model_1/conv_1/convolution", "conv/kernel");
    model.conv("model_1/conv_1_2/convolution", "conv_1/kernel");
    model.conv("model_1/conv_3/convolution", "conv/kernel");
    assertEquals(List.of("conv@0", "conv@1", "conv_1"), model.names());
    assertEquals("model_1/conv_3/convolution:0", model.network().layer("conv@1").output());
  }

  @Test
  void aChainOfCallsIsToldApartByWhatKerasRecorded() {
    ScopedModel model = keras2().recorded("pool", 2).conv("model/conv/Conv2D", "conv/kernel");
    model.recorded("conv", 1).op("model/pool/MaxPool", "MaxPool");
    model.op("model/pool/MaxPool_1", "MaxPool");
    assertEquals(List.of("conv", "pool@0", "pool@1"), model.names());
  }

  @Test
  void twoEqualOpsOfOneRecordedCallAreOneCall() {
    ScopedModel model = keras2().recorded("twice", 1).recorded("conv", 1);
    model.conv("model/conv/Conv2D", "conv/kernel").op("model/twice/Relu", "Relu");
    model.op("model/twice/Relu_1", "Relu");
    assertEquals(List.of("conv", "twice"), model.names());
  }

  @Test
  void theNumberStandsAtThePartThatIsCalledAgain() {
    ScopedModel model = keras3().conv("model_1/vgg_1/conv_1/convolution", "conv/kernel");
    model.op("model_1/vgg_1/pool_1/MaxPool2d", "MaxPool");
    model.conv("model_1/vgg_3/conv_1/convolution", "conv/kernel");
    model.op("model_1/vgg_3/pool_1/MaxPool2d", "MaxPool");
    assertEquals(
        List.of("vgg@0", "vgg@1", "vgg@0/conv", "vgg@1/conv", "vgg@0/pool", "vgg@1/pool"),
        model.names());
  }

  @Test
  void aLayerNameMayHoldSlashes() {
    ScopedModel model = keras2().recorded("stage/one/conv", 1).recorded("other/pool", 1);
    model.conv("model/stage/one/conv/Conv2D", "stage/one/conv/kernel");
    model.op("model/other/pool/MaxPool", "MaxPool");
    assertEquals(List.of("stage/one/conv", "other/pool"), model.names());
  }

  @Test
  void aSharedLayersBareNameIsAnErrorThatListsItsCalls() {
    ScopedModel model = plain().conv("model/conv/Conv2D", "conv/kernel");
    model.conv("model/conv/Conv2D_1", "conv/kernel").op("model/act/Relu", "Relu");
    Network network = model.network();
    UsageException refused = assertThrows(UsageException.class, () -> network.cutAfter("conv"));
    assertEquals(
        "The layer 'conv' is called 2 times. Name one of them: conv@0, conv@1.", refused.explain());
    Network cut = network.cutAfter("conv@0");
    assertEquals("model/conv/Conv2D:0", cut.graph().outputs().get(Network.FEATURES).tensor());
    assertEquals("model/conv/Conv2D:0", cut.layer("conv").output());
  }

  @Test
  void aPlainModelsScopesAndNodesCanBeNamed() {
    ScopedModel model = plain().conv("trunk/first/Conv2D", "first/kernel");
    model.op("trunk/first/Relu", "Relu").op("mean", "Mean").conv("last/Conv2D", "last/kernel");
    Network network = model.network();
    assertEquals("trunk/first/Relu:0", network.layer("trunk/first").output());
    assertEquals("trunk/first/Conv2D:0", network.layer("trunk/first/Conv2D").output());
    assertEquals("mean:0", network.layer("mean").output());
    assertThrows(UnknownNameException.class, () -> network.layer("first/kernel"));
    Network keras = keras3().conv("m_1/c_1/convolution", "c/kernel").network();
    assertThrows(UnknownNameException.class, () -> keras.layer("m_1/c_1/convolution"));
  }

  @Test
  void aGraftedHeadLeavesTheModelsLayersTheirNames() {
    ScopedModel model = plain().conv("vgg/conv/Conv2D", "conv/kernel");
    model.conv("head/dense/Conv2D", "head/dense/kernel");
    assertEquals(List.of("conv", "dense"), model.names());
  }

  @Test
  void aModulesOwnHeadIsAPartLikeAnyOther() {
    ScopedModel named = plain().conv("trunk/dense/Conv2D", "trunk/dense/kernel");
    named.conv("head/dense/Conv2D", "head/dense/kernel");
    assertEquals(Set.of("trunk/dense", "head/dense"), leaves(named));
    ScopedModel bare = plain().conv("trunk/dense/Conv2D", "dense/kernel");
    bare.conv("head/dense/Conv2D", "dense/kernel_1");
    assertEquals(Set.of("trunk/dense", "head/dense"), leaves(bare));
  }

  private static Set<String> leaves(ScopedModel model) {
    return model.names().stream().filter(n -> n.contains("/")).collect(Collectors.toSet());
  }

  @Test
  void anUnknownNameInAKeras3ExportTellsOfLayersWithoutATrace() {
    Network network = keras3().conv("m_1/vgg_1/conv_1/convolution", "conv/kernel").network();
    UnknownNameException refused =
        assertThrows(UnknownNameException.class, () -> network.layer("conv"));
    assertEquals("vgg/conv", refused.near().get(0));
    assertTrue(refused.explain().contains("does nothing at inference"), refused.explain());
  }

  @Test
  void outputsOfALayerAreNumberedAsItsOpNumbersThem() {
    ScopedModel model =
        keras3().conv("m_1/c_1/convolution", "c/kernel").op("m_1/s_1/split", "Split");
    model.readingAll("m_1/sum_1/AddN", 12);
    Layer split = model.network().layer("s");
    assertEquals(12, split.outputNames().size());
    for (int i = 0; i < 12; i++) {
      assertEquals(
          "m_1/s_1/split:" + i,
          model.network().layer("s:" + i).onlyOutput().orElseThrow().tensor());
    }
  }

  @Test
  void aCutKnowsItsElementType() {
    ScopedModel model = keras3().conv("m_1/c_1/convolution", "c/kernel");
    model.op("m_1/equal_1/Equal", "Equal").op("m_1/last_1/Relu", "Relu");
    Network network = model.network();
    assertEquals(DataType.DT_FLOAT, type(network.cutAfter("c")));
    assertEquals(DataType.DT_BOOL, type(network.cutAfter("equal")));
  }

  private static DataType type(Network cut) {
    return cut.graph().outputs().get(Network.FEATURES).dtype();
  }
}
