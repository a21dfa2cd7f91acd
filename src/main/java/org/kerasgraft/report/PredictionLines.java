package org.kerasgraft.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Predictions line by line. As CSV: the input's name, the most probable class and its probability,
 * the same for the second and so on as far as asked for, and a status. As JSON Lines: the same, the
 * classes in a list. An input that could not be used has a status other than {@code ok} and no
 * values.
 *
 * @param key {@code path} or {@code row}
 * @param labels the class names by number
 * @param top how many classes to name, 1 or more
 */
public record PredictionLines(String key, List<String> labels, int top) {

  private record Choice(String label, float probability) {}

  /** Copies; no more classes are named than there are. */
  public PredictionLines {
    labels = List.copyOf(labels);
    top = Math.min(top, labels.size());
  }

  /**
   * The CSV heading.
   *
   * @return a line with its end
   */
  public String csvHeading() {
    List<String> names = new ArrayList<>(List.of(key, "label", "probability"));
    for (int i = 2; i <= top; i++) {
      names.add("label_" + i);
      names.add("probability_" + i);
    }
    names.add("status");
    return Csv.line(names);
  }

  /**
   * A row as CSV.
   *
   * @param row the row
   * @return a line with its end
   */
  public String csv(PredictedRow row) {
    List<Object> cells = new ArrayList<>();
    cells.add(row.name());
    List<Choice> choices = choices(row);
    for (int i = 0; i < top; i++) {
      cells.add(row.isOk() ? choices.get(i).label() : null);
      cells.add(row.isOk() ? choices.get(i).probability() : null);
    }
    cells.add(row.status());
    return Csv.line(cells);
  }

  /**
   * A row as one JSON object.
   *
   * @param row the row
   * @return a line with its end
   */
  public String json(PredictedRow row) {
    List<Choice> choices = choices(row);
    Map<String, Object> object = new LinkedHashMap<>();
    object.put(key, key.equals("row") ? Long.valueOf(row.name()) : row.name());
    object.put("label", row.isOk() ? choices.get(0).label() : null);
    object.put("probability", row.isOk() ? choices.get(0).probability() : null);
    object.put("top", choices);
    object.put("status", row.status());
    return Json.line(object) + "\n";
  }

  private List<Choice> choices(PredictedRow row) {
    return row.top(top).stream()
        .map(c -> new Choice(labels.get(c), row.probabilities().get(c)))
        .toList();
  }
}
