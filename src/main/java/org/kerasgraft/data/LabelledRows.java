package org.kerasgraft.data;

/**
 * Rows with one label each, made by {@link Labels#pairWith}.
 *
 * @param rows the rows; borrowed, closed by whoever opened them
 * @param labels as many labels
 */
public record LabelledRows(RowSource rows, Labels labels) {
  /** Checks. */
  public LabelledRows {
    if (rows.count() != labels.count()) {
      throw new IllegalArgumentException(
          rows.count() + " rows, but " + labels.count() + " labels.");
    }
  }
}
