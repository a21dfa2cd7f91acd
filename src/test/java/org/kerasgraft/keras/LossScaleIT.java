package org.kerasgraft.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kerasgraft.savedmodel.VariableSpec;
import org.kerasgraft.train.Optimizer;
import org.kerasgraft.train.TrainedNetwork;
import org.kerasgraft.train.Variables;

/**
 * A mixed_float16 model whose gradients vanish without a loss scale, and overflow at first with
 * Keras': 20 steps, the same ones skipped, move every weight as {@code fit} does.
 */
@Tag("keras")
class LossScaleIT {

  /**
   * Of how far a variable has moved. Half precision has three digits; a missing scale leaves {@code
   * first} unmoved, a step more or less is off by a twentieth and up.
   */
  private static final double TOLERANCE = 2e-2;

  @TempDir static Path cases;

  @BeforeAll
  static void trainWithKeras() {
    KerasPeer.orSkip().run("peer_loss_scale.py", cases);
  }

  @ParameterizedTest
  @CsvSource({
    "keras-3-export, sgd-momentum",
    "keras-3-export, adam",
    "keras-2-saved-model, sgd-momentum",
  })
  void weightsMoveAsInFit(String format, String name) {
    Optimizer optimizer = name.equals("adam") ? Optimizer.adam(1e-3) : Optimizer.sgd(1e-2, 0.9);
    try (PeerTraining training =
        PeerTraining.withKeptHead(cases.resolve(format), Variables.all())) {
      TrainedNetwork trained = training.train(4, 4, optimizer);
      List<VariableSpec> chosen = trained.selection().chosen();
      assertEquals(6, chosen.size());
      Map<String, float[]> initial = training.keras("initial", chosen);
      Map<String, float[]> ours = trained.values(chosen);
      training
          .keras(name, chosen)
          .forEach(
              (variable, keras) -> {
                float[] from = initial.get(variable);
                double off =
                    PeerArray.relativeL2(
                        difference(ours.get(variable), from), difference(keras, from));
                assertTrue(off <= TOLERANCE, variable + " moved otherwise, by " + off);
              });
    }
  }

  private static float[] difference(float[] left, float[] right) {
    float[] difference = new float[left.length];
    for (int i = 0; i < left.length; i++) {
      difference[i] = left[i] - right[i];
    }
    return difference;
  }
}
