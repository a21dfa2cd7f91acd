package org.kerasgraft.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.opentest4j.AssertionFailedError;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/** What a failure says, and that nothing passes unseen. */
class ComparisonTest {

  private static final Shape TWO_BY_TWO = Shape.of(2, 2);

  private static Optional<AssertionFailedError> failure(Values expected, Values actual) {
    return new Comparison("layer 'fc1'", "Keras", expected, actual).failure(Tolerance.KERAS);
  }

  private static void assertFails(String message, Values expected, Values actual) {
    assertEquals(message, failure(expected, actual).orElseThrow().getMessage());
  }

  private static Values square(float... values) {
    return Values.of(TWO_BY_TWO, values);
  }

  @Test
  void equalValuesPass() {
    Values values = square(1, -2, 3, 4);
    assertTrue(failure(values, square(1, -2, 3, 4)).isEmpty());
    assertTrue(failure(values, square(1, -2, 3, 4.0001f)).isEmpty());
  }

  @Test
  void theWorstPlaceAndBothValuesAreShown() {
    AssertionFailedError failure =
        failure(square(1, -2, 3, 4), square(1, -2.5f, 3.25f, 4)).orElseThrow();
    assertEquals(
        "layer 'fc1' differs from Keras (relative L2 0.1, largest difference 0.5 of values up to"
            + " 4, 2 of 4 values beyond; allowed: relative L2 ≤ 5e-5, each value ≤ 5e-4 of the"
            + " largest): at [0, 1] expected -2.0 but was -2.5; float32 (2, 2)",
        failure.getMessage());
    assertEquals(
        "float32 (2, 2)\n[0, 1] -2.0\n[1, 0] 3.0", failure.getExpected().getStringRepresentation());
    assertEquals(
        "float32 (2, 2)\n[0, 1] -2.5\n[1, 0] 3.25", failure.getActual().getStringRepresentation());
  }

  @Test
  void oneWrongValueAmongManyIsFound() {
    float[] expected = new float[100_000];
    Arrays.fill(expected, 1);
    float[] actual = expected.clone();
    actual[12_345] = 1.012f;
    Shape shape = Shape.of(100, 1000);
    AssertionFailedError failure =
        failure(Values.of(shape, expected), Values.of(shape, actual)).orElseThrow();
    assertTrue(failure.getMessage().contains("relative L2 3.8e-5"), failure.getMessage());
    assertTrue(
        failure.getMessage().contains("at [12, 345] expected 1.0 but was 1.012"),
        failure.getMessage());
  }

  @Test
  void otherShapesAreToldBothWays() {
    assertFails(
        "layer 'fc1' has the shape (4,), not (2, 2) as Keras",
        square(1, 2, 3, 4),
        Values.of(Shape.of(4), 1, 2, 3, 4));
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void whatIsNotFiniteFailsOnEitherSide(float bad) {
    assertFails(
        "layer 'fc1' differs from Keras (1 of 4 values are not finite): at [1, 0] expected 3.0 but"
            + " was "
            + bad
            + "; float32 (2, 2)",
        square(1, 2, 3, 4),
        square(1, 2, bad, 4));
    assertFails(
        "layer 'fc1' cannot be compared: at [1, 0] Keras has "
            + bad
            + ". Choose another input (float32 (2, 2))",
        square(1, 2, bad, 4),
        square(1, 2, bad, 4));
  }

  @Test
  void whatShowsNothingFails() {
    assertFails(
        "layer 'fc1' is all 0 as Keras: comparing with it shows nothing. Choose another input"
            + " (float32 (2, 2))",
        square(0, 0, 0, 0),
        square(0, 0, 0, 0));
    assertFails(
        "layer 'fc1' has no values at all: comparing them shows nothing (float32 (0, 3))",
        Values.of(Shape.of(0, 3)),
        Values.of(Shape.of(0, 3)));
  }

  @Test
  void aSingleValueHasNoPlace() {
    String message =
        failure(Values.of(Shape.scalar(), 1), Values.of(Shape.scalar(), 2))
            .orElseThrow()
            .getMessage();
    assertTrue(message.contains("): expected 1.0 but was 2.0; float32 ()"), message);
  }

  @Test
  void integersAndBooleansAreComparedExactly() {
    try (TInt64 large = TInt64.vectorOf(1L << 53, 7);
        TInt64 next = TInt64.vectorOf((1L << 53) + 1, 7);
        TInt32 small = TInt32.vectorOf(5, 7);
        TBool yes = TBool.vectorOf(true, true);
        TBool no = TBool.vectorOf(true, false)) {
      assertFails(
          "layer 'fc1' differs from Keras (1 of 2 integers differ): at [0] expected"
              + " 9007199254740992 but was 9007199254740993; int64 (2,)",
          Values.of(large),
          Values.of(next));
      assertFails(
          "layer 'fc1' differs from Keras (1 of 2 integers differ): at [1] expected true but was"
              + " false; bool (2,)",
          Values.of(yes),
          Values.of(no));
      assertTrue(failure(Values.of(Shape.of(2), 5, 7), Values.of(small)).isEmpty());
      assertTrue(failure(Values.of(large), Values.of(large)).isEmpty());
    }
  }
}
