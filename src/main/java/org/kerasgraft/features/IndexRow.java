package org.kerasgraft.features;

import java.util.Objects;

/**
 * What became of one input: a line of {@code index.csv}.
 *
 * @param row its row in {@code features.npy}; {@link #REJECTED} if it was not accepted
 * @param path the image's path below its folder; empty for a row of an array
 * @param label its class name, or number where classes have no names; empty if it has none
 * @param status {@code ok}, or a code of {@link org.kerasgraft.data.DecodeStatus}
 * @param detail what was wrong, for a reader; empty if nothing was
 */
public record IndexRow(int row, String path, String label, String status, String detail) {

  /** The row of an input that was not accepted. */
  public static final int REJECTED = -1;

  /** Checks. */
  public IndexRow {
    Objects.requireNonNull(path);
    Objects.requireNonNull(label);
    Objects.requireNonNull(status);
    Objects.requireNonNull(detail);
    if (row < REJECTED) {
      throw new IllegalArgumentException("row must be 0 or more, or -1; not " + row);
    }
  }

  /**
   * Whether the input has features.
   *
   * @return false if it was rejected
   */
  public boolean isAccepted() {
    return row != REJECTED;
  }
}
