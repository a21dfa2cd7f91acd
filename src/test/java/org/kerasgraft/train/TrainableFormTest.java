package org.kerasgraft.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.backbone.TinyNetwork;
import org.kerasgraft.graph.Network;
import org.kerasgraft.graph.TrainableForm;
import org.kerasgraft.head.BuiltHead;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.nn.Conv2d;
import org.tensorflow.types.TFloat32;

/** Convolutions whose native gradient is wrong: same values in another form, right gradients. */
class TrainableFormTest {

  private static final Conv2d.Options DILATED = Conv2d.dilations(List.of(1L, 2L, 3L, 1L));
  private static final Conv2d.Options PADDED =
      Conv2d.explicitPaddings(List.of(0L, 0L, 1L, 2L, 0L, 3L, 0L, 0L));

  @TempDir private Path directory;

  private enum Kind {
    DILATED_SAME,
    DILATED_VALID,
    PADDED,
    GROUPED,
    GROUPS_OF_ONE_CHANNEL,
    PADDED_AND_DILATED_AND_GROUPS_OF_ONE_CHANNEL,
    DILATED_AND_GROUPED,
    PADDED_AND_DILATED_AND_GROUPED;

    TinyNetwork on(TinyNetwork tiny) {
      return switch (this) {
        case DILATED_SAME -> tiny.conv("odd", 4, 4, "SAME", TrainableFormTest.DILATED);
        case DILATED_VALID -> tiny.conv("odd", 4, 4, "VALID", TrainableFormTest.DILATED);
        case PADDED -> tiny.conv("odd", 4, 4, "EXPLICIT", TrainableFormTest.PADDED);
        case GROUPED -> tiny.conv("odd", 6, 2, "SAME");
        case GROUPS_OF_ONE_CHANNEL -> tiny.conv("odd", 8, 1, "SAME");
        case PADDED_AND_DILATED_AND_GROUPS_OF_ONE_CHANNEL ->
            tiny.conv("odd", 8, 1, "EXPLICIT", TrainableFormTest.PADDED, TrainableFormTest.DILATED);
        case DILATED_AND_GROUPED -> tiny.conv("odd", 6, 2, "SAME", TrainableFormTest.DILATED);
        case PADDED_AND_DILATED_AND_GROUPED ->
            tiny.conv("odd", 6, 2, "EXPLICIT", TrainableFormTest.PADDED, TrainableFormTest.DILATED);
      };
    }
  }

  private Network network(Kind kind, long height, long width) {
    try (TinyNetwork tiny = new TinyNetwork(directory, 5, height, width, 3)) {
      return kind.on(tiny.conv("first", 4)).conv("last", 2).cut();
    }
  }

  private static float[] run(LiveNetwork live, Output<?> fetched) {
    SplittableRandom random = new SplittableRandom(1);
    float[] images = new float[2 * 9 * 8 * 3];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) random.nextDouble();
    }
    try (TFloat32 x = Tensors.of(Shape.of(2, 9, 8, 3), images);
        Result result = live.session().runner().feed(live.input(), x).fetch(fetched).run()) {
      return Tensors.floats(result.get(0));
    }
  }

  @ParameterizedTest
  @EnumSource
  void theFormHasTheSameValues(Kind kind) {
    assertSameValues(network(kind, 9, 8));
  }

  @ParameterizedTest
  @EnumSource
  void theFormHasTheSameValuesWhereTheSizeIsOpen(Kind kind) {
    assertSameValues(network(kind, -1, -1));
  }

  private static void assertSameValues(Network network) {
    Network form = Variables.all().trainableForm(network);
    assertNotEquals(network.graph().graphDef(), form.graph().graphDef());
    try (LiveNetwork one = LiveNetwork.open(network, RuntimeOptions.defaults());
        LiveNetwork other = LiveNetwork.open(form, RuntimeOptions.defaults())) {
      float[] expected = run(one, one.tensor(Gradients.outputOf(network)));
      // The same products, summed in another order.
      assertArrayEquals(expected, run(other, other.tensor(Gradients.outputOf(form))), 1e-5f);
    }
  }

  /** Central differences in float32: within 2 % of the largest gradient of each variable. */
  @ParameterizedTest
  @EnumSource
  @SuppressWarnings("unchecked") // float32
  void theGradientsAreFiniteDifferences(Kind kind) {
    Network form = Variables.all().trainableForm(network(kind, -1, -1));
    try (LiveNetwork live = LiveNetwork.open(form, RuntimeOptions.defaults())) {
      Ops tf = live.ops();
      Operand<TFloat32> features = (Operand<TFloat32>) live.tensor(Gradients.outputOf(form));
      Operand<TFloat32> loss =
          tf.reduceSum(tf.math.square(features), tf.constant(new int[] {0, 1, 2, 3}));
      BuiltHead none = new BuiltHead(features, features, features, 2, List.of(), Optional.empty());
      Weights weights = new Weights(live, none);
      List<UpdateGraph.Gradient> gradients =
          new Gradients(live, weights, Gradients.outputOf(form))
              .of(loss, Variables.all().resolve(form, List.of()));
      assertEquals(6, gradients.size());
      for (UpdateGraph.Gradient g : gradients) {
        float[] analytic = run(live, g.gradient().asOutput());
        String name = g.spec().name();
        float[] values = weights.read(List.of(g.spec())).get(name);
        double largest = 1e-3;
        for (float a : analytic) {
          largest = Math.max(largest, Math.abs(a));
        }
        for (int i = 0; i < values.length; i += 1 + values.length / 5) {
          float[] moved = values.clone();
          moved[i] = values[i] + 2e-3f;
          weights.assign(Map.of(name, moved));
          double above = run(live, loss.asOutput())[0];
          moved[i] = values[i] - 2e-3f;
          weights.assign(Map.of(name, moved));
          double below = run(live, loss.asOutput())[0];
          assertEquals((above - below) / 4e-3, analytic[i], 0.02 * largest, name + "[" + i + "]");
        }
        weights.assign(Map.of(name, values));
      }
    }
  }

  @Test
  void onlyWhatGradientsGoThroughIsRewrittenAndTheOriginalComesBack() {
    Network network = network(Kind.GROUPED, 9, 8);
    assertSame(network, Variables.layers("last").trainableForm(network));
    Network form = Variables.layers("odd").trainableForm(network);
    var undone = TrainableForm.undone(form.graph().graphDef());
    network
        .graph()
        .graphDef()
        .getNodeList()
        .forEach(
            node ->
                assertEquals(
                    node,
                    undone.getNodeList().stream()
                        .filter(n -> n.getName().equals(node.getName()))
                        .findFirst()
                        .orElseThrow()));
  }
}
