package org.kerasgraft.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.kerasgraft.data.DecodeResult;
import org.kerasgraft.data.ImageInput;
import org.kerasgraft.data.ImageSet;
import org.kerasgraft.data.LabelledImage;
import org.kerasgraft.data.RowSource;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.TooManyRejectedException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.export.Provenance;
import org.kerasgraft.export.ServedDirectory;
import org.kerasgraft.export.ServedModel;
import org.kerasgraft.features.InputAccount;
import org.kerasgraft.internal.Cancellation;
import org.kerasgraft.report.PredictedRow;

/**
 * Runs a saved model over many inputs, batch by batch; every input gives one row, in order. Owns
 * what answers.
 */
final class ServedRows implements AutoCloseable {

  private final ServedDirectory model;
  private final RowPredictor predictor;
  private final int batchSize;
  private final Progress progress;
  private final Cancellation cancellation;

  private ServedRows(
      ServedDirectory model,
      RowPredictor predictor,
      int batchSize,
      Progress progress,
      Cancellation cancellation) {
    this.model = model;
    this.predictor = predictor;
    this.batchSize = batchSize;
    this.progress = progress;
    this.cancellation = cancellation;
  }

  /**
   * Opens a model in this process, or with {@code --isolate} in one of its own.
   *
   * @param arguments the command's
   * @param progress borrowed
   * @param console hears of crashes
   */
  static ServedRows open(Arguments arguments, Progress progress, Console console) {
    TrustedModel source = TrustedModel.of(arguments);
    RowOptions options = RowOptions.of(arguments);
    if (arguments.has(CommonOptions.ISOLATE.getLongOpt())) {
      ServedDirectory model = ServedDirectory.find(source.path());
      List<String> words = arguments.wordsWithout(CommonOptions.ISOLATE.getLongOpt());
      return new ServedRows(
          model,
          new IsolatedPredictor(words, model, options.mostPixels(), console),
          options.batchSize(),
          progress,
          console.cancellation());
    }
    ServedModel model = source.serve(CommonOptions.runtime(arguments));
    return new ServedRows(
        model.served(),
        new DirectPredictor(model, options),
        options.batchSize(),
        progress,
        console.cancellation());
  }

  /** In the process of its own: answers until the command hangs up. */
  static ExitCode answer(Arguments arguments, Console console) {
    ChildProcess.obeyParent(console);
    try (ServedModel model = TrustedModel.of(arguments).serve(CommonOptions.runtime(arguments))) {
      return PredictionChild.serve(model, RowOptions.of(arguments));
    }
  }

  /** The model that answers. */
  ServedDirectory model() {
    return model;
  }

  /**
   * Predicts images; one that cannot be used gives a row with a code.
   *
   * @param images the files
   * @param mostBad how many may be unusable
   * @param consumer gets each row as soon as it is known
   * @throws InvalidDataException if none can be used
   * @throws TooManyRejectedException if too many cannot; after all rows were given
   */
  void predict(ImageSet images, int mostBad, Consumer<PredictedRow> consumer) {
    requireImages();
    int good = 0;
    String first = "";
    InputAccount account = new InputAccount();
    for (int from = 0; from < images.count(); from += batchSize) {
      goOn(from, images.count(), "images");
      int to = Math.min(images.count(), from + batchSize);
      List<LabelledImage> window = images.images().subList(from, to);
      RowPredictor.Answers answers = predictor.images(window, from);
      answers.results().forEach(r -> account.add(r.status().code(), r.detail()));
      for (PredictedRow row : rows(answers, i -> window.get(i).relativePath())) {
        consumer.accept(row);
        good += row.isOk() ? 1 : 0;
        first = first.isEmpty() && !row.isOk() ? row.name() + ": " + row.status() : first;
      }
      progress.at("Predicting", to, images.count(), "images");
    }
    progress.note(account.text());
    requireEnough(images, good, mostBad, first);
  }

  /** Stops before the next batch if that is wished. */
  private void goOn(int done, int all, String what) {
    cancellation.stopIfWished("Stopped after " + done + " of " + all + " " + what + ".");
  }

  private static List<PredictedRow> rows(RowPredictor.Answers answers, IntFunction<String> names) {
    List<PredictedRow> rows = new ArrayList<>();
    int next = 0;
    for (int i = 0; i < answers.results().size(); i++) {
      DecodeResult result = answers.results().get(i);
      rows.add(
          result.isOk()
              ? PredictedRow.ok(names.apply(i), answers.probabilities().get(next++))
              : PredictedRow.rejected(names.apply(i), result.status().code()));
    }
    return rows;
  }

  /**
   * Checks that the model takes images.
   *
   * @return what it expects of them
   * @throws UsageException if it takes rows of an array
   */
  ImageInput requireImages() {
    return input()
        .images()
        .orElseThrow(
            () ->
                new UsageException(
                    "The model in '" + model.path() + "' takes rows of an array, not images.",
                    "Give --input X.npy with rows of shape " + input().rowShape() + "."));
  }

  private Provenance.ModelInput input() {
    return model.provenance().input();
  }

  private static void requireEnough(ImageSet images, int good, int mostBad, String first) {
    if (good == 0) {
      throw new InvalidDataException(
          "None of the "
              + images.count()
              + " images in '"
              + images.name()
              + "' can be used ("
              + first
              + ").",
          "Give at least one readable JPEG, PNG, GIF or BMP image.");
    }
    int bad = images.count() - good;
    if (bad > mostBad) {
      throw new TooManyRejectedException(images.name(), mostBad, bad, images.count());
    }
  }

  /**
   * Predicts rows of an array.
   *
   * @param rows rows of the model's shape; borrowed
   * @param name where they come from
   * @param consumer gets each row as soon as it is known
   * @throws InvalidDataException if their shape is not the model's
   */
  void predict(RowSource rows, String name, Consumer<PredictedRow> consumer) {
    if (!Arrays.equals(rows.rowShape().asArray(), input().rowShape().asArray())) {
      throw new InvalidDataException(
          "'"
              + name
              + "' has rows of shape "
              + rows.rowShape()
              + "; the model takes "
              + input().rowShape()
              + ".",
          "Give rows as the model takes them.");
    }
    if (rows.count() == 0) {
      throw new InvalidDataException("'" + name + "' has no rows.", "Give at least one.");
    }
    for (int from = 0; from < rows.count(); from += batchSize) {
      goOn(from, rows.count(), "rows");
      int n = Math.min(rows.count() - from, batchSize);
      int begin = from;
      rows(predictor.rows(rows, from, n), i -> Integer.toString(begin + i)).forEach(consumer);
      progress.at("Predicting", from + n, rows.count(), "rows");
    }
  }

  @Override
  public void close() {
    predictor.close();
  }
}
