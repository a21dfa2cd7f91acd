package org.kerasgraft.cli;

import java.util.Locale;
import org.kerasgraft.report.TextTable;
import org.kerasgraft.report.TextTable.Align;
import org.kerasgraft.train.History;
import org.kerasgraft.train.Selection;
import org.kerasgraft.train.TrainingListener;

/** Shows how a training goes. */
final class TrainingProgress implements TrainingListener {

  private final Progress progress;
  private History.Epoch last;

  TrainingProgress(Progress progress) {
    this.progress = progress;
  }

  @Override
  public void resumes(Resumption from) {
    progress.note(
        "Going on in phase "
            + from.phase()
            + ", epoch "
            + from.epoch()
            + ", after step "
            + from.step());
  }

  @Override
  public void phaseBegins(PhasePlan plan) {
    progress.note(
        "Phase "
            + plan.phase()
            + ": "
            + counted(plan.epochs(), "epoch")
            + " of "
            + counted(plan.stepsPerEpoch(), "step")
            + "; these train:");
    progress.table(trained(plan.selection()));
  }

  private static String trained(Selection selection) {
    TextTable table = new TextTable(Align.LEFT, Align.LEFT, Align.RIGHT);
    selection.rows().stream()
        .filter(Selection.Row::trainable)
        .forEach(r -> table.row(r.name(), r.shape(), count(r.count())));
    table.row("trainable", "", count(selection.trainableParameters()));
    table.row("frozen", "", count(selection.frozenParameters()));
    return table.render(2);
  }

  private static String counted(int number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }

  private static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  @Override
  public void batchEnds(BatchProgress at) {
    progress.at(
        at.phase() + ", epoch " + at.epoch(), at.step(), at.steps(), figures("", at.running()));
  }

  @Override
  public void epochEnds(History.Epoch epoch) {
    last = epoch;
  }

  @Override
  public void phaseEnds(String phase, int keptEpoch) {
    String figures =
        last == null
            ? ""
            : "; last epoch: "
                + figures("", last.training())
                + last.validation().map(v -> ", " + figures("val_", v)).orElse("");
    progress.note("Phase " + phase + " done, weights of epoch " + keptEpoch + " kept" + figures);
  }

  @Override
  public void warning(String text) {
    progress.note("Warning: " + text);
  }

  private static String figures(String prefix, History.Score score) {
    return String.format(
        Locale.ROOT,
        "%sloss %.4f, %saccuracy %.4f",
        prefix,
        score.loss(),
        prefix,
        score.accuracy());
  }
}
