package org.kerasgraft.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.kerasgraft.data.Labels;
import org.kerasgraft.error.InvalidDataException;

class EvaluationTest {

  private static final List<String> ABC = List.of("a", "b", "c");

  private static final Predictions FIVE =
      new Predictions(
          new float[] {
            .7f, .2f, .1f, // a
            .1f, .8f, .1f, // b
            .5f, .3f, .2f, // a
            .2f, .5f, .3f, // b
            .6f, .2f, .2f // a
          },
          3);

  private static Labels labels(int... values) {
    return new Labels("labels.npy", values);
  }

  @Test
  void figuresAreTheTextbookOnes() {
    Evaluation e = Evaluation.of(FIVE, labels(0, 1, 1, 2, 0), ABC);
    assertEquals(5, e.count());
    assertEquals(0.6, e.accuracy(), 1e-12);
    double loss = -(Math.log(.7f) + Math.log(.8f) + Math.log(.3f) + Math.log(.3f) + Math.log(.6f));
    assertEquals(loss / 5, e.loss(), 1e-12);
    assertEquals(List.of(List.of(2, 0, 0), List.of(1, 1, 0), List.of(0, 1, 0)), e.confusion());
    assertEquals(new Evaluation.ClassScore("a", 2 / 3.0, 1, 0.8, 2), e.perClass().get(0));
    assertEquals(new Evaluation.ClassScore("b", 0.5, 0.5, 0.5, 2), e.perClass().get(1));
  }

  @Test
  void aClassNeverPredictedScoresZeroAndNotNaN() {
    Evaluation e = Evaluation.of(FIVE, labels(0, 1, 1, 2, 0), ABC);
    assertEquals(new Evaluation.ClassScore("c", 0, 0, 0, 1), e.perClass().get(2));
    Evaluation none = Evaluation.of(FIVE, labels(0, 1, 0, 1, 0), ABC);
    assertEquals(new Evaluation.ClassScore("c", 0, 0, 0, 0), none.perClass().get(2));
  }

  @Test
  void certainMistakesAreClippedAsInKeras() {
    Predictions wrong = new Predictions(new float[] {1, 0}, 2);
    assertEquals(-Math.log(1e-7), Evaluation.of(wrong, labels(1), List.of("a", "b")).loss(), 1e-9);
    assertEquals(
        -Math.log(1 - 1e-7), Evaluation.of(wrong, labels(0), List.of("a", "b")).loss(), 1e-12);
  }

  @Test
  void oneHalfIsTheFirstClassAsInKeras() {
    assertEquals(0, new Predictions(new float[] {.5f, .5f}, 2).label(0));
    assertEquals(1, new Predictions(new float[] {.49f, .51f}, 2).label(0));
  }

  @Test
  void lengthsAndLabelsThatDoNotFitAreNamed() {
    InvalidDataException lengths =
        assertThrows(InvalidDataException.class, () -> Evaluation.of(FIVE, labels(0, 1), ABC));
    assertTrue(lengths.getMessage().contains("5 predictions"), lengths.getMessage());
    assertTrue(lengths.getMessage().contains("2 labels"), lengths.getMessage());
    InvalidDataException beyond =
        assertThrows(
            InvalidDataException.class, () -> Evaluation.of(FIVE, labels(0, 1, 3, 0, 0), ABC));
    assertTrue(beyond.getMessage().contains("label 3 at row 2"), beyond.getMessage());
    assertThrows(
        InvalidDataException.class,
        () -> Evaluation.of(new Predictions(new float[0], 3), labels(), ABC));
  }

  @Test
  void predictionsAreCopies() {
    float[] values = {.2f, .8f};
    Predictions predictions = new Predictions(values, 2);
    values[0] = 9;
    predictions.probabilities(0)[1] = 9;
    assertArrayEquals(new float[] {.2f, .8f}, predictions.probabilities(0));
    assertThrows(IndexOutOfBoundsException.class, () -> predictions.probability(0, 2));
    assertThrows(IndexOutOfBoundsException.class, () -> predictions.probability(1, 0));
    assertThrows(IllegalArgumentException.class, () -> new Predictions(new float[3], 2));
  }
}
