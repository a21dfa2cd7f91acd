package org.kerasgraft;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.kerasgraft.features.ExtractionListener;
import org.kerasgraft.features.FeatureStore;
import org.kerasgraft.internal.Cancellation;
import org.kerasgraft.train.TrainingListener;

/**
 * What a training's result does not depend on, but for inputs that are rejected.
 *
 * @param store where features are kept
 * @param listeners who hears
 * @param mostRejected how many inputs of a set may be rejected
 * @param cancellation ends the training when it is set
 * @param checkpoints where its state is kept, if anywhere
 * @param watch where it says what it extracts, for a process that watches it
 */
record Surroundings(
    FeatureStore store,
    Listeners listeners,
    int mostRejected,
    Cancellation cancellation,
    Optional<Checkpoints> checkpoints,
    Optional<Path> watch) {

  /** Who hears of what. */
  record Listeners(ExtractionListener extraction, TrainingListener training) {}

  /** A folder, and how much time a killed process may lose. */
  record Checkpoints(Path folder, Duration interval) {}

  /** The user's store; nobody hears, cancels or limits; nothing is kept. */
  static Surroundings standard() {
    return new Surroundings(
        FeatureStore.standard(),
        new Listeners(ExtractionListener.SILENT, TrainingListener.SILENT),
        Integer.MAX_VALUE,
        new Cancellation(),
        Optional.empty(),
        Optional.empty());
  }

  Surroundings with(FeatureStore other) {
    return new Surroundings(other, listeners, mostRejected, cancellation, checkpoints, watch);
  }

  Surroundings with(Listeners others) {
    return new Surroundings(store, others, mostRejected, cancellation, checkpoints, watch);
  }

  Surroundings withMostRejected(int most) {
    return new Surroundings(store, listeners, most, cancellation, checkpoints, watch);
  }

  Surroundings with(Cancellation other) {
    return new Surroundings(store, listeners, mostRejected, other, checkpoints, watch);
  }

  Surroundings with(Checkpoints others) {
    return new Surroundings(
        store, listeners, mostRejected, cancellation, Optional.of(others), watch);
  }

  Surroundings withWatch(Path file) {
    return new Surroundings(
        store, listeners, mostRejected, cancellation, checkpoints, Optional.of(file));
  }
}
