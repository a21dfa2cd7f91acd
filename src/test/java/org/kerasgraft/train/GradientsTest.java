package org.kerasgraft.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.backbone.TinyNetwork;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.graph.Network;
import org.kerasgraft.head.BuiltHead;
import org.kerasgraft.head.Head;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.nn.Conv2d;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

class GradientsTest {

  private static final Training.Regularisation L2 = new Training.Regularisation(0.01, 0.1);

  @TempDir private Path directory;

  private TinyNetwork tiny() {
    return new TinyNetwork(directory, 11, 8, 8, 3);
  }

  private static Network twoBlocks(TinyNetwork tiny) {
    return tiny.conv("block1_conv1", 4)
        .pool("block1_pool")
        .conv("block2_conv1", 6)
        .pool("block2_pool")
        .cut();
  }

  private static List<UpdateGraph.Gradient> gradients(
      LiveNetwork network, BuiltHead head, LossGraph loss, Variables variables) {
    Selection selection = variables.resolve(network.network(), head.variables());
    return new Gradients(network, new Weights(network, head), Gradients.outputOf(network.network()))
        .of(loss.training().loss(), selection);
  }

  private static BuiltHead head(LiveNetwork network) {
    BuiltHead head =
        Head.parse("flatten, dense(5, tanh), dense(classes, softmax)")
            .withClasses(3)
            .build(network, Gradients.outputOf(network.network()), 1);
    head.initialize(network.session());
    return head;
  }

  private ModelRefusedException refusal(Network network, String layer) {
    try (LiveNetwork live = LiveNetwork.open(network, RuntimeOptions.defaults())) {
      BuiltHead head = head(live);
      LossGraph loss = LossGraph.build(live.ops(), head, L2);
      return assertThrows(
          ModelRefusedException.class, () -> gradients(live, head, loss, Variables.headAnd(layer)));
    }
  }

  /**
   * Central differences with h = 0.001 in float32: truncation and rounding together stay below 1 %
   * of the largest gradient of each variable.
   */
  @Test
  void gradientsAreFiniteDifferences() {
    try (TinyNetwork tiny = tiny();
        LiveNetwork network = LiveNetwork.open(twoBlocks(tiny), RuntimeOptions.defaults())) {
      BuiltHead head = head(network);
      LossGraph loss = LossGraph.build(network.ops(), head, L2);
      List<UpdateGraph.Gradient> gradients =
          gradients(network, head, loss, Variables.headAnd("block2_*"));
      assertEquals(6, gradients.size());
      Weights weights = new Weights(network, head);
      SplittableRandom random = new SplittableRandom(5);
      for (UpdateGraph.Gradient g : gradients) {
        float[] analytic = run(network, loss, g.gradient().asOutput());
        float[] values = weights.read(List.of(g.spec())).get(g.spec().name());
        double largest = 1e-3;
        for (float a : analytic) {
          largest = Math.max(largest, Math.abs(a));
        }
        for (int k = 0; k < 4; k++) {
          int i = random.nextInt(values.length);
          double numeric =
              (at(network, loss, weights, g, values, i, 0.001f)
                      - at(network, loss, weights, g, values, i, -0.001f))
                  / 0.002;
          assertEquals(numeric, analytic[i], 0.01 * largest, g.spec().name() + "[" + i + "]");
        }
        weights.assign(Map.of(g.spec().name(), values));
      }
    }
  }

  private static double at(
      LiveNetwork network,
      LossGraph loss,
      Weights weights,
      UpdateGraph.Gradient g,
      float[] values,
      int i,
      float change) {
    float[] moved = values.clone();
    moved[i] += change;
    weights.assign(Map.of(g.spec().name(), moved));
    return run(network, loss, loss.training().loss().asOutput())[0];
  }

  private static float[] run(LiveNetwork network, LossGraph loss, Output<?> fetched) {
    float[] images = new float[2 * 8 * 8 * 3];
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) random.nextDouble();
    }
    try (TFloat32 x = Tensors.of(Shape.of(2, 8, 8, 3), images);
        TInt32 y = TInt32.vectorOf(0, 2);
        Result result =
            network
                .session()
                .runner()
                .feed(network.input(), x)
                .feed(loss.labels().asOutput(), y)
                .fetch(fetched)
                .run()) {
      return Tensors.floats(result.get(0));
    }
  }

  @Test
  void anOpWithoutGradientIsRefusedByNameWithItsVariable() {
    try (TinyNetwork tiny = tiny()) {
      ModelRefusedException e =
          refusal(
              tiny.conv("block1_conv1", 4).rint("rounding").conv("block2_conv1", 6).cut(),
              "block1_conv1");
      assertTrue(e.getMessage().contains("block1_conv1/kernel"), e.explain());
      assertTrue(e.getMessage().contains("Rint 'rounding/Rint'"), e.explain());
    }
  }

  @Test
  void theSameOpBelowTheChosenLayersDoesNotMatter() {
    try (TinyNetwork tiny = tiny();
        LiveNetwork network =
            LiveNetwork.open(
                tiny.conv("block1_conv1", 4).rint("rounding").conv("block2_conv1", 6).cut(),
                RuntimeOptions.defaults())) {
      BuiltHead head = head(network);
      LossGraph loss = LossGraph.build(network.ops(), head, L2);
      assertEquals(6, gradients(network, head, loss, Variables.headAnd("block2_*")).size());
    }
  }

  @Test
  void aDilatedConvolutionOnTheWayIsRefused() {
    try (TinyNetwork tiny = tiny()) {
      ModelRefusedException e =
          refusal(
              tiny.conv("conv1", 4)
                  .conv("atrous", 4, Conv2d.dilations(List.of(1L, 2L, 2L, 1L)))
                  .cut(),
              "conv1");
      assertTrue(e.getMessage().contains("conv1/kernel"), e.explain());
      assertTrue(e.getMessage().contains("'atrous/convolution' has dilations"), e.explain());
    }
  }

  @Test
  void anExplicitlyPaddedConvolutionIsRefused() {
    try (TinyNetwork tiny = tiny()) {
      ModelRefusedException e =
          refusal(
              tiny.conv(
                      "padded",
                      4,
                      3,
                      "EXPLICIT",
                      Conv2d.explicitPaddings(List.of(0L, 0L, 1L, 1L, 1L, 1L, 0L, 0L)))
                  .cut(),
              "padded");
      assertTrue(e.getMessage().contains("explicit padding"), e.explain());
    }
  }

  @Test
  void aGroupedConvolutionIsRefused() {
    try (TinyNetwork tiny = tiny()) {
      ModelRefusedException e =
          refusal(tiny.conv("conv1", 4).conv("grouped", 4, 2, "SAME").cut(), "grouped");
      assertTrue(e.getMessage().contains("2 groups"), e.explain());
    }
  }

  @Test
  void aVariableThatTheLossDoesNotReachIsRefused() {
    try (TinyNetwork tiny = tiny()) {
      tiny.conv("conv1", 4);
      var fork = tiny.last();
      tiny.conv("aside", 4).from(fork);
      ModelRefusedException e = refusal(tiny.conv("conv2", 4).cut(), "aside");
      assertTrue(e.getMessage().contains("aside/kernel"), e.explain());
      assertTrue(e.getMessage().contains("does not depend"), e.explain());
    }
  }
}
