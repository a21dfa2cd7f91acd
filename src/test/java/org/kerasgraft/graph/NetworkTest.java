package org.kerasgraft.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kerasgraft.junit.GraphAssertions.assertNothingBeyond;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.savedmodel.ModelFormat;
import org.kerasgraft.savedmodel.SavedModelReader;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.ndarray.Shape;

class NetworkTest {

  private static final Path MODELS = Path.of("src/test/resources/models");
  private static final List<String> VGG =
      List.of(
          "input_layer",
          "block1_conv1",
          "block1_conv2",
          "block1_pool",
          "block2_conv1",
          "block2_conv2",
          "block2_pool",
          "block3_conv1",
          "block3_conv2",
          "block3_conv3",
          "block3_pool",
          "block4_conv1",
          "block4_conv2",
          "block4_conv3",
          "block4_pool",
          "block5_conv1",
          "block5_conv2",
          "block5_conv3",
          "block5_pool");

  private static Network open(String model) {
    return Network.of(SavedModelReader.read(MODELS.resolve(model)));
  }

  @ParameterizedTest
  @CsvSource({
    "tiny-vgg-keras3, KERAS_3_EXPORT",
    "tiny-vgg-keras2, KERAS_2_SAVED_MODEL",
    "dynamic-vgg-keras3, KERAS_3_EXPORT"
  })
  void everyFormIsRecognised(String model, ModelFormat format) {
    assertEquals(format, open(model).source().format());
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny-vgg-keras3", "tiny-vgg-keras2"})
  void layersHaveTheirKerasNamesInOrder(String model) {
    List<String> expected = new java.util.ArrayList<>(VGG);
    expected.addAll(List.of("flatten", "fc1", "fc2", "predictions"));
    assertEquals(expected, open(model).layers().stream().map(Layer::name).toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny-vgg-keras3", "tiny-vgg-keras2"})
  void layersHaveTypesShapesAndVariables(String model) {
    Layer conv = open(model).layer("block5_conv1");
    assertEquals(Optional.of("Conv2D"), conv.type());
    assertEquals(Shape.of(-1, 2, 2, 8).toString(), conv.outputShape().toString());
    assertEquals(
        List.of("block5_conv1/kernel", "block5_conv1/bias"),
        conv.variables().stream().map(VariableSpec::name).toList());
    assertEquals(3 * 3 * 8 * 8 + 8, conv.parameters());
    assertTrue(conv.trainable());
    assertEquals(Optional.of("MaxPooling2D"), open(model).layer("block5_pool").type());
    // Keras 3 flattens with the ops of a Reshape to one dimension: the type is not known.
    assertEquals(
        model.endsWith("2") ? Optional.of("Flatten") : Optional.empty(),
        open(model).layer("flatten").type());
    assertEquals(Optional.of("Dense"), open(model).layer("predictions").type());
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny-vgg-keras3", "tiny-vgg-keras2", "dynamic-vgg-keras3"})
  void theLastConvBlockIsFoundFromTheGraph(String model) {
    ConvBlock block = open(model).lastConvBlock().orElseThrow();
    assertEquals("block5", block.name());
    assertEquals("block5_pool", block.output().name());
    assertEquals(
        List.of("block5_conv1", "block5_conv2", "block5_conv3", "block5_pool"),
        block.layers().stream().map(Layer::name).toList());
  }

  @Test
  void aCutDropsWhateverDoesNotLeadThere() {
    Network cut = open("tiny-vgg-keras3").cutAfter("block4_pool");
    assertEquals(VGG.subList(0, 15), cut.layers().stream().map(Layer::name).toList());
    assertFalse(cut.graph().variables().containsKey("block5_conv1/kernel"));
    assertTrue(cut.graph().variables().containsKey("block4_conv3/bias"));
    assertNothingBeyond("block4_pool", cut);
  }

  @Test
  void anUnknownLayerIsRefusedWithNearNames() {
    UnknownNameException refused =
        assertThrows(
            UnknownNameException.class, () -> open("tiny-vgg-keras3").cutAfter("block5_pol"));
    assertEquals("block5_pool", refused.near().get(0));
    assertTrue(refused.explain().contains("'graft inspect' lists its 23 layers."));
  }

  @Test
  void aKeras3ExportStoresEachVariableTwiceAndBothKeysAreKnown() {
    VariableSpec kernel = open("tiny-vgg-keras3").graph().variables().get("block1_conv1/kernel");
    assertEquals(2, kernel.checkpointKeys().size(), kernel.toString());
    assertTrue(kernel.checkpointKeys().get(0).startsWith("variables/"), kernel.toString());
  }
}
