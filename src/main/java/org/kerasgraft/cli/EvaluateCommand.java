package org.kerasgraft.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.apache.commons.cli.Option;
import org.kerasgraft.data.ImageFolder;
import org.kerasgraft.data.ImageSet;
import org.kerasgraft.data.Labels;
import org.kerasgraft.data.Npy;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.report.EvaluationText;
import org.kerasgraft.report.PredictedRow;
import org.kerasgraft.train.Evaluation;
import org.kerasgraft.train.Predictions;

/** Compares a saved model's predictions with labels. */
final class EvaluateCommand implements Command {

  static final Option SAVED =
      OptionSection.valued(
          "model", "SAVED", "RUN, RUN/model or RUN/model/1 as graft train wrote it.");

  /**
   * What was asked for.
   *
   * @param input labelled inputs
   * @param required the accuracy below which the command fails
   * @param format form of the result
   * @param rows how to work through the rows
   */
  record Request(InputChoice input, OptionalDouble required, Format format, RowOptions rows) {

    static Request of(Arguments arguments) {
      return new Request(
          InputChoice.of(arguments, true),
          arguments.number("assert-accuracy-at-least", Arguments.Range.PART),
          arguments.choice("format", Format.TEXT, Format::id),
          RowOptions.of(arguments));
    }
  }

  @Override
  public String name() {
    return "evaluate";
  }

  @Override
  public String purpose() {
    return "Evaluates a saved model on labelled inputs: accuracy, loss, classes, confusion matrix.";
  }

  @Override
  public String synopsis() {
    return "--model SAVED (--images DIR | --input X.npy --labels Y.npy) [options]";
  }

  @Override
  public List<OptionSection> sections() {
    return List.of(
        OptionSection.of("Model", SAVED, CommonOptions.ALLOW_OP),
        OptionSection.of(
            "Input",
            OptionSection.valued("images", "DIR", "Class folders, named as the model's classes."),
            OptionSection.valued("input", "X.npy", "Rows of an array instead of images."),
            OptionSection.valued("labels", "Y.npy", "Class numbers of those rows."),
            CommonOptions.MAX_BAD,
            CommonOptions.MAX_PIXELS),
        OptionSection.of("Output", CommonOptions.FORMAT, CommonOptions.GATE),
        CommonOptions.running(CommonOptions.ISOLATE));
  }

  @Override
  public List<String> examples() {
    return List.of(
        "graft evaluate --model runs/cats-dogs --images test-images",
        "graft evaluate --model runs/cats-dogs --images test-images --format json"
            + " --assert-accuracy-at-least 0.9");
  }

  @Override
  public Duration patience() {
    return Interruption.A_BATCH;
  }

  @Override
  public ExitCode run(Arguments arguments, Console console) {
    Request request = Request.of(arguments);
    if (ChildProcess.isThis()) {
      return ServedRows.answer(arguments, console);
    }
    Evaluation evaluation;
    try (Progress progress = new Progress(console, request.rows().quiet());
        ServedRows rows = ServedRows.open(arguments, progress, console)) {
      evaluation =
          request.input() instanceof InputChoice.Images images
              ? evaluate(rows, images, request.rows(), progress)
              : evaluate(rows, (InputChoice.Rows) request.input());
    }
    EvaluationText text = new EvaluationText(evaluation);
    request.format().print(text::text, text::json, console);
    return gate(evaluation, request.required(), console);
  }

  private static ExitCode gate(Evaluation evaluation, OptionalDouble required, Console console) {
    if (required.isPresent() && evaluation.accuracy() < required.getAsDouble()) {
      console.say(
          String.format(
              Locale.ROOT,
              "Accuracy %.4f is below the required %.4f.",
              evaluation.accuracy(),
              required.getAsDouble()));
      return ExitCode.UNMET;
    }
    return ExitCode.OK;
  }

  private static Evaluation evaluate(
      ServedRows rows, InputChoice.Images images, RowOptions options, Progress progress) {
    rows.requireImages();
    List<String> classes = rows.model().provenance().labels();
    ImageSet set = options.admitted(ImageFolder.open(images.folder(), classes), progress);
    List<PredictedRow> predicted = new ArrayList<>();
    rows.predict(
        set,
        options.maxBad(),
        row -> {
          predicted.add(row);
          if (!row.isOk()) {
            progress.note("Rejected " + row.name() + ": " + row.status());
          }
        });
    return evaluation(classes, predicted, set.name(), set.labels());
  }

  private static Evaluation evaluate(ServedRows rows, InputChoice.Rows array) {
    try (Npy npy = Npy.open(array.input())) {
      String name = array.input().toString();
      Labels labels = Labels.read(array.labels().orElseThrow());
      labels.pairWith(npy, name);
      List<PredictedRow> predicted = new ArrayList<>();
      rows.predict(npy, name, predicted::add);
      return evaluation(
          rows.model().provenance().labels(), predicted, labels.name(), labels.values());
    }
  }

  /** Of the rows that have a prediction; one that is no number is no class, and no hit. */
  static Evaluation evaluation(
      List<String> classes, List<PredictedRow> rows, String name, int[] labels) {
    int[] good = IntStream.range(0, rows.size()).filter(i -> rows.get(i).isOk()).toArray();
    float[] values = new float[good.length * classes.size()];
    int next = 0;
    for (int i : good) {
      for (float probability : rows.get(i).probabilities()) {
        if (!Float.isFinite(probability)) {
          throw new InvalidDataException(
              "The model's answer to '" + rows.get(i).name() + "' is " + probability + ".",
              "Look for NaN and very large values in it, and check the preprocessing.");
        }
        values[next++] = probability;
      }
    }
    int[] truth = Arrays.stream(good).map(i -> labels[i]).toArray();
    return Evaluation.of(new Predictions(values, classes.size()), new Labels(name, truth), classes);
  }
}
