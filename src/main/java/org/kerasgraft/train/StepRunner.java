package org.kerasgraft.train;

import java.util.List;
import java.util.Optional;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.head.BuiltHead;
import org.kerasgraft.internal.NativeScope;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * Runs single steps of a phase: always the same feeds, fetches and targets, since TensorFlow keeps
 * an executor for each distinct set. Not thread-safe.
 */
final class StepRunner {

  private final LiveNetwork network;
  private final BuiltHead head;
  private final LossGraph loss;
  private final UpdateGraph updates;
  private final Optional<ScaledGradients> scaled;
  private final LossScale scale = new LossScale();
  private final Output<?> fed;
  private final float learningRate;
  private int stepsTaken;
  private int skippedInARow;

  /** With {@code scaled}, the updates are made of its gradients. */
  StepRunner(
      LiveNetwork network,
      BuiltHead head,
      LossGraph loss,
      UpdateGraph updates,
      Optional<ScaledGradients> scaled,
      Phase phase) {
    this.network = network;
    this.head = head;
    this.loss = loss;
    this.updates = updates;
    this.scaled = scaled;
    this.fed = network.tensor(phase.fedAt());
    this.learningRate = (float) phase.optimizer().learningRate();
  }

  /**
   * What a batch gave.
   *
   * @param loss mean over the batch, with regularisation
   * @param hits rows classified rightly
   */
  record Figures(double loss, double hits) {}

  /** Sets the optimizer's slots and step to zero and the loss scale to its first value. */
  void initialize() {
    updates.slots().initialize(network.session());
    scale.reset();
    stepsTaken = 0;
    skippedInARow = 0;
  }

  /** Copies the optimizer's slots. */
  List<NamedArray> slots() {
    return updates.slots().copy(network.session());
  }

  /** What is counted from step to step. */
  PhaseState.Steps counted() {
    return new PhaseState.Steps(stepsTaken, skippedInARow, scale.state());
  }

  /** Goes on from there. */
  void restore(PhaseState.Steps counted, List<NamedArray> slots) {
    updates.slots().assign(network.session(), slots);
    scale.restore(counted.scale());
    stepsTaken = counted.taken();
    skippedInARow = counted.skippedInARow();
  }

  /** How many steps up to now were not taken because a gradient was not finite. */
  int skippedInARow() {
    return skippedInARow;
  }

  /** One update, or none where scaled gradients are not finite; the figures are from before it. */
  Figures train(BatchFeed.Batch batch, long[] dropout) {
    try (NativeScope scope = new NativeScope()) {
      Session.Runner runner = runner(batch, loss.training());
      runner.feed(updates.learningRate().asOutput(), scope.own(TFloat32.scalarOf(learningRate)));
      updates
          .step()
          .ifPresent(
              step -> runner.feed(step.asOutput(), scope.own(TFloat32.scalarOf(stepsTaken + 1))));
      head.dropoutSeed()
          .ifPresent(seed -> runner.feed(seed.asOutput(), scope.own(numbers(dropout))));
      updates.updates().forEach(runner::addTarget);
      scaled.ifPresent(
          s ->
              runner
                  .feed(s.factor().asOutput(), scope.own(TFloat32.scalarOf(scale.value())))
                  .fetch(s.finite().asOutput()));
      Result result = scope.own(runner.run());
      count(scaled.isEmpty() || ((TBool) result.get(2)).getBoolean());
      return figures(result);
    }
  }

  private void count(boolean finite) {
    scale.after(finite);
    stepsTaken += finite ? 1 : 0;
    skippedInARow = finite ? 0 : skippedInARow + 1;
  }

  /** The figures in inference mode. */
  Figures validate(BatchFeed.Batch batch) {
    try (Result result = runner(batch, loss.inference()).run()) {
      return figures(result);
    }
  }

  private Session.Runner runner(BatchFeed.Batch batch, LossGraph.Ends ends) {
    return network
        .session()
        .runner()
        .feed(fed, batch.rows())
        .feed(loss.labels().asOutput(), batch.labels())
        .fetch(ends.loss().asOutput())
        .fetch(ends.hits().asOutput());
  }

  private static TInt64 numbers(long[] values) {
    return TInt64.tensorOf(Shape.of(values.length), DataBuffers.of(values, true, false));
  }

  private static Figures figures(Result result) {
    return new Figures(scalar(result.get(0)), scalar(result.get(1)));
  }

  private static double scalar(Tensor tensor) {
    return ((TFloat32) tensor).getFloat();
  }
}
