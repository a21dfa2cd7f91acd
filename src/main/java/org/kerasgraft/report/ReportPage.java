package org.kerasgraft.report;

import static org.kerasgraft.report.Markup.count;
import static org.kerasgraft.report.Markup.escape;
import static org.kerasgraft.report.Markup.number;
import static org.kerasgraft.report.Markup.percent;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.kerasgraft.features.InputAccount;
import org.kerasgraft.report.RunReport.Mistake;
import org.kerasgraft.report.RunReport.PhaseNote;
import org.kerasgraft.report.RunReport.Result;
import org.kerasgraft.train.Evaluation;
import org.kerasgraft.train.History;
import org.kerasgraft.train.Selection;

/** One self-contained page about a run: no script, nothing loaded from elsewhere. */
final class ReportPage {

  private static final int MOST_MISTAKES = 20;

  private final RunReport report;
  private final StringBuilder page = new StringBuilder();

  private ReportPage(RunReport report) {
    this.report = report;
  }

  /** The page as well-formed XHTML, which every browser reads as HTML 5. */
  static String of(RunReport report) {
    return new ReportPage(report).render();
  }

  private String render() {
    page.append(
        "<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n");
    page.append("<meta charset=\"utf-8\"/>\n<title>").append(escape(report.title()));
    page.append(
        "</title>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n");
    page.append("<style>\n").append(style()).append("</style>\n</head>\n<body>\n<main>\n");
    page.append("<header><h1>").append(escape(report.title())).append("</h1>\n");
    page.append("<p>").append(escape(subtitle())).append("</p></header>\n");
    tiles();
    if (!report.ladder().isEmpty()) {
      section("Accuracy, step by step", new BarChart(report.ladder()).svg());
    }
    curves();
    report.result().ifPresent(this::result);
    if (!report.inputs().isEmpty()) {
      inputs();
    }
    variables();
    settings();
    page.append("<footer>Written by Graft.</footer>\n</main>\n</body>\n</html>\n");
    return page.toString();
  }

