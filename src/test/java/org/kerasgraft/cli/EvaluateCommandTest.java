package org.kerasgraft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.report.PredictedRow;

/** What an accuracy is made of. */
class EvaluateCommandTest {

  private static final List<String> CLASSES = List.of("a", "b");

  private static double accuracy(PredictedRow... rows) {
    return EvaluateCommand.evaluation(CLASSES, List.of(rows), "rows", new int[rows.length])
        .accuracy();
  }

  @Test
  void rowsWithoutAPredictionDoNotCount() {
    PredictedRow right = new PredictedRow("right", List.of(0.9f, 0.1f), "ok");
    PredictedRow wrong = new PredictedRow("wrong", List.of(0.1f, 0.9f), "ok");
    PredictedRow none = new PredictedRow("none", List.of(), "truncated");
    assertEquals(0.5, accuracy(right, none, wrong));
  }

  /** No comparison with NaN is true, so that it would count as the first class. */
  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
  void anAnswerThatIsNoNumberIsNoHit(float value) {
    PredictedRow row = new PredictedRow("row 0", List.of(value, 0f), "ok");
    InvalidDataException e = assertThrows(InvalidDataException.class, () -> accuracy(row));
    assertEquals("The model's answer to 'row 0' is " + value + ".", e.getMessage());
  }
}
