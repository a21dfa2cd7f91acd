package org.kerasgraft.train;

/** Which rows of the data. */
public enum ImageSubset {
  /** Those that are trained on. */
  TRAINING,
  /** Those that are held back to judge each epoch. */
  VALIDATION
}
