package org.kerasgraft.report;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a model says of one input.
 *
 * @param name the image's path, or the row's number
 * @param probabilities one a class; empty if the input could not be used
 * @param status {@code ok}, or why it could not be used
 */
public record PredictedRow(String name, List<Float> probabilities, String status) {

  private static final String OK = "ok";

  /** Copies. */
  public PredictedRow {
    probabilities = List.copyOf(probabilities);
  }

  /**
   * A prediction.
   *
   * @param name the image's path, or the row's number
   * @param probabilities one a class; copied
   * @return the row
   */
  public static PredictedRow ok(String name, float[] probabilities) {
    List<Float> boxed =
        IntStream.range(0, probabilities.length).mapToObj(i -> probabilities[i]).toList();
    return new PredictedRow(name, boxed, OK);
  }

  /**
   * An input that could not be used.
   *
   * @param name the image's path
   * @param status the code that says why
   * @return the row
   */
  public static PredictedRow rejected(String name, String status) {
    return new PredictedRow(name, List.of(), status);
  }

  /**
   * Whether there is a prediction.
   *
   * @return false if the input could not be used
   */
  public boolean isOk() {
    return status.equals(OK);
  }

  /**
   * The most probable classes, best first; of equals the lower number first.
   *
   * @param most how many at most
   * @return class numbers
   */
  public List<Integer> top(int most) {
    return IntStream.range(0, probabilities.size())
        .boxed()
        .sorted(Comparator.comparing((Integer c) -> -probabilities.get(c)))
        .limit(most)
        .toList();
  }
}
