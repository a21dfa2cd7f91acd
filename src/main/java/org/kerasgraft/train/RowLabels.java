package org.kerasgraft.train;

import org.kerasgraft.data.Labels;
import org.kerasgraft.error.InvalidDataException;

/** Checks of labels against a number of classes. */
final class RowLabels {

  private RowLabels() {}

  static void requireBelow(int classes, Labels labels) {
    int[] values = labels.values();
    for (int i = 0; i < values.length; i++) {
      if (values[i] >= classes) {
        throw new InvalidDataException(
            "'"
                + labels.name()
                + "' has the label "
                + values[i]
                + " at row "
                + i
                + ", but there are "
                + classes
                + " classes.",
            "Labels are 0 … classes−1.");
      }
    }
  }
}
