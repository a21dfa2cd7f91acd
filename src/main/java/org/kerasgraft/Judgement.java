package org.kerasgraft;

import java.util.List;
import org.kerasgraft.data.Labels;
import org.kerasgraft.train.Evaluation;
import org.kerasgraft.train.Predictions;

/**
 * How a trained model does on the rows that it was judged by.
 *
 * @param rows which these were: {@code validation}, or {@code training} if nothing was held back
 * @param names each row's path (images) or number
 * @param labels each row's class
 * @param predictions each row's probabilities
 * @param evaluation the figures
 */
public record Judgement(
    String rows,
    List<String> names,
    Labels labels,
    Predictions predictions,
    Evaluation evaluation) {
  /** Copies. */
  public Judgement {
    names = List.copyOf(names);
  }
}
