package org.kerasgraft.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.kerasgraft.junit.GraphAssertions.assertExactlyChanged;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.graph.FrozenFrontier;
import org.kerasgraft.graph.Network;
import org.kerasgraft.head.Activation;
import org.kerasgraft.head.BuiltHead;
import org.kerasgraft.head.Head;
import org.kerasgraft.head.KeptHead;
import org.kerasgraft.junit.Snapshot;
import org.kerasgraft.savedmodel.SavedModelReader;
import org.kerasgraft.savedmodel.VariableSpec;

/** Training on genuine Keras exports of VGG16's topology, in both forms. */
class KerasModelTrainingTest {

  private static final Training SHORT =
      Training.builder()
          .head(1, Optimizer.rmsProp(1e-3))
          .fineTune(1, Optimizer.sgd(1e-2, 0.9))
          .batchSize(4)
          .keep(Keep.LAST)
          .build();

  private static Network network(String model) {
    return Network.of(SavedModelReader.read(Path.of("src/test/resources/models", model)));
  }

  private static Set<String> names(List<VariableSpec> variables) {
    return variables.stream()
        .map(VariableSpec::name)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static final Set<String> BLOCK5 =
      new TreeSet<>(
          List.of(
              "block5_conv1/kernel", "block5_conv1/bias",
              "block5_conv2/kernel", "block5_conv2/bias",
              "block5_conv3/kernel", "block5_conv3/bias"));

  @ParameterizedTest
  @ValueSource(strings = {"tiny-vgg-keras3", "tiny-vgg-keras2", "dynamic-vgg-keras3"})
  void theLastConvBlockIsBlock5AndItsFrontierBlock4Pool(String model) {
    Network cut = network(model).cutAfter("block5_pool");
    Selection selection = Variables.lastConvBlock().resolve(cut, List.of());
    assertEquals(BLOCK5, names(selection.backbone()));
    assertEquals(
        names(selection.backbone()),
        names(Variables.headAnd("block5_*").resolve(cut, List.of()).backbone()));
    assertEquals(cut.layer("block4_pool").output(), FrozenFrontier.of(cut, selection.backbone()));
    Selection all = Variables.all().resolve(cut, List.of());
    assertEquals(26, all.backbone().size());
    assertEquals(cut.input().tensor(), FrozenFrontier.of(cut, all.backbone()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny-vgg-keras3", "tiny-vgg-keras2"})
  void bothPhasesMoveExactlyTheHeadAndBlock5(String model) {
    Network cut = network(model).cutAfter("block5_pool");
    try (LiveNetwork live = LiveNetwork.open(cut, RuntimeOptions.defaults())) {
      BuiltHead head = Head.kerasBlog().withClasses(2).build(live, Gradients.outputOf(cut), 1);
      Snapshot before = Snapshot.of(live);
      TrainedNetwork trained =
          new TwoPhaseTraining(live, head, Variables.lastConvBlock(), SHORT)
              .run(new TinyFeatures(live, pictures(), 2), TrainingListener.SILENT);
      assertEquals(30, trained.selection().all().size());
      assertExactlyChanged(List.of("block5_conv*", "head/*"), before, Snapshot.of(trained));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny-vgg-keras3", "tiny-vgg-keras2"})
  void theKerasClassifierTrainsOnFromItsLogits(String model) {
    Network whole = network(model);
    KeptHead kept = KeptHead.find(whole);
    assertEquals(Activation.SOFTMAX, kept.activation());
    assertEquals(3, kept.classes());
    try (LiveNetwork live = LiveNetwork.open(whole, RuntimeOptions.defaults())) {
      BuiltHead head = kept.build(live);
      Snapshot before = Snapshot.of(live);
      new TwoPhaseTraining(live, head, Variables.layers("fc2", "predictions"), SHORT)
          .run(new TinyFeatures(live, pictures(), 2), TrainingListener.SILENT);
      assertExactlyChanged(List.of("fc2", "predictions"), before, Snapshot.of(live));
    }
  }

  @Test
  void fromTheLastConvBlockOnMeansBlock5AndTheClassifier() {
    Set<String> expected = new TreeSet<>(BLOCK5);
    for (String layer : List.of("fc1", "fc2", "predictions")) {
      expected.add(layer + "/kernel");
      expected.add(layer + "/bias");
    }
    Network whole = network("tiny-vgg-keras3");
    assertEquals(
        expected, names(Variables.fromLastConvBlock().resolve(whole, List.of()).backbone()));
  }

  private static TinyRows pictures() {
    return new TinyRows(10, 32 * 32 * 3, 3);
  }
}
