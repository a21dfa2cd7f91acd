package org.kerasgraft.train;

import java.util.ArrayList;
import java.util.List;
import org.kerasgraft.data.Labels;
import org.kerasgraft.error.InvalidDataException;

/**
 * How predictions compare with labels.
 *
 * @param count the number of rows, 1 or more
 * @param loss mean cross-entropy, probabilities clipped to [1e-7, 1 - 1e-7] as in Keras
 * @param accuracy the part classified rightly, 0..1
 * @param confusion rows of true classes, columns of predicted ones, counts
 * @param perClass one score a class, in order
 */
public record Evaluation(
    int count,
    double loss,
    double accuracy,
    List<List<Integer>> confusion,
    List<ClassScore> perClass) {

  private static final double EPSILON = 1e-7;

  /** Copies. */
  public Evaluation {
    confusion = confusion.stream().map(List::copyOf).toList();
    perClass = List.copyOf(perClass);
  }

  /**
   * One class.
   *
   * @param name the class
   * @param precision the part of its predictions that are right; 0 if it was never predicted
   * @param recall the part of its rows that were found; 0 if it has none
   * @param f1 their harmonic mean; 0 if both are 0
   * @param support the number of its rows
   */
  public record ClassScore(String name, double precision, double recall, double f1, int support) {}

  /**
   * Compares.
   *
   * @param predictions probabilities of rows
   * @param labels the true class of each row
   * @param classes the classes' names, in order
   * @return the figures
   * @throws InvalidDataException if there are no rows, the numbers differ, or a label is beyond the
   *     classes
   */
  public static Evaluation of(Predictions predictions, Labels labels, List<String> classes) {
    int[] truth = check(predictions, labels, classes);
    int n = truth.length;
    int[][] confusion = new int[classes.size()][classes.size()];
    double loss = 0;
    for (int i = 0; i < n; i++) {
      confusion[truth[i]][predictions.label(i)]++;
      double p = predictions.probability(i, truth[i]);
      loss -= Math.log(Math.min(Math.max(p, EPSILON), 1 - EPSILON));
    }
    int right = 0;
    List<ClassScore> scores = new ArrayList<>();
    List<List<Integer>> rows = new ArrayList<>();
    for (int c = 0; c < classes.size(); c++) {
      right += confusion[c][c];
      scores.add(score(classes.get(c), c, confusion));
      List<Integer> row = new ArrayList<>();
      for (int cell : confusion[c]) {
        row.add(cell);
      }
      rows.add(row);
    }
    return new Evaluation(n, loss / n, (double) right / n, rows, scores);
  }

  private static ClassScore score(String name, int c, int[][] confusion) {
    int support = 0;
    int predicted = 0;
    for (int other = 0; other < confusion.length; other++) {
      support += confusion[c][other];
      predicted += confusion[other][c];
    }
    double right = confusion[c][c];
    double precision = predicted == 0 ? 0 : right / predicted;
    double recall = support == 0 ? 0 : right / support;
    double f1 = right == 0 ? 0 : 2 * precision * recall / (precision + recall);
    return new ClassScore(name, precision, recall, f1, support);
  }

  private static int[] check(Predictions predictions, Labels labels, List<String> classes) {
    int[] truth = labels.values();
    if (truth.length != predictions.count()) {
      throw new InvalidDataException(
          "There are "
              + predictions.count()
              + " predictions, but '"
              + labels.name()
              + "' has "
              + truth.length
              + " labels.",
          "Give one label a row.");
    }
    if (truth.length == 0) {
      throw new InvalidDataException("There are no rows to evaluate.", "");
    }
    if (predictions.classes() != classes.size()) {
      throw new IllegalArgumentException(
          predictions.classes() + " columns for the classes " + classes);
    }
    RowLabels.requireBelow(classes.size(), labels);
    return truth;
  }
}
