package org.kerasgraft.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.kerasgraft.report.TextTable.Align;
import org.kerasgraft.train.Evaluation;

/**
 * An evaluation for reading, as text, JSON or CSV.
 *
 * @param evaluation the figures
 */
public record EvaluationText(Evaluation evaluation) {

  /** A table of more columns is for nobody to read. */
  private static final int MOST_COLUMNS = 60;

  /** The JSON form; its fields are a stable format. */
  record Document(
      int count,
      double loss,
      double accuracy,
      List<ClassEntry> classes,
      List<List<Integer>> confusion) {}

  record ClassEntry(String name, double precision, double recall, double f1, int support) {}

  /**
   * Text: accuracy and loss, a line a class, the confusion matrix.
   *
   * @return lines, each with a line end
   */
  public String text() {
    TextTable sums = new TextTable(Align.LEFT, Align.RIGHT);
    sums.row("Rows", Markup.count(evaluation.count()));
    sums.row("Accuracy", four(evaluation.accuracy()));
    sums.row("Loss", four(evaluation.loss()));
    return sums.render(0)
        + "\n"
        + classes()
        + "\nConfusion (rows: true, columns: predicted)\n"
        + (evaluation.perClass().size() <= MOST_COLUMNS
            ? confusion()
            : "of " + Markup.count(evaluation.perClass().size()) + " classes: see the JSON form\n");
  }

  private String classes() {
    TextTable table = new TextTable(Align.LEFT, Align.RIGHT, Align.RIGHT, Align.RIGHT, Align.RIGHT);
    table.row("Class", "Precision", "Recall", "F1", "Rows");
    for (Evaluation.ClassScore s : evaluation.perClass()) {
      table.row(
          s.name(), four(s.precision()), four(s.recall()), four(s.f1()), Markup.count(s.support()));
    }
    return table.render(0);
  }

  private String confusion() {
    List<String> names = names();
    Align[] aligns = new Align[names.size() + 1];
    Arrays.fill(aligns, Align.RIGHT);
    aligns[0] = Align.LEFT;
    TextTable table = new TextTable(aligns);
    List<String> head = new ArrayList<>(List.of(""));
    head.addAll(names);
    table.row(head.toArray(String[]::new));
    for (int i = 0; i < names.size(); i++) {
      List<String> row = new ArrayList<>(List.of(names.get(i)));
      evaluation.confusion().get(i).forEach(n -> row.add(Integer.toString(n)));
      table.row(row.toArray(String[]::new));
    }
    return table.render(0);
  }

  /**
   * JSON.
   *
   * @return one object
   */
  public String json() {
    return Json.pretty(document());
  }

  Document document() {
    return new Document(
        evaluation.count(),
        evaluation.loss(),
        evaluation.accuracy(),
        evaluation.perClass().stream()
            .map(s -> new ClassEntry(s.name(), s.precision(), s.recall(), s.f1(), s.support()))
            .toList(),
        evaluation.confusion());
  }

  /**
   * The confusion matrix as CSV: a heading of predicted classes, then a line a true class.
   *
   * @return lines, each with a line end
   */
  public String confusionCsv() {
    List<String> names = names();
    List<Object> head = new ArrayList<>(List.of("true\\predicted"));
    head.addAll(names);
    StringBuilder csv = new StringBuilder(Csv.line(head));
    for (int i = 0; i < evaluation.confusion().size(); i++) {
      List<Object> line = new ArrayList<>(List.of(names.get(i)));
      line.addAll(evaluation.confusion().get(i));
      csv.append(Csv.line(line));
    }
    return csv.toString();
  }

  private List<String> names() {
    return evaluation.perClass().stream().map(Evaluation.ClassScore::name).toList();
  }

  private static String four(double figure) {
    return String.format(Locale.ROOT, "%.4f", figure);
  }
}
