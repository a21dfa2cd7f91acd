package org.kerasgraft.train;

import java.util.Objects;

/**
 * How to train: the head phase, the fine-tune phase, and what both share. The defaults are {@link
 * #kerasBlog()}.
 *
 * @param head phase 1: the head alone
 * @param fineTune phase 2: the head and the chosen layers
 * @param batches batch size, order, seed
 * @param regularisation what is added to the loss
 * @param keep which epoch's weights each phase ends with
 */
public record Training(
    HeadPhase head,
    FineTunePhase fineTune,
    Batches batches,
    Regularisation regularisation,
    Keep keep) {

  /** Checks. */
  public Training {
    Objects.requireNonNull(head);
    Objects.requireNonNull(fineTune);
    Objects.requireNonNull(batches);
    Objects.requireNonNull(regularisation);
    Objects.requireNonNull(keep);
    if (head.epochs() + fineTune.epochs() == 0) {
      throw new IllegalArgumentException("no phase has an epoch: nothing would be trained");
    }
  }

  /**
   * Phase 1 trains the head alone.
   *
   * @param epochs 0 or more; 0 leaves the phase out
   * @param optimizer how
   */
  public record HeadPhase(int epochs, Optimizer optimizer) {
    /** Checks. */
    public HeadPhase {
      requireEpochs(epochs);
      Objects.requireNonNull(optimizer);
    }
  }

  /**
   * Phase 2 trains the head and the chosen layers, at a small rate.
   *
   * @param epochs 0 or more; 0 leaves the phase out
   * @param optimizer how
   */
  public record FineTunePhase(int epochs, Optimizer optimizer) {
    /** Checks. */
    public FineTunePhase {
      requireEpochs(epochs);
      Objects.requireNonNull(optimizer);
    }
  }

  /**
   * How rows become batches.
   *
   * @param size rows a step, 1 or more; an epoch's last batch may be smaller
   * @param shuffle whether each epoch has its own order
   * @param seed what initial weights, orders and dropout derive from
   */
  public record Batches(int size, boolean shuffle, long seed) {
    /** Checks. */
    public Batches {
      if (size < 1) {
        throw new IllegalArgumentException("the batch size must be 1 or more, not " + size);
      }
    }
  }

  /**
   * What keeps a head from overfitting, beside dropout.
   *
   * @param l2 the factor of Keras' L2 kernel regulariser, l2 * sum(w²), on the head's kernels; 0 or
   *     more
   * @param labelSmoothing Keras' label smoothing, in [0, 1); in the validation loss too, as in
   *     Keras
   */
  public record Regularisation(double l2, double labelSmoothing) {
    /** Checks. */
    public Regularisation {
      if (!(l2 >= 0) || Double.isInfinite(l2)) {
        throw new IllegalArgumentException("l2 must be 0 or more, not " + l2);
      }
      if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
        throw new IllegalArgumentException(
            "label smoothing must be in [0, 1), not " + labelSmoothing);
      }
    }
  }

  private static void requireEpochs(int epochs) {
    if (epochs < 0) {
      throw new IllegalArgumentException("epochs must be 0 or more, not " + epochs);
    }
  }

  /**
   * The recipe of the Keras blog's tutorial (its scripts for Keras 2): batches of 16, shuffled,
   * seed 0; head RMSprop 0.001, 50 epochs; fine-tune SGD 0.0001 with momentum 0.9, 50 epochs; no
   * regularisation; the best epoch kept where there are validation rows.
   *
   * @return the preset
   */
  public static Training kerasBlog() {
    return new Training(
        new HeadPhase(50, Optimizer.rmsProp(1e-3)),
        new FineTunePhase(50, Optimizer.sgd(1e-4, 0.9)),
        new Batches(16, true, 0),
        new Regularisation(0, 0),
        Keep.BEST);
  }

  /**
   * Starts from {@link #kerasBlog()}.
   *
   * @return a builder
   */
  public static Builder builder() {
    return kerasBlog().toBuilder();
  }

  /**
   * Starts from this.
   *
   * @return a builder
   */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** Derives a training from another. Values are checked when set. Not thread-safe. */
  public static final class Builder {

    private HeadPhase head;
    private FineTunePhase fineTune;
    private Batches batches;
    private Regularisation regularisation;
    private Keep keep;

    private Builder(Training from) {
      head = from.head;
      fineTune = from.fineTune;
      batches = from.batches;
      regularisation = from.regularisation;
      keep = from.keep;
    }

    /**
     * Sets phase 1.
     *
     * @param epochs 0 or more; default 50
     * @param optimizer default RMSprop 0.001
     * @return this
     */
    public Builder head(int epochs, Optimizer optimizer) {
      head = new HeadPhase(epochs, optimizer);
      return this;
    }

    /**
     * Sets phase 2.
     *
     * @param epochs 0 or more; default 50
     * @param optimizer default SGD 0.0001, momentum 0.9
     * @return this
     */
    public Builder fineTune(int epochs, Optimizer optimizer) {
      fineTune = new FineTunePhase(epochs, optimizer);
      return this;
    }

    /**
     * Sets the batch size.
     *
     * @param size 1 or more; default 16
     * @return this
     */
    public Builder batchSize(int size) {
      batches = new Batches(size, batches.shuffle(), batches.seed());
      return this;
    }

    /**
     * Sets the seed.
     *
     * @param seed default 0
     * @return this
     */
    public Builder seed(long seed) {
      batches = new Batches(batches.size(), batches.shuffle(), seed);
      return this;
    }

    /**
     * Sets whether each epoch has its own order.
     *
     * @param shuffle default true
     * @return this
     */
    public Builder shuffle(boolean shuffle) {
      batches = new Batches(batches.size(), shuffle, batches.seed());
      return this;
    }

    /**
     * Sets the L2 factor on the head's kernels.
     *
     * @param l2 0 or more; default 0
     * @return this
     */
    public Builder l2(double l2) {
      regularisation = new Regularisation(l2, regularisation.labelSmoothing());
      return this;
    }

    /**
     * Sets label smoothing.
     *
     * @param labelSmoothing in [0, 1); default 0
     * @return this
     */
    public Builder labelSmoothing(double labelSmoothing) {
      regularisation = new Regularisation(regularisation.l2(), labelSmoothing);
      return this;
    }

    /**
     * Sets which epoch's weights each phase ends with.
     *
     * @param keep default BEST
     * @return this
     */
    public Builder keep(Keep keep) {
      this.keep = Objects.requireNonNull(keep);
      return this;
    }

    /**
     * Makes the training.
     *
     * @return the training
     * @throws IllegalArgumentException if no phase has an epoch
     */
    public Training build() {
      return new Training(head, fineTune, batches, regularisation, keep);
    }
  }
}