  private static String style() {
    try (InputStream in = ReportPage.class.getResourceAsStream("report.css")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String subtitle() {
    long epochs = report.history().epochs().size();
    double seconds = report.history().epochs().stream().mapToDouble(History.Epoch::seconds).sum();
    List<String> phases = report.phases().stream().map(PhaseNote::name).toList();
    return String.join(", then ", phases)
        + ": "
        + count(epochs)
        + (epochs == 1 ? " epoch in " : " epochs in ")
        + seconds(seconds)
        + " s of training";
  }

  private void tiles() {
    page.append("<div class=\"tiles\">\n");
    report
        .result()
        .ifPresent(
            result -> {
              Evaluation figures = result.evaluation();
              tile(percent(figures.accuracy()), "accuracy on " + result.rows() + " rows");
              tile(number(figures.loss()), "loss on " + result.rows() + " rows");
              tile(count(figures.count()), result.rows() + " rows");
            });
    tile(count(report.selection().trainableParameters()), "parameters trained");
    tile(count(report.selection().frozenParameters()), "parameters frozen");
    page.append("</div>\n");
  }

  private void tile(String figure, String what) {
    page.append("<div class=\"tile\"><b>").append(escape(figure)).append("</b><span>");
    page.append(escape(what)).append("</span></div>\n");
  }

  private void section(String title, String content) {
    page.append("<section>\n<h2>").append(escape(title)).append("</h2>\n");
    page.append(content).append("</section>\n");
  }

  private void curves() {
    if (report.history().epochs().isEmpty()) {
      return;
    }
    String charts =
        "<div class=\"pair\">\n"
            + chart("Accuracy", History.Score::accuracy)
            + chart("Loss", History.Score::loss)
            + "</div>\n";
    String note = "<p>Dotted line: the epoch whose weights were kept.</p>\n";
    section("Training", charts + note + phaseTable());
  }

  private static String seconds(double seconds) {
    return String.format(Locale.ROOT, "%.1f", seconds);
  }

  private String chart(String title, ToDoubleFunction<History.Score> figure) {
    List<History.Epoch> epochs = report.history().epochs();
    List<Double> training = epochs.stream().map(e -> figure.applyAsDouble(e.training())).toList();
    List<Double> validation =
        epochs.stream()
            .map(e -> e.validation().map(figure::applyAsDouble).orElse(Double.NaN))
            .toList();
    LineChart.Series first = new LineChart.Series("training", "training", training);
    LineChart.Series second = new LineChart.Series("validation", "validation", validation);
    boolean judged = epochs.stream().anyMatch(e -> e.validation().isPresent());
    return new LineChart(title, judged ? List.of(first, second) : List.of(first), chartPhases())
        .svg();
  }

  private List<LineChart.Phase> chartPhases() {
    return report.history().epochs().stream()
        .map(History.Epoch::phase)
        .distinct()
        .map(
            p ->
                new LineChart.Phase(
                    p, report.history().of(p).size(), note(p).map(PhaseNote::keptEpoch).orElse(0)))
        .toList();
  }

  private Optional<PhaseNote> note(String phase) {
    return report.phases().stream().filter(n -> n.name().equals(phase)).findFirst();
  }

  private String phaseTable() {
    HtmlTable table =
        new HtmlTable("Phase", "Optimizer", "#Epochs", "#Weights kept of epoch", "#Seconds");
    for (PhaseNote phase : report.phases()) {
      List<History.Epoch> epochs = report.history().of(phase.name());
      double seconds = epochs.stream().mapToDouble(History.Epoch::seconds).sum();
      table.row(
          phase.name(),
          phase.optimizer(),
          count(epochs.size()),
          count(phase.keptEpoch()),
          seconds(seconds));
    }
    return table.html();
  }

  private void result(Result result) {
    Evaluation figures = result.evaluation();
    List<String> classes = figures.perClass().stream().map(Evaluation.ClassScore::name).toList();
    String both =
        "<div class=\"pair\">\n"
            + new HeatMap(classes, figures.confusion()).html()
            + classTable(figures)
            + "</div>\n";
    section("Classes, on " + result.rows() + " rows", both);
    if (!result.mistakes().isEmpty()) {
      section("Worst mistakes", mistakes(result.mistakes()));
    }
  }

  private static String classTable(Evaluation figures) {
    HtmlTable table = new HtmlTable("Class", "#Precision", "#Recall", "#F1", "#Rows");
    for (Evaluation.ClassScore score : figures.perClass()) {
      table.row(
          score.name(),
          percent(score.precision()),
          percent(score.recall()),
          percent(score.f1()),
          count(score.support()));
    }
    return table.html();
  }

  private static String mistakes(List<Mistake> mistakes) {
    HtmlTable table =
        new HtmlTable("Row", "Class", "Taken for", "#Probability", "#Of its own class");
    mistakes.stream()
        .sorted((a, b) -> Double.compare(b.probability(), a.probability()))
        .limit(MOST_MISTAKES)
        .forEach(
            m ->
                table.row(
                    m.row(),
                    m.label(),
                    m.predicted(),
                    percent(m.probability()),
                    percent(m.ownProbability())));
    String rest =
        mistakes.size() > MOST_MISTAKES
            ? "<p>The surest "
                + MOST_MISTAKES
                + " of "
                + count(mistakes.size())
                + "; all are in misclassified.csv.</p>\n"
            : "";
    return rest + table.html();
  }

  private void inputs() {
    HtmlTable table =
        new HtmlTable("Inputs", "#Given", "#Accepted", "Of these", "#Rejected", "Why");
    for (RunReport.Inputs inputs : report.inputs()) {
      InputAccount account = inputs.account();
      table.row(
          inputs.name(),
          count(account.accepted() + account.bad()),
          count(account.accepted()),
          InputAccount.text(account.remarks()),
          count(account.bad()),
          InputAccount.text(account.rejected()));
    }
    section("What became of the inputs", table.html());
  }

  private void variables() {
    Selection selection = report.selection();
    HtmlTable trained = new HtmlTable("Variable", "Shape", "#Parameters", "");
    HtmlTable frozen = new HtmlTable("Variable", "Shape", "#Parameters", "");
    for (Selection.Row row : selection.rows()) {
      (row.trainable() ? trained : frozen)
          .tagged(
              row.trainable() ? "trained" : "frozen",
              row.trainable(),
              row.name(),
              row.shape(),
              count(row.count()));
    }
    trained.total("Trained", "", count(selection.trainableParameters()), "");
    frozen.total("Frozen", "", count(selection.frozenParameters()), "");
    section(
        "What was trained, and what stayed",
        trained.html()
            + "<details><summary>Frozen variables</summary>\n"
            + frozen.html()
            + "</details>\n");
  }

  private void settings() {
    HtmlTable table = new HtmlTable("Setting", "Value");
    report.settings().forEach(table::row);
    section("Settings and versions", table.html());
  }
}
