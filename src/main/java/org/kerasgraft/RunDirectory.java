package org.kerasgraft;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.kerasgraft.export.Provenance;
import org.kerasgraft.features.IndexFile;
import org.kerasgraft.features.InputAccount;
import org.kerasgraft.internal.AtomicDirectory;
import org.kerasgraft.internal.NewFile;
import org.kerasgraft.report.RunOrigin;
import org.kerasgraft.report.RunReport;
import org.kerasgraft.report.RunWriter;
import org.kerasgraft.train.Predictions;

/**
 * Writes what a training leaves: the model in TensorFlow Serving's layout ({@code model/1}), an
 * index of its inputs ({@code index.csv}, and {@code validation_index.csv} for images of their own
 * to validate on), history, figures, report page and manifest. Appears complete or not at all.
 */
public final class RunDirectory {

  /**
   * What a run's page says beside its figures.
   *
   * @param title the page's heading
   * @param ladder accuracies to compare; may be empty
   * @param settings names and values of what was in force, in the order to show them
   */
  public record Notes(String title, List<RunReport.Rung> ladder, Map<String, String> settings) {
    /** Copies the ladder; the settings keep their order. */
    public Notes {
      ladder = List.copyOf(ladder);
    }
  }

  private RunDirectory() {}

  /**
   * Writes a run.
   *
   * @param model the trained model; borrowed
   * @param notes what the page says
   * @param out absent or empty
   * @return the directory
   * @throws org.kerasgraft.error.CannotCreateException if it has content or cannot be created
   */
  public static Path write(TrainedModel model, Notes notes, Path out) {
    try (AtomicDirectory directory = AtomicDirectory.create(out)) {
      writeInto(model, notes, directory.staging());
      return directory.commit();
    }
  }

  /**
   * Writes a run into a directory that is not in place yet.
   *
   * @param model the trained model; borrowed
   * @param notes what the page says
   * @param directory an existing directory, to be made visible by the caller afterwards
   */
  public static void writeInto(TrainedModel model, Notes notes, Path directory) {
    Path version = NewFile.directories(directory.resolve("model").resolve("1"));
    model.writeInto(version);
    TrainingRecord.Index index = model.record().index();
    IndexFile.write(directory.resolve("index.csv"), index.training());
    index
        .validation()
        .ifPresent(rows -> IndexFile.write(directory.resolve("validation_index.csv"), rows));
    RunWriter.write(report(model, notes), origin(model), directory);
  }

  private static RunReport report(TrainedModel model, Notes notes) {
    Judgement judged = model.judgement();
    return new RunReport(
        notes.title(),
        inputs(model.record().index()),
        notes.ladder(),
        model.history(),
        phases(model),
        Optional.of(
            new RunReport.Result(
                judged.rows(), judged.evaluation(), mistakes(judged, model.provenance().labels()))),
        model.selection(),
        notes.settings());
  }

  private static List<RunReport.Inputs> inputs(TrainingRecord.Index index) {
    List<RunReport.Inputs> inputs = new ArrayList<>();
    inputs.add(new RunReport.Inputs("training", InputAccount.of(index.training())));
    index
        .validation()
        .ifPresent(rows -> inputs.add(new RunReport.Inputs("validation", InputAccount.of(rows))));
    return inputs;
  }

  private static List<RunReport.PhaseNote> phases(TrainedModel model) {
    List<RunReport.PhaseNote> phases = new ArrayList<>();
    for (Provenance.TrainedPhase phase : model.provenance().training().phases()) {
      phases.add(
          new RunReport.PhaseNote(
              phase.name(), phase.optimizer(), model.record().keptEpochs().get(phase.name())));
    }
    return phases;
  }

  private static List<RunReport.Mistake> mistakes(Judgement judged, List<String> classes) {
    Predictions predictions = judged.predictions();
    int[] labels = judged.labels().values();
    List<RunReport.Mistake> mistakes = new ArrayList<>();
    for (int row = 0; row < labels.length; row++) {
      int predicted = predictions.label(row);
      if (predicted != labels[row]) {
        mistakes.add(
            new RunReport.Mistake(
                judged.names().get(row),
                classes.get(labels[row]),
                classes.get(predicted),
                predictions.probability(row, predicted),
                predictions.probability(row, labels[row])));
      }
    }
    return mistakes;
  }

  private static RunOrigin origin(TrainedModel model) {
    Provenance.Versions versions = model.provenance().versions();
    Map<String, String> software = new TreeMap<>();
    software.put("graft", versions.graft());
    software.put("tensorflow", versions.tensorflow());
    software.put("java", System.getProperty("java.version"));
    return new RunOrigin(
        model.record().inputs(), software, model.record().training().batches().seed());
  }
}
