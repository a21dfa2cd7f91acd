package org.kerasgraft.train;

import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.head.BuiltHead;

/**
 * Sequences a training: everything is resolved, built and checked first, then the head phase runs
 * on the features at the cut, then the fine-tune phase from the frozen frontier.
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
   * Trains.
   *
   * @param features gives the rows at the tensors where they go in
   * @param listener hears progress
   * @return the trained network
   * @throws org.kerasgraft.error.UnknownNameException if a pattern matches nothing
   * @throws org.kerasgraft.error.ModelRefusedException if a chosen variable cannot train; before
   *     the first step
   * @throws org.kerasgraft.error.TrainingDivergedException if the loss becomes NaN or infinite
   */
  public TrainedNetwork run(FeatureProvider features, TrainingListener listener) {
    throw new UnsupportedOperationException(
        "" + network.network() + head + variables + training + features + listener);
  }
}
