package org.kerasgraft.train;

import java.util.Optional;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.data.LabelledRows;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.error.RunInterruptedException;
import org.kerasgraft.error.TrainingDivergedException;
import org.kerasgraft.graph.DataFlow;
import org.kerasgraft.head.BuiltHead;
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

  /** What it trains on and is judged by. */
  record Rows(LabelledRows training, Optional<LabelledRows> validation) {}

  /** The epoch whose weights are in place, and what happened. */
  record Ended(int keptEpoch, History history) {}

  private final Phase phase;
  private final Training training;
  private final BuiltHead head;
  private final LiveNetwork network;
  private final Weights weights;
  private final StepRunner steps;

  PhaseRunner(LiveNetwork network, BuiltHead head, LossGraph loss, Phase phase, Training training) {
    this.network = network;
    this.head = head;
    this.phase = phase;
    this.training = training;
    this.weights = new Weights(network, head);
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
   * @param from where it stood when it was interrupted; empty to begin
   * @throws InvalidDataException if there are no rows, their shape does not fit the tensor, or a
   *     label is beyond the classes
   * @throws ModelRefusedException if the tensor is neither float32 nor half precision
   * @throws TrainingDivergedException if a loss is NaN or infinite
   * @throws RunInterruptedException if that was wanted
   */
  Ended run(Rows rows, TrainingListener listener, Saving saving, Optional<PhaseState> from) {
    check(rows.training());
    rows.validation().ifPresent(this::check);
    DataType type = network.tensor(phase.fedAt()).dataType();
    PhaseRun run =
        new PhaseRun(
            new PhaseRun.Plan(phase, training, weights, steps),
            new PhaseRun.Rows(rows.training(), rows.validation(), type),
            listener,
            saving);
    listener.phaseBegins(
        new TrainingListener.PhasePlan(
            phase.name(), phase.selection(), phase.fedAt(), phase.epochs(), run.stepsPerEpoch()));
    from.ifPresentOrElse(run::restore, run::start);
    int kept = run.run();
    listener.phaseEnds(phase.name(), kept);
    return new Ended(kept, run.history());
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
}
