package org.kerasgraft.head;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.backbone.TinyNetwork;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.graph.FlatGraph;
import org.kerasgraft.graph.Network;
import org.kerasgraft.savedmodel.TensorSpec;
import org.tensorflow.Result;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;

class KeptHeadTest {

  @TempDir private Path directory;

  private Network endingIn(int units, String activation) {
    try (TinyNetwork tiny = new TinyNetwork(directory, 1, 4)) {
      return tiny.dense("fc1", 5, "linear").dense("predictions", units, activation).whole();
    }
  }

  @Test
  void softmaxTrainsFromItsInput() {
    KeptHead head = KeptHead.find(endingIn(3, "softmax"));
    assertEquals(new KeptHead("predictions/BiasAdd:0", Activation.SOFTMAX, 3), head);
  }

  @Test
  void oneSigmoidIsTwoClasses() {
    KeptHead head = KeptHead.find(endingIn(1, "sigmoid"));
    assertEquals(new KeptHead("predictions/BiasAdd:0", Activation.SIGMOID, 2), head);
  }

  @Test
  void probabilitiesAreTheModelsOwn() {
    Network network = endingIn(3, "softmax");
    try (LiveNetwork live = LiveNetwork.open(network, RuntimeOptions.defaults());
        TFloat32 x =
            TFloat32.tensorOf(Shape.of(2, 4), DataBuffers.of(1f, -1, .5f, 2, 0, .25f, -3, 1))) {
      BuiltHead head = KeptHead.find(network).build(live);
      assertEquals(0, head.variables().size());
      head.initialize(live.session());
      try (Result result =
          live.session()
              .runner()
              .feed(live.input(), x)
              .fetch(head.probabilities().asOutput())
              .fetch(network.graph().outputs().values().iterator().next().tensor())
              .run()) {
        TFloat32 ours = (TFloat32) result.get(0);
        TFloat32 theirs = (TFloat32) result.get(1);
        assertEquals(Shape.of(2, 3), ours.shape());
        for (long i = 0; i < 2; i++) {
          for (long j = 0; j < 3; j++) {
            assertEquals(theirs.getFloat(i, j), ours.getFloat(i, j), 1e-6);
          }
        }
      }
    }
  }

  @Test
  void withoutSoftmaxOrSigmoidItAsksInsteadOfGuessing() {
    UsageException e =
        assertThrows(UsageException.class, () -> KeptHead.find(endingIn(3, "linear")));
    assertTrue(e.getMessage().contains("predictions/BiasAdd"), e.explain());
    assertTrue(e.remedy().contains("new head"), e.explain());
  }

  @Test
  void manySigmoidsAreNoClassifierOverClasses() {
    UsageException e =
        assertThrows(UsageException.class, () -> KeptHead.find(endingIn(3, "sigmoid")));
    assertTrue(e.getMessage().contains("(n, 1) for sigmoid"), e.explain());
  }

  @Test
  void anExportedModelTellsItsLogits() {
    Network one = endingIn(1, "sigmoid");
    TensorSpec logits = new TensorSpec("predictions/BiasAdd:0", DataType.DT_FLOAT, Shape.of(-1, 1));
    TensorSpec two = new TensorSpec("columns:0", DataType.DT_FLOAT, Shape.of(-1, 2));
    FlatGraph graph =
        new FlatGraph(
            one.graph().graphDef(),
            one.graph().inputs(),
            Map.of("logits", logits, "probabilities", two),
            one.graph().variables());
    assertEquals(
        new KeptHead("predictions/BiasAdd:0", Activation.SIGMOID, 2),
        KeptHead.find(new Network(one.source(), graph, one.layers())));
  }

  @Test
  void severalOutputsAreRefused() {
    Network one = endingIn(3, "softmax");
    TensorSpec output = one.graph().outputs().get("predictions");
    FlatGraph graph =
        new FlatGraph(
            one.graph().graphDef(),
            one.graph().inputs(),
            Map.of("a", output, "b", output),
            one.graph().variables());
    UsageException e =
        assertThrows(
            UsageException.class,
            () -> KeptHead.find(new Network(one.source(), graph, one.layers())));
    assertTrue(e.getMessage().contains("2 outputs"), e.explain());
  }
}
