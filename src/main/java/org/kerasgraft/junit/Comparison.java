package org.kerasgraft.junit;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.opentest4j.AssertionFailedError;

/**
 * Computed values beside expected ones. What could not fail is a failure: no values at all,
 * expected values that are no numbers, or that are all 0.
 */
final class Comparison {

  /** How many differing values an IDE's diff shows. */
  private static final int SHOWN = 8;

  private final String subject;
  private final String origin;
  private final Values expected;
  private final Values actual;

  /** Names what is compared ("layer 'fc1'") and where the expected values are from. */
  Comparison(String subject, String origin, Values expected, Values actual) {
    this.subject = subject;
    this.origin = origin;
    this.expected = expected;
    this.actual = actual;
  }

  /** The failure, if the values are not within bounds. */
  Optional<AssertionFailedError> failure(Tolerance tolerance) {
    if (!expected.shape().equals(actual.shape())) {
      return Optional.of(
          new AssertionFailedError(
              subject
                  + " has the shape "
                  + Text.shape(actual.shape())
                  + ", not "
                  + Text.shape(expected.shape())
                  + " as "
                  + origin,
              expected.toString(),
              actual.toString()));
    }
    if (expected.size() == 0) {
      return shows("has no values at all: comparing them shows nothing");
    }
    int undefined = firstNotFinite(expected);
    if (undefined >= 0) {
      return shows(
          "cannot be compared: "
              + at(undefined)
              + origin
              + " has "
              + expected.text(undefined)
              + ". Choose another input");
    }
    int broken = firstNotFinite(actual);
    if (broken >= 0) {
      long count = IntStream.range(0, actual.size()).filter(i -> !finite(actual, i)).count();
      return differs(count + " of " + actual.size() + " values are not finite", broken);
    }
    return expected.isInteger() && actual.isInteger() ? integers() : floats(tolerance);
  }

  private Optional<AssertionFailedError> integers() {
    int[] wrong =
        IntStream.range(0, expected.size())
            .filter(i -> expected.integer(i) != actual.integer(i))
            .toArray();
    if (wrong.length == 0) {
      return Optional.empty();
    }
    return differs(wrong.length + " of " + expected.size() + " integers differ", worst());
  }

  private Optional<AssertionFailedError> floats(Tolerance tolerance) {
    double squares = 0;
    double length = 0;
    double largest = 0;
    for (int i = 0; i < expected.size(); i++) {
      squares += difference(i) * difference(i);
      length += expected.get(i) * expected.get(i);
      largest = Math.max(largest, Math.abs(expected.get(i)));
    }
    if (largest == 0) {
      return shows(
          "is all 0 as " + origin + ": comparing with it shows nothing. Choose another input");
    }
    int worst = worst();
    double relativeL2 = Math.sqrt(squares / length);
    double relativeMax = difference(worst) / largest;
    if (relativeL2 <= tolerance.relativeL2() && relativeMax <= tolerance.relativeMax()) {
      return Optional.empty();
    }
    double allowed = tolerance.relativeMax() * largest;
    long beyond = IntStream.range(0, expected.size()).filter(i -> difference(i) > allowed).count();
    return differs(
        "relative L2 "
            + Text.number(relativeL2)
            + ", largest difference "
            + Text.number(difference(worst))
            + " of values up to "
            + Text.number(largest)
            + ", "
            + beyond
            + " of "
            + expected.size()
            + " values beyond; allowed: "
            + tolerance,
        worst);
  }

  private Optional<AssertionFailedError> shows(String problem) {
    return Optional.of(new AssertionFailedError(subject + " " + problem + " (" + expected + ")"));
  }

  private Optional<AssertionFailedError> differs(String measure, int worst) {
    String message =
        subject
            + " differs from "
            + origin
            + " ("
            + measure
            + "): "
            + at(worst)
            + "expected "
            + expected.text(worst)
            + " but was "
            + actual.text(worst)
            + "; "
            + (expected.dtype() == actual.dtype() ? "" : expected + ", computed ")
            + actual;
    List<Integer> places =
        IntStream.range(0, expected.size())
            .boxed()
            .filter(i -> !(difference(i) == 0))
            .sorted(Comparator.comparingDouble(i -> -rank(i)))
            .limit(SHOWN)
            .sorted()
            .toList();
    return Optional.of(
        new AssertionFailedError(message, text(expected, places), text(actual, places)));
  }

  private static String text(Values values, List<Integer> places) {
    return values
        + places.stream()
            .map(i -> "\n" + Text.place(values.shape(), i) + " " + values.text(i))
            .collect(Collectors.joining());
  }

  private String at(int index) {
    return expected.shape().numDimensions() == 0
        ? ""
        : "at " + Text.place(expected.shape(), index) + " ";
  }

  private int worst() {
    int worst = 0;
    for (int i = 1; i < expected.size(); i++) {
      worst = rank(i) > rank(worst) ? i : worst;
    }
    return worst;
  }

  private double difference(int index) {
    return Math.abs(expected.get(index) - actual.get(index));
  }

  /** The difference; what is no number is worst. */
  private double rank(int index) {
    double difference = difference(index);
    return Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
  }

  /** The first value that is NaN or infinite; -1 if there is none. */
  static int firstNotFinite(Values values) {
    return IntStream.range(0, values.size()).filter(i -> !finite(values, i)).findFirst().orElse(-1);
  }

  private static boolean finite(Values values, int index) {
    return Double.isFinite(values.get(index));
  }
}
