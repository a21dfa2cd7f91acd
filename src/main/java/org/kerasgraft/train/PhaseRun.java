package org.kerasgraft.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.kerasgraft.data.LabelledRows;
import org.kerasgraft.error.TrainingDivergedException;
import org.kerasgraft.savedmodel.VariableSpec;
import org.kerasgraft.train.History.Epoch;
import org.kerasgraft.train.History.Score;
import org.tensorflow.proto.DataType;

/**
 * One phase on its way: epochs over rows, validation after each, the best or the last weights at
 * the end; from the beginning or from a state of it. Not thread-safe.
 */
final class PhaseRun {

  /** What trains and how. */
  record Plan(Phase phase, Training training, Weights weights, StepRunner steps) {}

  /** What it trains on and is judged by, as fed at a tensor of a type. */
  record Rows(LabelledRows training, Optional<LabelledRows> validation, DataType type) {}

  private final Phase phase;
  private final Training training;
  private final Weights weights;
  private final StepRunner steps;
  private final BatchFeed trainingFeed;
  private final Optional<BatchFeed> validationFeed;
  private final TrainingListener listener;
  private final Saving saving;
  private final Randomness randomness;
  private final List<VariableSpec> chosen;
  private final BestWeights best;
  private final List<Epoch> epochs = new ArrayList<>();
  private Tally trained = Tally.NONE;
  private Tally validated = Tally.NONE;
  private double secondsBefore;
  private long begin;

  PhaseRun(Plan plan, Rows rows, TrainingListener listener, Saving saving) {
    this.phase = plan.phase();
    this.training = plan.training();
    this.weights = plan.weights();
    this.steps = plan.steps();
    int size = training.batches().size();
    this.trainingFeed = new BatchFeed(rows.training(), size, rows.type());
    this.validationFeed = rows.validation().map(v -> new BatchFeed(v, size, rows.type()));
    this.listener = listener;
    this.saving = saving;
    this.randomness = new Randomness(training.batches().seed(), phase.name());
    this.chosen = phase.selection().chosen();
    this.best = new BestWeights(weights, chosen, training.keep());
  }

  int stepsPerEpoch() {
    return trainingFeed.batches();
  }

  /** Before the first step. */
  void start() {
    steps.initialize();
  }

  /** Goes on from a state of this phase. */
  void restore(PhaseState state) {
    weights.assign(state.values().weights());
    steps.restore(state.steps(), state.values().slots());
    best.restore(state.best(), state.values().best());
    epochs.addAll(state.epochs());
    trained = state.current().training();
    validated = state.current().validation();
    secondsBefore = state.current().seconds();
  }

  /** Runs all epochs that are left; returns the epoch whose weights are in place. */
  int run() {
    while (epochs.size() < phase.epochs()) {
      begin = System.nanoTime();
      int epoch = epochs.size() + 1;
      train(epoch);
      Optional<Score> score = validationFeed.map(feed -> validate(feed, epoch));
      double rate = phase.optimizer().learningRate();
      Epoch row = new Epoch(phase.name(), epoch, trained.score(), score, rate, seconds());
      epochs.add(row);
      trained = Tally.NONE;
      validated = Tally.NONE;
      secondsBefore = 0;
      begin = System.nanoTime();
      best.offer(row);
      listener.epochEnds(row);
      saving.epochEnds(this::state, epoch == phase.epochs());
    }
    return best.putBack(epochs.size());
  }

  /** The epochs that have ended. */
  History history() {
    return new History(epochs);
  }

  private double seconds() {
    return secondsBefore + (System.nanoTime() - begin) / 1e9;
  }

  private PhaseState state() {
    return new PhaseState(
        phase.name(),
        epochs,
        new PhaseState.Current(trained, validated, seconds()),
        steps.counted(),
        best.best(),
        new PhaseState.Values(weights.copy(chosen), steps.slots(), best.copies()));
  }

  private void train(int epoch) {
    int count = trainingFeed.count();
    int[] order =
        training.batches().shuffle() ? randomness.order(epoch, count) : Randomness.identity(count);
    int total = trainingFeed.batches();
    while (trained.batches() < total) {
      int step = trained.batches() + 1;
      try (BatchFeed.Batch batch = trainingFeed.batch(order, step - 1)) {
        StepRunner.Figures figures = steps.train(batch, randomness.dropout(epoch, step));
        requireFinite(figures.loss(), epoch, step);
        trained = trained.plus(figures, batch.size());
      }
      listener.batchEnds(
          new TrainingListener.BatchProgress(phase.name(), epoch, step, total, trained.score()));
      if (step == total) {
        warnIfNothingMoved(total, epoch);
      }
      saving.batchEnds(this::state);
    }
  }

  private void warnIfNothingMoved(int total, int epoch) {
    if (steps.skippedInARow() >= total) {
      listener.warning(
          "Epoch "
              + epoch
              + " of phase '"
              + phase.name()
              + "' changed no weight: none of its "
              + total
              + " steps had finite gradients in half precision.");
    }
  }

  private Score validate(BatchFeed feed, int epoch) {
    int[] order = Randomness.identity(feed.count());
    while (validated.batches() < feed.batches()) {
      try (BatchFeed.Batch batch = feed.batch(order, validated.batches())) {
        validated = validated.plus(steps.validate(batch), batch.size());
      }
      requireFinite(validated.loss(), epoch, validated.batches());
      saving.batchEnds(this::state);
    }
    return validated.score();
  }

  private void requireFinite(double loss, int epoch, int step) {
    if (!Double.isFinite(loss)) {
      throw new TrainingDivergedException(
          phase.name(), epoch, step, loss, phase.optimizer().learningRate());
    }
  }
}
