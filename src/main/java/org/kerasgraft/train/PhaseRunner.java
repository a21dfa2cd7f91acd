package org.kerasgraft.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.data.LabelledRows;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.error.TrainingDivergedException;
import org.kerasgraft.graph.DataFlow;
import org.kerasgraft.head.BuiltHead;
import org.kerasgraft.train.History.Epoch;
import org.kerasgraft.train.History.Score;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;

/**
 * Runs one phase: epochs over rows that are fed at a tensor, validation after each, the best or the
 * last weights at the end. Building it adds the phase's gradients and updates to the graph and
 * checks them; nothing is run before {@link #run}. Not thread-safe.
 */
final class PhaseRunner {

  private final Phase phase;
  private final Training training;
  private final BuiltHead head;
  private final LiveNetwork network;
  private final Weights weights;
  private final Randomness randomness;
  private final StepRunner steps;

  PhaseRunner(LiveNetwork network, BuiltHead head, LossGraph loss, Phase phase, Training training) {
    this.network = network;
    this.head = head;
    this.phase = phase;
    this.training = training;
    this.weights = new Weights(network, head);
    this.randomness = new Randomness(training.batches().seed(), phase.name());
    Gradients gradients = new Gradients(network, weights, endOf(network, head));
    Operand<TFloat32> minimised = loss.training().loss();
    Optional<ScaledGradients> scaled =
        gradients.passHalf(phase.selection())
            ? Optional.of(
                ScaledGradients.of(
                    network.ops().withSubScope("training").withSubScope(phase.name()),
                    minimised,
                    total -> gradients.of(total, phase.selection())))
            : Optional.empty();
    UpdateGraph updates =
        new UpdateGraph(
            network.ops(),
            phase.name(),
            phase.optimizer(),
            scaled
                .map(ScaledGradients::gradients)
                .orElseGet(() -> gradients.of(minimised, phase.selection())));
    this.steps = new StepRunner(network, head, loss, updates, scaled, phase);
  }

  /** Where the network ends and the head or the loss begins. */
  private static String endOf(LiveNetwork network, BuiltHead head) {
    if (!head.parameters().isEmpty()) {
      return Gradients.outputOf(network.network());
    }
    Output<?> end = head.logits().asOutput();
    DataFlow own = new DataFlow(network.network().graph().graphDef());
    while (own.position(end.op().name()) < 0) { // a cast to float32 stands before the loss
      end = ((GraphOperation) end.op()).input(0).asOutput();
    }
    return Tensors.name(end);
  }

  Phase phase() {
    return phase;
  }

  /**
   * Trains.
   *
   * @throws InvalidDataException if there are no rows, their shape does not fit the tensor, or a
   *     label is beyond the classes
   * @throws ModelRefusedException if the tensor is neither float32 nor half precision
   * @throws TrainingDivergedException if a loss is NaN or infinite
   */
  History run(LabelledRows rows, Optional<LabelledRows> validation, TrainingListener listener) {
    check(rows);
    validation.ifPresent(this::check);
    int size = training.batches().size();
    int stepsPerEpoch = (rows.rows().count() + size - 1) / size;
    listener.phaseBegins(
        new TrainingListener.PhasePlan(
            phase.name(), phase.selection(), phase.fedAt(), phase.epochs(), stepsPerEpoch));
    steps.initialize();
    DataType type = network.tensor(phase.fedAt()).dataType();
    BatchFeed trainingFeed = new BatchFeed(rows, size, type);
    Optional<BatchFeed> validationFeed = validation.map(v -> new BatchFeed(v, size, type));
    BestWeights best = new BestWeights();
    List<Epoch> epochs = new ArrayList<>();
    for (int epoch = 1; epoch <= phase.epochs(); epoch++) {
      long begin = System.nanoTime();
      Score trained = train(trainingFeed, epoch, listener);
      warnIfNothingMoved(trainingFeed.batches(), epoch, listener);
      int at = epoch;
      Optional<Score> validated = validationFeed.map(feed -> validate(feed, at));
      double seconds = (System.nanoTime() - begin) / 1e9;
      double rate = phase.optimizer().learningRate();
      Epoch row = new Epoch(phase.name(), epoch, trained, validated, rate, seconds);
      epochs.add(row);
      best.offer(row);
      listener.epochEnds(row);
    }
    listener.phaseEnds(phase.name(), best.restore());
    return new History(epochs);
  }

