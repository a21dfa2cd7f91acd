package org.kerasgraft.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.apache.commons.cli.Option;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.data.ImageFolder;
import org.kerasgraft.data.ImageSet;
import org.kerasgraft.data.Labels;
import org.kerasgraft.data.Npy;
import org.kerasgraft.export.ServedModel;
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
   * @param model a run, or what it exported, and the ops it may hold
   * @param input labelled inputs
   * @param required the accuracy below which the command fails
   * @param format form of the result
   * @param rows how to work through the rows
   * @param runtime device and threads
   */
  record Request(
      TrustedModel model,
      InputChoice input,
      OptionalDouble required,
      Format format,
      RowOptions rows,
      RuntimeOptions runtime) {

    static Request of(Arguments arguments) {
      return new Request(
          TrustedModel.of(arguments),
          InputChoice.of(arguments, true),
          arguments.number("assert-accuracy-at-least", Arguments.Range.PART),
          arguments.choice("format", Format.TEXT, Format::id),
          RowOptions.of(arguments),
          CommonOptions.runtime(arguments));
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
        CommonOptions.running());
  }

  @Override
  public List<String> examples() {
    return List.of(
        "graft evaluate --model runs/cats-dogs --images test-images",
        "graft evaluate --model runs/cats-dogs --images test-images --format json"
            + " --assert-accuracy-at-least 0.9");
  }

  @Override
  public ExitCode run(Arguments arguments, Console console) {
    Request request = Request.of(arguments);
    Evaluation evaluation;
    try (ServedModel model = request.model().serve(request.runtime());
        Progress progress = new Progress(console, request.rows().quiet())) {
      ServedRows rows = new ServedRows(model, request.rows().batchSize(), progress);
      evaluation =
          request.input() instanceof InputChoice.Images images
              ? evaluate(model, rows, images, request.rows(), progress)
              : evaluate(model, rows, (InputChoice.Rows) request.input());
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
      ServedModel model,
      ServedRows rows,
      InputChoice.Images images,
      RowOptions options,
      Progress progress) {
    rows.requireImages();
    ImageSet set = options.admitted(ImageFolder.open(images.folder(), model.labels()), progress);
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
    int[] all = set.labels();
    List<PredictedRow> good = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    for (int i = 0; i < predicted.size(); i++) {
      if (predicted.get(i).isOk()) {
        good.add(predicted.get(i));
        labels.add(all[i]);
      }
    }
    int[] truth = labels.stream().mapToInt(Integer::intValue).toArray();
    return evaluation(model, good, new Labels(set.name(), truth));
  }

  private static Evaluation evaluate(ServedModel model, ServedRows rows, InputChoice.Rows array) {
    try (Npy npy = Npy.open(array.input())) {
      String name = array.input().toString();
      Labels labels = Labels.read(array.labels().orElseThrow());
      labels.pairWith(npy, name);
      List<PredictedRow> predicted = new ArrayList<>();
      rows.predict(npy, name, predicted::add);
      return evaluation(model, predicted, labels);
    }
  }

  private static Evaluation evaluation(ServedModel model, List<PredictedRow> rows, Labels labels) {
    int classes = model.labels().size();
    float[] values = new float[rows.size() * classes];
    for (int i = 0; i < rows.size(); i++) {
      for (int c = 0; c < classes; c++) {
        values[i * classes + c] = rows.get(i).probabilities().get(c);
      }
    }
    return Evaluation.of(new Predictions(values, classes), labels, model.labels());
  }
}
