package org.kerasgraft.train;

/** Which epoch's weights a phase ends with. */
public enum Keep {
  /**
   * Those after the epoch with the lowest validation loss, as Keras' ModelCheckpoint and
   * EarlyStopping choose by default ({@code monitor="val_loss"}; the first of equals); without
   * validation rows the last.
   */
  BEST,
  /** The last epoch's, as Keras' {@code fit} leaves them. */
  LAST
}
