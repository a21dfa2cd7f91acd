package org.kerasgraft.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kerasgraft.data.PreprocessingOrigin.Source;
import org.kerasgraft.graph.Network;
import org.kerasgraft.savedmodel.SavedModelReader;

class PreprocessingOriginTest {

  private static final String[] VGG = {
    "block1_conv1=conv3/1",
    "block1_conv2=conv3/1",
    "block1_pool=max2/2",
    "block2_conv1=conv3/1",
    "block2_conv2=conv3/1",
    "block2_pool=max2/2",
    "block3_conv1=conv3/1",
    "block3_conv2=conv3/1",
    "block3_conv3=conv3/1",
    "block3_pool=max2/2"
  };

  private static final String[] RESNET = {
    "conv1_conv=conv7/2",
    "conv1_bn",
    "conv1_relu",
    "pool1_pad",
    "pool1_pool=max3/2",
    "conv2_block1_1_conv=conv1/1",
    "conv2_block1_1_bn",
    "conv2_block1_3_conv=conv1/1",
    "conv2_block1_3_bn",
    "conv2_block1_add"
  };

  @ParameterizedTest
  @ValueSource(strings = {"tiny-vgg-keras2", "tiny-vgg-keras3", "dynamic-vgg-keras3"})
  void vggOfAnyWidthIsKnownByItsLayers(String fixture) {
    Network vgg =
        Network.of(SavedModelReader.read(Path.of("src/test/resources/models").resolve(fixture)));
    assertKnown(PreprocessingOrigin.of(vgg), Preprocessing.CAFFE, "VGG16");
    assertKnown(PreprocessingOrigin.of(vgg.cutAfter("block4_pool")), Preprocessing.CAFFE, "VGG16");
    assertEquals("caffe (the architecture is VGG16)", PreprocessingOrigin.of(vgg).text());
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny-vgg-keras2", "tiny-vgg-keras3"})
  void aModelThatPreparesItsImagesTakesThemAsTheyAre(String fixture) {
    Network vgg =
        Network.of(SavedModelReader.read(Path.of("src/test/resources/models").resolve(fixture)));
    for (Preprocessing mode : Preprocessing.values()) {
      PreprocessingOrigin origin = PreprocessingOrigin.of(mode.splice(vgg));
      boolean prepares = mode != Preprocessing.NONE;
      assertEquals(
          prepares ? Preprocessing.NONE : Preprocessing.CAFFE, origin.mode().orElseThrow());
      assertEquals(prepares ? Source.IN_MODEL : Source.ARCHITECTURE, origin.source());
    }
  }

  @Test
  void vggIsKnownInsideAnotherModelAndCutShort() {
    Network nested = new ChainNetwork().layers("outer/vgg16/", VGG).network();
    assertKnown(PreprocessingOrigin.of(nested), Preprocessing.CAFFE, "VGG16");
    Network shorter = ChainNetwork.of(Arrays.copyOf(VGG, 6));
    assertKnown(PreprocessingOrigin.of(shorter), Preprocessing.CAFFE, "VGG16");
    assertUnknown(PreprocessingOrigin.of(ChainNetwork.of(Arrays.copyOf(VGG, 5))));
  }

  @ParameterizedTest
  @CsvSource({
    "0, block1_conv1=conv5/1",
    "3, block2_conv1=conv3/2",
    "5, block2_pool=max3/2",
    "7, block3_bn1",
    "8, block3_conv3=conv1/1",
    "1, block1_bn1",
    "6, block3_conv9=conv3/1"
  })
  void namesOfVggOnAnotherStructureAreNotGuessed(int at, String link) {
    String[] changed = VGG.clone();
    changed[at] = link;
    assertUnknown(PreprocessingOrigin.of(ChainNetwork.of(changed)));
  }

  @Test
  void theVersionsOfResNetAreToldApart() {
    assertKnown(PreprocessingOrigin.of(ChainNetwork.of(RESNET)), Preprocessing.CAFFE, "ResNet");
    Network second =
        ChainNetwork.of(
            "conv1_conv=conv7/2",
            "pool1_pad",
            "pool1_pool=max3/2",
            "conv2_block1_preact_bn",
            "conv2_block1_preact_relu",
            "conv2_block1_1_conv=conv1/1",
            "conv2_block1_1_bn",
            "conv2_block1_2_conv=conv3/1",
            "conv2_block1_3_conv=conv1/1");
    assertKnown(PreprocessingOrigin.of(second), Preprocessing.TF, "ResNetV2");
    assertUnknown(PreprocessingOrigin.of(ChainNetwork.of(Arrays.copyOf(RESNET, 5))));
  }

  @ParameterizedTest
  @CsvSource({
    "Mul, 0.003921569, none",
    "Mul, 0.0078431373, none",
    "RealDiv, 255, none",
    "Mul, 2, ''",
    "Sub, 0.5, ''",
    "Mul, 255, ''",
    "AddV2, 1, ''"
  })
  void arithmeticSaysThatTheModelTakesPixelsOnlyIfItBringsThemIntoRange(
      String op, float value, String mode) {
    for (String[] links : List.of(VGG, new String[] {"conv=conv3/1"})) {
      PreprocessingOrigin origin =
          PreprocessingOrigin.of(
              new ChainNetwork().arithmetic("rescaling", op, value).layers("", links).network());
      assertEquals(mode, origin.mode().map(Preprocessing::id).orElse(""));
      assertEquals(mode.isEmpty() ? Source.UNKNOWN : Source.IN_MODEL, origin.source());
      assertEquals(List.of("rescaling"), origin.layers());
    }
  }

  @Test
  void subtractingTheMeansOfImageNetIsPreparing() {
    PreprocessingOrigin origin =
        PreprocessingOrigin.of(
            new ChainNetwork()
                .op("bgr", "StridedSlice")
                .arithmetic("mean", "BiasAdd", -103.939f, -116.779f, -123.68f)
                .layers("", VGG)
                .network());
    assertEquals(Optional.of(Preprocessing.NONE), origin.mode());
    assertTrue(origin.text().contains("in mean"), origin.text());
  }

  @ParameterizedTest
  @ValueSource(strings = {"StridedSlice", "FusedBatchNormV3", "Abs", "Transpose"})
  void whatElseIsDoneToThePixelsIsNotGuessed(String op) {
    Network network = new ChainNetwork().op("odd", op).layers("", VGG).network();
    assertUnknown(PreprocessingOrigin.of(network));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Identity", "Cast", "Pad", "ResizeBilinear"})
  void whatHandsPixelsOnChangesNothing(String op) {
    Network network = new ChainNetwork().op("same", op).layers("", VGG).network();
    assertKnown(PreprocessingOrigin.of(network), Preprocessing.CAFFE, "VGG16");
  }

  @Test
  void aFamilyWithoutTheLayersThatPrepareItsImagesAsks() {
    PreprocessingOrigin origin =
        PreprocessingOrigin.of(
            ChainNetwork.of(
                "stem_conv=conv3/2", "stem_bn", "stem_activation", "block1a_project_conv=conv3/1"));
    assertUnknown(origin);
    assertEquals(Optional.of("EfficientNetV2"), origin.architecture());
    assertTrue(origin.seen().contains("EfficientNetV2 without the layers"), origin.seen());
  }

  private static void assertKnown(
      PreprocessingOrigin origin, Preprocessing mode, String architecture) {
    assertEquals(Optional.of(mode), origin.mode(), origin.seen());
    assertEquals(Source.ARCHITECTURE, origin.source());
    assertEquals(Optional.of(architecture), origin.architecture());
  }

  private static void assertUnknown(PreprocessingOrigin origin) {
    assertEquals(Optional.empty(), origin.mode(), origin.text());
    assertEquals(Source.UNKNOWN, origin.source());
    assertTrue(origin.text().startsWith("unknown: "), origin.text());
  }
}
