package org.kerasgraft.report;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kerasgraft.data.Manifest;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.features.InputAccount;
import org.kerasgraft.internal.NewFile;
import org.kerasgraft.report.RunReport.Mistake;
import org.kerasgraft.report.RunReport.PhaseNote;
import org.kerasgraft.savedmodel.VariableSpec;
import org.kerasgraft.train.History;

/**
 * Writes a run's files beside its model: {@code history.csv}, {@code metrics.json}, {@code
 * confusion_matrix.csv}, {@code misclassified.csv}, {@code report.html} and, last, {@code
 * manifest.json} with size and SHA-256 of every file of the run. What needs figures is left out
 * where nothing was held back to judge by.
 */
public final class RunWriter {

  private record Metrics(
      String rows,
      EvaluationText.Document evaluation,
      List<PhaseEntry> phases,
      List<InputsEntry> inputs) {}

  private record InputsEntry(
      String name,
      int given,
      int accepted,
      Map<String, Integer> remarks,
      Map<String, Integer> rejected) {}

  private record PhaseEntry(
      String name,
      int epochs,
      int keptEpoch,
      String optimizer,
      History.Score training,
      History.Score validation) {}

  private record Content(
      long seed,
      Map<String, String> options,
      Map<String, String> versions,
      Map<String, String> inputs,
      List<String> trained) {}

  private RunWriter() {}

  /**
   * Writes all files.
   *
   * @param report what happened
   * @param origin where it came from
   * @param directory the run's directory, existing, to be made visible by the caller afterwards
   * @throws StorageException if writing fails
   */
  public static void write(RunReport report, RunOrigin origin, Path directory) {
    put(directory, "history.csv", history(report.history()));
    put(directory, "metrics.json", Json.pretty(metrics(report)));
    if (report.result().isPresent()) {
      EvaluationText text = new EvaluationText(report.result().get().evaluation());
      put(directory, "confusion_matrix.csv", text.confusionCsv());
      put(directory, "misclassified.csv", mistakes(report.result().get().mistakes()));
    }
    put(directory, "report.html", ReportPage.of(report));
    Manifest.write(
        Manifest.Kind.RUN,
        directory,
        Json.tree(manifest(report, origin)),
        name -> !name.startsWith(".")); // what is hidden beside it is no part of a run
  }

  private static void put(Path directory, String name, String text) {
    NewFile.text(directory.resolve(name), text);
  }

  /** The columns of Keras' CSVLogger, and more. */
  static String history(History history) {
    StringBuilder csv = new StringBuilder();
    csv.append("phase,epoch,loss,accuracy,val_loss,val_accuracy,learning_rate,seconds\n");
    for (History.Epoch e : history.epochs()) {
      Optional<History.Score> validation = e.validation();
      csv.append(
          Csv.line(
              e.phase(),
              e.epoch(),
              e.training().loss(),
              e.training().accuracy(),
              validation.map(History.Score::loss).orElse(null),
              validation.map(History.Score::accuracy).orElse(null),
              e.learningRate(),
              e.seconds()));
    }
    return csv.toString();
  }

  static String mistakes(List<Mistake> mistakes) {
    StringBuilder csv = new StringBuilder("row,label,predicted,probability,own_probability\n");
    for (Mistake m : mistakes) {
      csv.append(Csv.line(m.row(), m.label(), m.predicted(), m.probability(), m.ownProbability()));
    }
    return csv.toString();
  }

  private static Metrics metrics(RunReport report) {
    return new Metrics(
        report.result().map(RunReport.Result::rows).orElse(null),
        report.result().map(r -> new EvaluationText(r.evaluation()).document()).orElse(null),
        report.phases().stream().map(p -> entry(p, report.history())).toList(),
        report.inputs().stream().map(RunWriter::entry).toList());
  }

  private static InputsEntry entry(RunReport.Inputs inputs) {
    InputAccount account = inputs.account();
    return new InputsEntry(
        inputs.name(),
        account.accepted() + account.bad(),
        account.accepted(),
        account.remarks(),
        account.rejected());
  }

  /** A phase with its figures of the epoch whose weights were kept. */
  private static PhaseEntry entry(PhaseNote phase, History history) {
    List<History.Epoch> epochs = history.of(phase.name());
    Optional<History.Epoch> kept =
        epochs.stream().filter(e -> e.epoch() == phase.keptEpoch()).findFirst();
    return new PhaseEntry(
        phase.name(),
        epochs.size(),
        phase.keptEpoch(),
        phase.optimizer(),
        kept.map(History.Epoch::training).orElse(null),
        kept.flatMap(History.Epoch::validation).orElse(null));
  }

  private static Content manifest(RunReport report, RunOrigin origin) {
    return new Content(
        origin.seed(),
        new LinkedHashMap<>(report.settings()),
        origin.versions(),
        origin.inputs(),
        report.selection().chosen().stream().map(VariableSpec::name).toList());
  }
}
