package org.kerasgraft.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kerasgraft.data.Labels;
import org.kerasgraft.train.Evaluation;
import org.kerasgraft.train.Predictions;

/** What shows a confusion matrix does not grow with the square of the number of classes. */
class ManyClassesTest {

  @ParameterizedTest
  @CsvSource({"3, 9", "60, 3600", "61, 62", "300, 301"})
  void ofManyClassesOnlyCellsThatCountAreDrawn(int classes, int cells) {
    String map = heatMap(classes).html();
    assertEquals(cells, map.split("<rect ", -1).length - 1);
    assertTrue(map.contains("c0 taken for c1: 1 of 2 (50.0 %)"), "the one mistake");
    assertEquals(classes <= 60, map.contains(">c2</text>"), "names along the sides");
  }

  @Test
  void ofVeryManyASentenceNamesTheFile() {
    String sentence =
        "<p>A matrix of 1,000 classes is not drawn; confusion_matrix.csv has it.</p>\n";
    assertEquals(sentence, heatMap(1000).html());
  }

  @Test
  void theTextHasNoTableOfMoreColumnsThanCanBeRead() {
    String few = new EvaluationText(evaluation(60)).text();
    String many = new EvaluationText(evaluation(61)).text();
    assertTrue(few.lines().count() > 120, few);
    assertTrue(many.endsWith("of 61 classes: see the JSON form\n"), many);
    assertFalse(many.lines().anyMatch(line -> line.length() > 80), many);
  }

  /** One row of each class, and one of the first that is taken for the second. */
  private static HeatMap heatMap(int classes) {
    List<List<Integer>> counts = new ArrayList<>();
    for (int i = 0; i < classes; i++) {
      List<Integer> row = new ArrayList<>(Collections.nCopies(classes, 0));
      row.set(i, 1);
      counts.add(row);
    }
    counts.get(0).set(1, 1);
    return new HeatMap(names(classes), counts);
  }

  private static Evaluation evaluation(int classes) {
    float[] values = new float[classes * classes];
    for (int i = 0; i < classes; i++) {
      values[i * classes + i] = 1;
    }
    return Evaluation.of(
        new Predictions(values, classes),
        new Labels("sample", IntStream.range(0, classes).toArray()),
        names(classes));
  }

  private static List<String> names(int classes) {
    return IntStream.range(0, classes).mapToObj(i -> "c" + i).toList();
  }
}
