package org.kerasgraft.cli;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.kerasgraft.internal.Decimal;
import org.kerasgraft.train.Optimizer;
import org.kerasgraft.train.Training;

/**
 * A training under the names of its options, as run directories show it.
 *
 * @param training both phases
 */
record TrainingSettings(Training training) {

  Map<String, String> all() {
    Map<String, String> all = new LinkedHashMap<>();
    phase(all, "head", training.head().epochs(), training.head().optimizer());
    phase(all, "fine-tune", training.fineTune().epochs(), training.fineTune().optimizer());
    all.put("batch-size", Integer.toString(training.batches().size()));
    all.put("shuffle", Boolean.toString(training.batches().shuffle()));
    all.put("seed", Long.toString(training.batches().seed()));
    all.put("l2", Decimal.shortest(training.regularisation().l2()));
    all.put("label-smoothing", Decimal.shortest(training.regularisation().labelSmoothing()));
    all.put("keep", training.keep().name().toLowerCase(Locale.ROOT));
    return all;
  }

  private static void phase(
      Map<String, String> all, String phase, int epochs, Optimizer optimizer) {
    all.put(phase + "-epochs", Integer.toString(epochs));
    if (epochs > 0) {
      all.put(phase + "-optimizer", optimizer.id());
      all.put(phase + "-learning-rate", Decimal.shortest(optimizer.learningRate()));
      if (optimizer instanceof Optimizer.Sgd sgd) {
        all.put(phase + "-momentum", Decimal.shortest(sgd.momentum()));
      }
    }
  }
}
