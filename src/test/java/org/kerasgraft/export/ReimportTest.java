package org.kerasgraft.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kerasgraft.junit.GraphAssertions.assertExactlyChanged;
import static org.kerasgraft.junit.GraphAssertions.assertReloadEquals;
import static org.kerasgraft.junit.GraphAssertions.assertValuesEqual;
import static org.kerasgraft.junit.Tolerance.SAME_GRAPH;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.data.Preprocessing;
import org.kerasgraft.graph.Layer;
import org.kerasgraft.graph.Network;
import org.kerasgraft.junit.Answers;
import org.kerasgraft.junit.Snapshot;
import org.kerasgraft.savedmodel.ImportedModel;
import org.kerasgraft.savedmodel.SavedModelReader;
import org.kerasgraft.savedmodel.VariableSpec;

/** What this library exports, it imports again like any other model. */
class ReimportTest {

  @TempDir Path folder;

  @Test
  void anExportedModelIsReadWithItsLayersVariablesAndValues() {
    try (TrainedExample example = TrainedExample.images("circle", "square", "star")) {
      Path path = SavedModelExport.writeAtomically(example.spec(), folder.resolve("model"));
      ImportedModel model = SavedModelReader.read(path);
      assertEquals("none", model.preprocessing().orElseThrow().mode());
      assertEquals(32, model.preprocessing().orElseThrow().height().orElseThrow());
      Set<String> trained = new HashSet<>(example.spec().provenance().training().variables());
      assertEquals(example.snapshot().names(), names(model));
      model.variables().forEach(v -> assertEquals(trained.contains(v.name()), v.trainable()));

      Network network = Network.of(model);
      Set<String> layers = network.layers().stream().map(Layer::name).collect(Collectors.toSet());
      assertTrue(layers.contains("block1_conv1"), layers.toString());
      assertTrue(layers.contains("block5_pool"), layers.toString());
      for (String dense : List.of("dense", "dense_1")) {
        assertEquals(
            List.of("head/" + dense + "/kernel", "head/" + dense + "/bias"),
            network.layer(dense).variables().stream().map(VariableSpec::name).toList());
        assertTrue(network.layer(dense).hasOneOutput());
      }
      try (LiveNetwork live = LiveNetwork.open(network, RuntimeOptions.defaults())) {
        assertExactlyChanged(List.of(), example.snapshot(), Snapshot.of(live));
        assertValuesEqual(
            example.answers().to(TrainedExample.images(3)).get("probabilities"),
            Answers.of(live).to(TrainedExample.images(3)).get("probabilities"),
            SAME_GRAPH);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny-vgg-keras2", "tiny-vgg-keras3"})
  void layersKeepTheirOrderAndTheLastBlockIsTheSame(String fixture) {
    Path source = Path.of("src/test/resources/models").resolve(fixture);
    Path target = folder.resolve("model");
    try (TrainedExample example =
        TrainedExample.images(source, Preprocessing.CAFFE, "circle", "square", "star")) {
      SavedModelExport.writeAtomically(example.spec(), target);
    }
    Network before = Network.of(SavedModelReader.read(source));
    Network after = Network.of(SavedModelReader.read(target));
    List<String> expected = vgg(before);
    assertEquals(18, expected.size());
    assertEquals(expected, vgg(after));
    assertEquals(
        vgg(before.lastConvBlock().orElseThrow().layers()),
        vgg(after.lastConvBlock().orElseThrow().layers()));
    assertEquals("block5_pool", after.lastConvBlock().orElseThrow().output().name());
  }

  private static List<String> vgg(Network network) {
    return vgg(network.layers());
  }

  private static List<String> vgg(List<Layer> layers) {
    return layers.stream().map(Layer::name).filter(n -> n.startsWith("block")).toList();
  }

  @Test
  void anExportedModelIsGivenAnotherHeadAndExportedAgain() {
    Path first = folder.resolve("first");
    Path second = folder.resolve("second");
    try (TrainedExample example = TrainedExample.images("circle", "square", "star")) {
      SavedModelExport.writeAtomically(example.spec(), first);
    }
    try (TrainedExample again = TrainedExample.images(first, Preprocessing.NONE, "cat", "dog")) {
      SavedModelExport.writeAtomically(again.spec(), second);
      assertReloadEquals(again.answers(), second, TrainedExample.images(2));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny-vgg-keras2", "dynamic-vgg-keras3"})
  void modelsOfTheOtherFormsAreExportedToo(String fixture) {
    Path source = Path.of("src/test/resources/models").resolve(fixture);
    Path target = folder.resolve("model");
    try (TrainedExample example =
        TrainedExample.images(source, Preprocessing.CAFFE, "circle", "square", "star")) {
      SavedModelExport.writeAtomically(example.spec(), target);
      assertEquals(example.snapshot().names(), names(SavedModelReader.read(target)));
    }
  }

  private static Set<String> names(ImportedModel model) {
    return model.variables().stream().map(VariableSpec::name).collect(Collectors.toSet());
  }
}
