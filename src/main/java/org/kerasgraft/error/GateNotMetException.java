package org.kerasgraft.error;

/** A quality gate that the finished work did not meet; no model was written. */
public final class GateNotMetException extends GraftException {

  private static final long serialVersionUID = 1L;

  private final double required;
  private final double reached;

  /**
   * Creates the exception.
   *
   * @param required the accuracy asked for, 0..1
   * @param reached the accuracy reached, 0..1
   */
  public GateNotMetException(double required, double reached) {
    super(
        String.format(
            java.util.Locale.ROOT,
            "Accuracy %.4f is below the required %.4f; no model was written.",
            reached,
            required),
        "",
        null);
    this.required = required;
    this.reached = reached;
  }

  /**
   * The accuracy asked for.
   *
   * @return 0..1
   */
  public double required() {
    return required;
  }

  /**
   * The accuracy reached.
   *
   * @return 0..1
   */
  public double reached() {
    return reached;
  }
}
