package org.kerasgraft.train;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.data.LabelledRows;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.graph.FrozenFrontier;
import org.kerasgraft.head.BuiltHead;
import org.kerasgraft.savedmodel.VariableSpec;

/**
 * Sequences a training: everything is resolved, built and checked first, then the head phase runs
 * on the features at the cut, then the fine-tune phase from the frozen frontier. A kept head has no
 * head phase; it trains in the fine-tune phase alone. Not thread-safe; nothing else may add nodes
 * to the network's graph meanwhile.
 */
public final class TwoPhaseTraining {

  private final LiveNetwork network;
  private final BuiltHead head;
  private final Variables variables;
  private final Training training;

  /**
   * Prepares a training; adds nothing to the graph yet.
   *
   * @param network cut for a new head, whole for a kept one; borrowed
   * @param head the head in the network's graph
   * @param variables what trains in phase 2, or in the only phase of a kept head
   * @param training how
   */
  public TwoPhaseTraining(
      LiveNetwork network, BuiltHead head, Variables variables, Training training) {
    this.network = network;
    this.head = head;
    this.variables = variables;
    this.training = training;
  }

  /**
   * Trains, from new initial weights of the head; the network's own weights are taken as they are.
   *
   * @param features gives the rows at the tensors where they go in
   * @param listener hears progress
   * @return the trained network
   * @throws org.kerasgraft.error.UnknownNameException if a pattern matches nothing
   * @throws UsageException if nothing is chosen, or a kept head is given no fine-tune epochs
   * @throws InvalidDataException if there are no rows, or they do not fit the tensor or the classes
   * @throws org.kerasgraft.error.ModelRefusedException if a chosen variable cannot train; before
   *     the first step
   * @throws org.kerasgraft.error.TrainingDivergedException if the loss becomes NaN or infinite
   */
  public TrainedNetwork run(FeatureProvider features, TrainingListener listener) {
    return run(features, listener, Interruptions.NONE);
  }

  /**
   * Trains as {@link #run(FeatureProvider, TrainingListener)} does, and may be interrupted: ends
   * with the same bits as a training that was not, wherever it was interrupted and however often.
   *
   * @param features gives the rows at the tensors where they go in; the same as before
   * @param listener hears progress
   * @param interruptions by whose wish, and where the state is kept; a state that is kept there is
   *     taken up
   * @return the trained network
   * @throws org.kerasgraft.error.RunInterruptedException if that was wanted; the state is kept
   * @throws UsageException also if the kept state belongs to a training with other choices, naming
   *     the first
   * @throws InvalidDataException also if the kept state is damaged, naming the file, or belongs to
   *     other data
   */
  public TrainedNetwork run(
      FeatureProvider features, TrainingListener listener, Interruptions interruptions) {
    Selection selection = variables.resolve(network.network(), head.variables());
    List<PhaseRunner> phases = prepare(selection);
    Saving saving = new Saving(interruptions, identity(selection), System::nanoTime);
    Optional<Checkpoint> kept = saving.latest();
    kept.ifPresentOrElse(
        checkpoint -> listener.resumes(resumption(checkpoint)),
        () -> warnOfUntrainedHead(phases, listener));
    int done = kept.map(checkpoint -> checkpoint.ended().size()).orElse(0);
    List<PhaseRunner> left = phases.subList(done, phases.size());
    Set<String> fed = new LinkedHashSet<>();
    left.forEach(runner -> fed.add(runner.phase().fedAt()));
    features.announce(fed);
    head.initialize(network.session());
    History history = kept.map(Checkpoint::before).orElse(new History(List.of()));
    Optional<PhaseState> from = kept.map(Checkpoint::phase);
    for (PhaseRunner runner : left) {
      PhaseRunner.Rows rows = rows(features, runner.phase().fedAt());
      saving.rowsAreOf(features.identity());
      PhaseRunner.Ended ended = runner.run(rows, listener, saving, from);
      history = history.then(ended.history());
      saving.phaseEnds(
          new TrainingListener.PhaseEnd(runner.phase().name(), ended.keptEpoch()), history);
      from = Optional.empty();
    }
    Selection last = phases.get(phases.size() - 1).phase().selection();
    return new TrainedNetwork(network, head, last, history);
  }

  private static PhaseRunner.Rows rows(FeatureProvider features, String fedAt) {
    LabelledRows training =
        features
            .at(fedAt, ImageSubset.TRAINING)
            .orElseThrow(
                () -> new InvalidDataException("There are no rows to train on.", "Give some."));
    return new PhaseRunner.Rows(training, features.at(fedAt, ImageSubset.VALIDATION));
  }

  private static Identity identity(Selection selection) {
    List<String> names = selection.chosen().stream().map(VariableSpec::name).toList();
    return Identity.NONE.and(Identity.Part.choice("trained variables", names));
  }

  private static TrainingListener.Resumption resumption(Checkpoint kept) {
    PhaseState at = kept.phase();
    return new TrainingListener.Resumption(
        kept.ended(), at.phase(), at.epoch(), at.current().training().batches());
  }

  /** Builds and checks all phases, so that a fault of the second shows before the first runs. */
  private List<PhaseRunner> prepare(Selection selection) {
    boolean newHead = !head.parameters().isEmpty();
    List<Phase> phases = new ArrayList<>();
    if (newHead && training.head().epochs() > 0) {
      String features = Gradients.outputOf(network.network());
      Training.HeadPhase plan = training.head();
      phases.add(
          new Phase(Phase.HEAD, selection.headOnly(), features, plan.epochs(), plan.optimizer()));
    }
    if (training.fineTune().epochs() > 0) {
      String frontier = FrozenFrontier.of(network.network(), selection.backbone());
      Training.FineTunePhase plan = training.fineTune();
      phases.add(new Phase(Phase.FINE_TUNE, selection, frontier, plan.epochs(), plan.optimizer()));
    }
    if (phases.isEmpty()) {
      throw new UsageException(
          "A kept head trains in the fine-tune phase, which has no epochs.",
          "Give it at least one epoch.");
    }
    LossGraph loss = LossGraph.build(network.ops(), head, training.regularisation());
    return phases.stream().map(p -> new PhaseRunner(network, head, loss, p, training)).toList();
  }

  private void warnOfUntrainedHead(List<PhaseRunner> phases, TrainingListener listener) {
    Phase first = phases.get(0).phase();
    if (!head.parameters().isEmpty() && !first.selection().backbone().isEmpty()) {
      listener.warning(
          "The head has not been trained before fine-tuning: its random gradients will disturb the"
              + " weights below it.");
    }
  }
}
