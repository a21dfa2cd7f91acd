package org.kerasgraft.cli;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.kerasgraft.data.ImageFolder;
import org.kerasgraft.data.ImageSet;
import org.kerasgraft.data.Npy;
import org.kerasgraft.report.PredictedRow;
import org.kerasgraft.report.PredictionLines;

/** Predicts with a model that graft has written. */
final class PredictCommand implements Command {

  /** The form of the result. */
  enum Form {
    CSV,
    JSON;

    String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What was asked for.
   *
   * @param input what to predict
   * @param output form and number of classes
   * @param rows how to work through the rows
   */
  record Request(InputChoice input, Output output, RowOptions rows) {

    static Request of(Arguments arguments) {
      return new Request(
          InputChoice.of(arguments, false),
          new Output(
              arguments.choice("format", Form.CSV, Form::id),
              arguments.count("top-k", 1).orElse(1)),
          RowOptions.of(arguments));
    }
  }

  /**
   * How to answer.
   *
   * @param form CSV or JSON Lines
   * @param top how many classes to name
   */
  record Output(Form form, int top) {}

  @Override
  public String name() {
    return "predict";
  }

  @Override
  public String purpose() {
    return "Predicts with a saved model: one line an input, in order.";
  }

  @Override
  public String synopsis() {
    return "--model SAVED (--images DIR|FILE... | --input X.npy) [options]";
  }

  @Override
  public List<OptionSection> sections() {
    return List.of(
        OptionSection.of("Model", EvaluateCommand.SAVED, CommonOptions.ALLOW_OP),
        OptionSection.of(
            "Input",
            OptionSection.listed(
                "images", "DIR|FILE", "A folder, searched to its leaves, or image files."),
            OptionSection.valued("input", "X.npy", "Rows of an array instead of images."),
            CommonOptions.MAX_BAD,
            CommonOptions.MAX_PIXELS),
        OptionSection.of(
            "Output",
            OptionSection.valued(
                "format",
                "csv|json",
                "csv: path (or row), label, probability, status; json: one object a line; default"
                    + " csv."),
            OptionSection.valued("top-k", "N", "How many classes to name, best first; default 1.")),
        CommonOptions.running(CommonOptions.ISOLATE));
  }

  @Override
  public List<String> examples() {
    return List.of(
        "graft predict --model runs/cats-dogs --images photos",
        "graft predict --model runs/cats-dogs --images a.jpg b.jpg --format json --top-k 3");
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
    try (Progress progress = new Progress(console, request.rows().quiet());
        ServedRows rows = ServedRows.open(arguments, progress, console)) {
      List<String> labels = rows.model().provenance().labels();
      if (request.input() instanceof InputChoice.Images images) {
        ImageSet set =
            images.areFiles()
                ? ImageFolder.files(images.paths())
                : ImageFolder.tree(images.folder());
        rows.predict(
            request.rows().admitted(set, progress),
            request.rows().maxBad(),
            printer("path", labels, request.output(), console));
      } else if (request.input() instanceof InputChoice.Rows array) {
        try (Npy npy = Npy.open(array.input())) {
          String name = array.input().toString();
          rows.predict(npy, name, printer("row", labels, request.output(), console));
        }
      }
    }
    return ExitCode.OK;
  }

  private static Printer printer(String key, List<String> labels, Output output, Console console) {
    return new Printer(new PredictionLines(key, labels, output.top()), output.form(), console);
  }

  /** Prints each row that it gets; before the first one the heading, where there is one. */
  private static final class Printer implements Consumer<PredictedRow> {
    private final PredictionLines lines;
    private final Form form;
    private final Console console;
    private boolean begun;

    Printer(PredictionLines lines, Form form, Console console) {
      this.lines = lines;
      this.form = form;
      this.console = console;
    }

    @Override
    public void accept(PredictedRow row) {
      if (form == Form.CSV && !begun) {
        console.out().print(lines.csvHeading());
      }
      begun = true;
      console.out().print(form == Form.CSV ? lines.csv(row) : lines.json(row));
    }
  }
}
