package org.kerasgraft;

import java.nio.file.Path;
import org.kerasgraft.data.RowSource;
import org.kerasgraft.export.ExportSpec;
import org.kerasgraft.export.Provenance;
import org.kerasgraft.export.SavedModelExport;
import org.kerasgraft.internal.NativeScope;
import org.kerasgraft.report.EvaluationText;
import org.kerasgraft.train.History;
import org.kerasgraft.train.Predictions;
import org.kerasgraft.train.Selection;
import org.kerasgraft.train.TrainedNetwork;

/**
 * A backbone with its head, trained: predicts, tells how it does, and is saved. Predicting is safe
 * from many threads. Owns its own copy of the network; {@link #close()} is idempotent.
 */
public final class TrainedModel implements AutoCloseable {

  private static final int BATCH_SIZE = 16;

  private final TrainedNetwork trained;
  private final Provenance provenance;
  private final Judgement judgement;
  private final TrainingRecord record;
  private final NativeScope scope;

  TrainedModel(
      TrainedNetwork trained,
      Provenance provenance,
      Judgement judgement,
      TrainingRecord record,
      NativeScope scope) {
    this.trained = trained;
    this.provenance = provenance;
    this.judgement = judgement;
    this.record = record;
    this.scope = scope;
  }

  /**
   * The network and its head.
   *
   * @return borrowed from this model
   */
  public TrainedNetwork network() {
    return trained;
  }

  /**
   * Where the model comes from and how it was trained.
   *
   * @return what is stored with it when it is saved
   */
  public Provenance provenance() {
    return provenance;
  }

  /**
   * How it does on the rows it was judged by.
   *
   * @return the figures
   */
  public Judgement judgement() {
    return judgement;
  }

  /**
   * What else is to be remembered of the training.
   *
   * @return settings, inputs' hashes, kept epochs
   */
  public TrainingRecord record() {
    return record;
  }

  /**
   * What happened, epoch by epoch.
   *
   * @return the history of both phases
   */
  public History history() {
    return trained.history();
  }

  /**
   * What was trained and what stayed frozen.
   *
   * @return the selection
   */
  public Selection selection() {
    return trained.selection();
  }

  /**
   * Predicts.
   *
   * @param rows float32 inputs: raw RGB images {@code (h, w, 3)}, 0..255, or rows as the model
   *     takes them; borrowed
   * @return probabilities, one row each
   */
  public Predictions predict(RowSource rows) {
    return trained.predict(trained.inputTensor(), rows, BATCH_SIZE);
  }

  /**
   * A few lines for a person: what was trained, and how it does.
   *
   * @return text with line ends
   */
  public String report() {
    return String.format(
            java.util.Locale.ROOT,
            "Trained %,d parameters, %,d stayed frozen. On the %s rows:%n",
            selection().trainableParameters(),
            selection().frozenParameters(),
            judgement.rows())
        + new EvaluationText(judgement.evaluation()).text();
  }

  /**
   * Writes the whole net as a SavedModel, preprocessing inside. The copy is loaded and compared
   * with this model before it appears under its name; a failure leaves nothing there.
   *
   * @param directory absent or empty
   * @return the directory
   * @throws org.kerasgraft.error.CannotCreateException if it exists with content
   */
  public Path save(Path directory) {
    return SavedModelExport.writeAtomically(ExportSpec.of(trained, provenance), directory);
  }

  /**
   * Writes the model into a directory that is itself not in place yet, for example that of a run.
   * Loaded and compared as by {@link #save}.
   *
   * @param directory an empty directory
   */
  public void writeInto(Path directory) {
    SavedModelExport.write(ExportSpec.of(trained, provenance), directory);
  }

  /** Frees the native memory. */
  @Override
  public void close() {
    scope.close();
  }
}
