package org.kerasgraft.train;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.graph.Network;
import org.kerasgraft.head.BuiltHead;
import org.kerasgraft.junit.Snapshot;
import org.kerasgraft.train.Interruptions.Keeping;

/**
 * A short training that keeps its state in a folder and can be stopped after any batch; each run
 * has a network, a graph and a session of its own, as another process would.
 */
record StoppableTraining(Network network, Variables variables, Training training) {

  /** What a run that was not stopped leaves. */
  record Outcome(History history, Snapshot weights) {}

  static Keeping keeping(Path folder, Duration interval, Training training) {
    return new Keeping(folder, interval, Identity.of(training));
  }

  Outcome run(Interruptions interruptions, TrainingListener listener) {
    return run(interruptions, listener, features -> features);
  }

  /** With another view of the rows. */
  Outcome run(
      Interruptions interruptions,
      TrainingListener listener,
      Function<FeatureProvider, FeatureProvider> view) {
    try (LiveNetwork live = LiveNetwork.open(network, RuntimeOptions.defaults())) {
      BuiltHead head = TinyTraining.head(live, training.batches().seed());
      FeatureProvider features = new TinyFeatures(live, TinyTraining.PICTURES, 2);
      TrainedNetwork trained =
          new TwoPhaseTraining(live, head, variables, training)
              .run(view.apply(features), listener, interruptions);
      return new Outcome(trained.history(), Snapshot.of(trained));
    }
  }

  Outcome undisturbed() {
    return run(Interruptions.NONE, TrainingListener.SILENT);
  }

  /** Keeps its state in a folder, after every batch. */
  Outcome keptIn(Path folder) {
    return keptIn(folder, () -> false);
  }

  Outcome keptIn(Path folder, BooleanSupplier stop) {
    return run(
        new Interruptions(stop, Optional.of(keeping(folder, Duration.ZERO, training))),
        TrainingListener.SILENT);
  }
}
