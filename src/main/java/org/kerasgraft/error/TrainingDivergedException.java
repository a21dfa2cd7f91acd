package org.kerasgraft.error;

/** The loss became NaN or infinite; training stopped and no model was written. */
public final class TrainingDivergedException extends GraftException {

  private static final long serialVersionUID = 1L;

  private final String phase;
  private final int epoch;
  private final int step;
  private final double loss;

  /**
   * Creates the exception.
   *
   * @param phase the phase's name
   * @param epoch the epoch, from 1
   * @param step the step within the epoch, from 1
   * @param loss the loss that was met, NaN or infinite
   * @param learningRate the learning rate then in force
   */
  public TrainingDivergedException(
      String phase, int epoch, int step, double loss, double learningRate) {
    super(
        "The loss became "
            + loss
            + " in phase '"
            + phase
            + "', epoch "
            + epoch
            + ", step "
            + step
            + " (learning rate "
            + learningRate
            + "); training stopped, nothing was written.",
        "Lower the learning rate, or check the inputs for NaN and wrong preprocessing.",
        null);
    this.phase = phase;
    this.epoch = epoch;
    this.step = step;
    this.loss = loss;
  }

  /**
   * The phase's name.
   *
   * @return the name
   */
  public String phase() {
    return phase;
  }

  /**
   * The epoch.
   *
   * @return from 1
   */
  public int epoch() {
    return epoch;
  }

  /**
   * The step within the epoch.
   *
   * @return from 1
   */
  public int step() {
    return step;
  }

  /**
   * The loss that was met.
   *
   * @return NaN or an infinity
   */
  public double loss() {
    return loss;
  }
}
