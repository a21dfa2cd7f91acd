package org.kerasgraft.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.kerasgraft.junit.GraphAssertions.assertExactlyChanged;
import static org.kerasgraft.junit.KerasAssertions.assertGradientsEqualKeras;
import static org.kerasgraft.junit.KerasAssertions.assertVariablesEqualKeras;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kerasgraft.junit.Golden;
import org.kerasgraft.junit.Snapshot;
import org.kerasgraft.junit.Tolerance;
import org.kerasgraft.junit.Values;
import org.kerasgraft.savedmodel.VariableSpec;
import org.kerasgraft.train.Optimizer;
import org.kerasgraft.train.TrainedNetwork;

/**
 * Gradients are {@code GradientTape}'s, and 20 steps of an optimizer give the weights of Keras'
 * {@code fit}: mini and full width, both formats, new heads (one sigmoid, softmax) and kept ones.
 */
@Tag("keras")
class KerasTrainingIT {

  /** Float32 sums in another order, over 20 steps. */
  private static final Tolerance TOLERANCE = new Tolerance(1e-4, 1e-4);

  /**
   * For how far a weight has moved: what is left when rounded weights are subtracted. Another rule
   * or another order of the rows is off by tenths.
   */
  private static final Tolerance MOVED_TOLERANCE = Tolerance.of(1e-2);

  private static final int EPOCHS = 4;
  private static final int BATCH = 4;
  private static final int ROWS = 20;

  @TempDir static Path cases;

  @BeforeAll
  static void trainWithKeras() {
    KerasPeer keras = KerasPeer.orSkip();
    keras.run("peer_training.py", "mini", cases.resolve("mini"));
    keras.run("peer_training.py", "full", cases.resolve("full"));
  }

  private static PeerTraining open(String width, String name) {
    Path directory = cases.resolve(width).resolve(name);
    return name.endsWith("-kept")
        ? PeerTraining.withKeptHead(directory)
        : PeerTraining.withNewHead(directory);
  }

  /**
   * One step of plain SGD over all rows at a rate of 1024 moves every weight by 1024 times its
   * gradient: a power of two, and far more than a weight's rounding.
   */
  @ParameterizedTest
  @CsvSource({
    "mini, keras-3-export-new",
    "mini, keras-2-saved-model-new",
    "mini, keras-3-export-kept",
    "mini, keras-2-saved-model-kept",
    "full, keras-3-export-new",
    "full, keras-2-saved-model-new",
  })
  void gradientsAreThoseOfGradientTape(String width, String name) {
    double rate = 1024;
    try (PeerTraining training = open(width, name)) {
      TrainedNetwork trained = training.train(1, ROWS, Optimizer.sgd(rate, 0));
      List<VariableSpec> chosen = trained.selection().chosen();
      assertEquals(name.endsWith("-new") ? 10 : 12, chosen.size());
      Golden before = training.keras("initial");
      Snapshot after = Snapshot.of(trained);
      Map<String, Values> gradients = new LinkedHashMap<>();
      for (String variable : chosen.stream().map(VariableSpec::name).toList()) {
        float[] moved = before.variable(variable).minus(after.values(variable)).floats();
        for (int i = 0; i < moved.length; i++) {
          moved[i] /= rate;
        }
        gradients.put(variable, Values.of(after.values(variable).shape(), moved));
      }
      Golden keras = training.keras("gradients").within(TOLERANCE);
      assertEquals(gradients.keySet(), keras.gradients().keySet());
      assertGradientsEqualKeras(keras, gradients);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "mini, keras-3-export-new, sgd",
    "mini, keras-3-export-new, sgd-momentum",
    "mini, keras-3-export-new, sgd-nesterov",
    "mini, keras-3-export-new, rmsprop",
    "mini, keras-3-export-new, adam",
    "mini, keras-2-saved-model-new, sgd",
    "mini, keras-2-saved-model-new, sgd-momentum",
    "mini, keras-2-saved-model-new, sgd-nesterov",
    "mini, keras-2-saved-model-new, rmsprop",
    "mini, keras-2-saved-model-new, adam",
    "mini, keras-3-export-kept, sgd-momentum",
    "mini, keras-3-export-kept, adam",
    "mini, keras-2-saved-model-kept, sgd-momentum",
    "mini, keras-2-saved-model-kept, rmsprop",
    "full, keras-3-export-new, sgd",
    "full, keras-3-export-new, sgd-momentum",
    "full, keras-3-export-new, sgd-nesterov",
    "full, keras-3-export-new, rmsprop",
    "full, keras-3-export-new, adam",
    "full, keras-2-saved-model-new, sgd",
    "full, keras-2-saved-model-new, sgd-momentum",
    "full, keras-2-saved-model-new, sgd-nesterov",
    "full, keras-2-saved-model-new, rmsprop",
    "full, keras-2-saved-model-new, adam",
  })
  void twentyStepsGiveTheWeightsOfFit(String width, String name, String optimizer) {
    try (PeerTraining training = open(width, name)) {
      Snapshot exported = Snapshot.of(training.network());
      TrainedNetwork trained = training.train(EPOCHS, BATCH, optimizer(width, optimizer));
      Snapshot after = Snapshot.of(trained);
      Golden keras = training.keras(optimizer).within(TOLERANCE);
      List<String> chosen = trained.selection().chosen().stream().map(VariableSpec::name).toList();
      assertEquals(Set.copyOf(chosen), keras.variables().keySet());
      assertVariablesEqualKeras(keras, after);
      assertExactlyChanged(chosen, exported, after);
      assertEquals(20, exported.names().stream().filter(v -> !chosen.contains(v)).count());
      training.assertMovedAsInFit(optimizer, trained, MOVED_TOLERANCE);
    }
  }

  /** The optimizers and rates of {@code peer_training.py}. */
  private static Optimizer optimizer(String width, String name) {
    double sgd = width.equals("mini") ? 1e-2 : 1e-3;
    double adaptive = width.equals("mini") ? 1e-3 : 1e-4;
    return switch (name) {
      case "sgd" -> Optimizer.sgd(sgd, 0);
      case "sgd-momentum" -> Optimizer.sgd(sgd, 0.9);
      case "sgd-nesterov" -> new Optimizer.Sgd(sgd, 0.9, true);
      case "rmsprop" -> Optimizer.rmsProp(adaptive);
      case "adam" -> Optimizer.adam(adaptive);
      default -> throw new IllegalArgumentException(name);
    };
  }
}
