package org.kerasgraft.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.backbone.TinyNetwork;
import org.kerasgraft.graph.Network;
import org.kerasgraft.head.BuiltHead;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/** Training through float16: gradients too small for it, and too large ones. */
class HalfPrecisionTest {

  @TempDir private Path directory;

  private record Run(Map<String, float[]> before, Map<String, float[]> after, Recorder recorder) {

    double[] moved(String variable) {
      double[] moved = new double[before.get(variable).length];
      for (int i = 0; i < moved.length; i++) {
        moved[i] = after.get(variable)[i] - (double) before.get(variable)[i];
      }
      return moved;
    }
  }

  private Run fineTune(int epochs, Class<? extends TNumber> type, float... factors) {
    try (TinyNetwork tiny = new TinyNetwork(directory, 7, 8, 8, 3)) {
      Network network = tiny.conv("conv", 4).rescaled("scaled", type, factors).pool("pool").cut();
      Training training =
          Training.builder()
              .head(0, Optimizer.sgd(1))
              .fineTune(epochs, Optimizer.adam(1e-2))
              .batchSize(4)
              .shuffle(false)
              .build();
      try (LiveNetwork live = LiveNetwork.open(network, RuntimeOptions.defaults())) {
        BuiltHead head = TinyTraining.head(live, 3);
        head.initialize(live.session());
        List<VariableSpec> own = List.copyOf(network.graph().variables().values());
        Map<String, float[]> before = live.values(own);
        Recorder recorder = new Recorder();
        TrainedNetwork trained =
            new TwoPhaseTraining(live, head, Variables.all(), training)
                .run(new TinyFeatures(live, TinyTraining.PICTURES, 2), recorder);
        return new Run(before, trained.values(own), recorder);
      }
    }
  }

  /**
   * The last two factors bring the gradient below half of float16's least number, 6e-8, and the
   * steps of Adam do not depend on a gradient's size. Three digits of half precision: 2e-2.
   */
  @Test
  void gradientsTooSmallForHalfPrecisionTrainAsInFloat32() {
    float[] factors = {0x1p12f, 0x1p-12f, 0x1p-12f};
    double[] half = fineTune(2, TFloat16.class, factors).moved("conv/kernel");
    double[] full = fineTune(2, TFloat32.class, factors).moved("conv/kernel");
    double difference = 0;
    double size = 0;
    for (int i = 0; i < full.length; i++) {
      difference += Math.pow(half[i] - full[i], 2);
      size += full[i] * full[i];
    }
    assertTrue(size > 0);
    assertTrue(Math.sqrt(difference / size) <= 2e-2, "differs by " + Math.sqrt(difference / size));
  }

  @Test
  void stepsWithInfiniteGradientsChangeNothingAndAreReported() {
    Run skipped = fineTune(1, TFloat16.class, 0x1p-14f, 0x1p14f);
    assertArrayEquals(new double[4], skipped.moved("conv/bias"));
    assertEquals(2, skipped.recorder().warnings.size());
    assertTrue(
        skipped.recorder().warnings.get(1).contains("Epoch 1 of phase 'fine-tune' changed no"),
        skipped.recorder().warnings.get(1));
  }

  @Test
  void theScaleFallsUntilTheGradientsAreFinite() {
    Run run = fineTune(12, TFloat16.class, 0x1p-14f, 0x1p14f);
    assertTrue(Arrays.stream(run.moved("conv/kernel")).allMatch(Double::isFinite));
    assertFalse(Arrays.stream(run.moved("conv/kernel")).allMatch(d -> d == 0));
    int warnings = run.recorder().warnings.size();
    assertTrue(warnings > 2 && warnings < 12, "warnings " + warnings);
  }
}
