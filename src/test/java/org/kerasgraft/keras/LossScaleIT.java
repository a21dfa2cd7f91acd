package org.kerasgraft.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kerasgraft.junit.Tolerance;
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
  private static final Tolerance TOLERANCE = Tolerance.of(2e-2);

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
      assertEquals(6, trained.selection().chosen().size());
      training.assertMovedAsInFit(name, trained, TOLERANCE);
    }
  }
}