  private void check(LabelledRows rows) {
    if (rows.rows().count() == 0) {
      throw new InvalidDataException(
          "There are no rows for phase '" + phase.name() + "'.", "Give at least one.");
    }
    RowLabels.requireBelow(head.classes(), rows.labels());
    DataType type = network.tensor(phase.fedAt()).dataType();
    if (type != DataType.DT_FLOAT && type != DataType.DT_HALF && type != DataType.DT_BFLOAT16) {
      throw new ModelRefusedException(
          "Phase '"
              + phase.name()
              + "' would have to start at the tensor '"
              + phase.fedAt()
              + "' of type "
              + type
              + "; training starts at float32 or half precision.",
          "Choose only layers behind the first one with weights.");
    }
    Shape fed = network.tensor(phase.fedAt()).shape();
    Shape batch = Shape.of(-1).append(rows.rows().rowShape());
    if (!fed.isCompatibleWith(batch)) {
      throw new InvalidDataException(
          "The rows have shape "
              + rows.rows().rowShape()
              + ", but the tensor '"
              + phase.fedAt()
              + "' has shape "
              + fed
              + ".",
          "Give rows of that shape, without the first dimension.");
    }
  }

  private Score train(BatchFeed feed, int epoch, TrainingListener listener) {
    int count = feed.count();
    int[] order =
        training.batches().shuffle() ? randomness.order(epoch, count) : Randomness.identity(count);
    int total = feed.batches();
    Mean mean = new Mean();
    for (int step = 1; step <= total; step++) {
      try (BatchFeed.Batch batch = feed.batch(order, step - 1)) {
        mean.add(steps.train(batch, randomness.dropout(epoch, step)), batch.size());
      }
      requireFinite(mean, epoch, step);
      listener.batchEnds(
          new TrainingListener.BatchProgress(phase.name(), epoch, step, total, mean.score()));
    }
    return mean.score();
  }

  private void warnIfNothingMoved(int total, int epoch, TrainingListener listener) {
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
    Mean mean = new Mean();
    for (int i = 0; i < feed.batches(); i++) {
      try (BatchFeed.Batch batch = feed.batch(order, i)) {
        mean.add(steps.validate(batch), batch.size());
      }
    }
    requireFinite(mean, epoch, feed.batches());
    return mean.score();
  }

  private void requireFinite(Mean mean, int epoch, int step) {
    if (!Double.isFinite(mean.last)) {
      throw new TrainingDivergedException(
          phase.name(), epoch, step, mean.last, phase.optimizer().learningRate());
    }
  }

  /** Keras' running means: each batch weighs as much as it has rows. */
  private static final class Mean {
    private double loss;
    private double hits;
    private double rows;
    private double last;

    void add(StepRunner.Figures figures, int size) {
      last = figures.loss();
      loss += figures.loss() * size;
      hits += figures.hits();
      rows += size;
    }

    Score score() {
      return new Score(loss / rows, hits / rows);
    }
  }

  /** Real copies of the chosen weights after the best epoch so far. */
  private final class BestWeights {
    private double loss = Double.POSITIVE_INFINITY;
    private int bestEpoch;
    private int lastEpoch;
    private Optional<Map<String, float[]>> copies = Optional.empty();

    void offer(Epoch row) {
      lastEpoch = row.epoch();
      if (training.keep() == Keep.BEST
          && row.validation().isPresent()
          && row.validation().get().loss() < loss) {
        loss = row.validation().get().loss();
        bestEpoch = row.epoch();
        copies = Optional.of(weights.read(phase.selection().chosen()));
      }
    }

    /** Puts the best weights back, unless they are in place; returns their epoch. */
    int restore() {
      if (copies.isEmpty() || bestEpoch == lastEpoch) {
        return lastEpoch;
      }
      weights.assign(copies.get());
      return bestEpoch;
    }
  }
}
