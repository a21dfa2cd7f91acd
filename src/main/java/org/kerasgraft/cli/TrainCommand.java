package org.kerasgraft.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.apache.commons.cli.Option;
import org.kerasgraft.Backbone;
import org.kerasgraft.FinishedRun;
import org.kerasgraft.KerasModel;
import org.kerasgraft.RunDirectory;
import org.kerasgraft.TrainedModel;
import org.kerasgraft.Trainer;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.data.ImageFolder;
import org.kerasgraft.data.Labels;
import org.kerasgraft.data.Npy;
import org.kerasgraft.data.PreprocessingChoice;
import org.kerasgraft.error.GateNotMetException;
import org.kerasgraft.features.FeatureStore;
import org.kerasgraft.report.EvaluationText;
import org.kerasgraft.train.Training;
import org.kerasgraft.train.Variables;

/** The whole job: cut, features, new head, fine-tuning, evaluation, report, export. */
final class TrainCommand implements Command {

  static final Option MODEL =
      OptionSection.valued("model", "MODEL", "A Keras model as a SavedModel directory.");

  /**
   * What was asked for.
   *
   * @param model the model and what the user says of it
   * @param data what to train on and to judge by
   * @param head the surgery
   * @param training both phases
   * @param output what to write
   */
  record Request(
      ModelChoice model, DataChoice data, HeadOptions head, Training training, Output output) {

    static Request of(Arguments arguments) {
      HeadOptions head = HeadOptions.of(arguments);
      return new Request(
          new ModelChoice(
              TrustedModel.of(arguments),
              CommonOptions.preprocessing(arguments),
              CommonOptions.runtime(arguments)),
          new DataChoice(
              InputChoice.of(arguments, true),
              ValidationChoice.of(arguments),
              arguments.path("cache").map(FeatureStore::at),
              RowOptions.of(arguments)),
          head,
          PhaseOptions.of(arguments, head.head().isEmpty()),
          new Output(
              arguments.requiredPath("out"),
              arguments.number("assert-accuracy-at-least", Arguments.Range.PART),
              arguments.choice("format", Format.TEXT, Format::id),
              ResumeOptions.of(arguments)));
    }
  }

  /**
   * The model.
   *
   * @param source its directory and the ops it may hold
   * @param preprocessing of its images
   * @param runtime device and threads
   */
  record ModelChoice(
      TrustedModel source, PreprocessingChoice preprocessing, RuntimeOptions runtime) {}

  /**
   * The data.
   *
   * @param input what to train on
   * @param validation what to judge by
   * @param store where features are kept; empty for the user's own place
   * @param rows how to work through the rows
   */
  record DataChoice(
      InputChoice input,
      ValidationChoice validation,
      Optional<FeatureStore> store,
      RowOptions rows) {}

  /**
   * The output.
   *
   * @param out the run's directory
   * @param required the accuracy below which there is no model
   * @param format form of the figures on standard output
   * @param interruption how it may be interrupted
   */
  record Output(Path out, OptionalDouble required, Format format, ResumeOptions interruption) {}

  @Override
  public String name() {
    return "train";
  }

  @Override
  public String purpose() {
    return "Trains a new head on a Keras model, fine-tunes its top, and writes model and report.";
  }

  @Override
  public String synopsis() {
    return "--model MODEL (--images DIR | --input X.npy --labels Y.npy) --out RUN [options]";
  }

  @Override
  public List<OptionSection> sections() {
    return List.of(
        OptionSection.of("Model", MODEL, CommonOptions.ALLOW_OP),
        OptionSection.of(
            "Data",
            OptionSection.valued("images", "DIR", "Class folders: one folder of images a class."),
            OptionSection.valued(
                "input", "X.npy", "Rows of an array instead of images; nothing is preprocessed."),
            OptionSection.valued("labels", "Y.npy", "Class numbers of those rows, 0 and up."),
            ValidationChoice.FOLDER,
            ValidationChoice.SPLIT,
            CommonOptions.PREPROCESSING,
            CommonOptions.IMAGE_SIZE,
            CommonOptions.MAX_BAD,
            CommonOptions.MAX_PIXELS,
            OptionSection.valued(
                "cache",
                "DIR",
                "Where computed features are kept; default: GRAFT_CACHE, else the user's cache"
                    + " folder.")),
        HeadOptions.section(),
        PhaseOptions.section(),
        OptionSection.of(
            "Output",
            OptionSection.valued(
                "out",
                "RUN",
                "Gets model/1, report.html, history.csv, metrics.json and more; must be absent or"
                    + " empty."),
            OptionSection.valued(
                "assert-accuracy-at-least",
                "F",
                "Write nothing, and exit code 1, if the accuracy is below this, 0 to 1."),
            CommonOptions.FORMAT,
            ResumeOptions.RESUME,
            ResumeOptions.CHECKPOINT_SECONDS),
        CommonOptions.running(
            OptionSection.flag(
                "isolate",
                "Do it in a process of its own; an input on which that dies becomes a row with the"
                    + " code 'crashed', and the training goes on without it.")));
  }

  @Override
  public List<String> examples() {
    return List.of(
        "graft train --model savedmodels/vgg16-mini --images pictures --validation-split 0.2 --out"
            + " runs/first",
        "graft train --model vgg16 --images train --validation val --head keras-guide --trainable"
            + " 'block4_*,block5_*' --fine-tune-epochs 8 --out runs/second");
  }

  @Override
  public Duration patience() {
    return Interruption.A_BATCH;
  }

  @Override
  public ExitCode run(Arguments arguments, Console console) {
    Request request = Request.of(arguments);
    RunSettings settings = RunSettings.of(arguments, request);
    Output output = request.output();
    if (ChildProcess.isThis()) {
      ChildProcess.obeyParent(console);
    } else if (arguments.has("isolate")) {
      List<String> words = arguments.wordsWithout("isolate");
      return new IsolatedCommand(words, new IsolatedTraining(output.out()), console).run();
    }
    try (Progress progress = new Progress(console, request.data().rows().quiet())) {
      boolean resume = output.interruption().resume();
      Optional<FinishedRun> finished = resume ? FinishedRun.at(output.out()) : Optional.empty();
      if (finished.isPresent()) {
        AskedRun.of(request, settings).requireSame(finished.get(), output.out());
        progress.note("'" + output.out() + "' is finished already; nothing was done");
        return ExitCode.OK;
      }
      try (UnfinishedRun run = UnfinishedRun.at(output.out(), resume)) {
        if (run.written().isPresent()) {
          AskedRun.of(request, settings).requireSameUnnamed(run.written().get(), run.staging());
          run.commit();
          progress.note("'" + output.out() + "' was finished but for its name, which it has now");
          return ExitCode.OK;
        }
        if (resume && !run.resumed()) {
          progress.note("Nothing to resume; beginning at the first step");
        }
        run.attempt(() -> train(request, settings, new Work(run, progress, console)));
      }
    }
    return ExitCode.OK;
  }

  /** Where a run is written, and who hears of it. */
  private record Work(UnfinishedRun run, Progress progress, Console console) {}

  private static void train(Request request, RunSettings settings, Work work) {
    UnfinishedRun run = work.run();
    try (Backbone backbone = backbone(open(request), request.head());
        TrainedModel trained =
            fit(
                interruptible(trainer(backbone, request, work.progress()), request, work),
                request,
                work.progress())) {
      requireAccuracy(trained, request.output().required());
      RunDirectory.writeInto(
          trained,
          new RunDirectory.Notes(
              title(request),
              List.of(),
              settings.resolved(
                  trained.provenance().surgery().cutAfter(),
                  trained.provenance().input().images())),
          run.emptied());
      run.commit();
      print(trained, request.output(), work.console());
    }
  }

  private static Trainer interruptible(Trainer trainer, Request request, Work work) {
    UnfinishedRun run = work.run();
    Trainer kept =
        trainer
            .checkpoints(run.checkpoints(), request.output().interruption().interval())
            .cancellation(work.console().cancellation());
    return ChildProcess.isThis() ? kept.watched(run.watch()) : kept;
  }

  static KerasModel open(Request request) {
    return request
        .model()
        .source()
        .open()
        .withPreprocessing(request.model().preprocessing())
        .withRuntime(request.model().runtime());
  }

  static Backbone backbone(KerasModel model, HeadOptions head) {
    if (head.head().isEmpty()) {
      return model.whole();
    }
    return model.cutAfter(head.at().orElseGet(() -> model.lastConvBlock().output().name()));
  }

  private static Trainer trainer(Backbone backbone, Request request, Progress progress) {
    Trainer trainer =
        request
            .head()
            .head()
            .map(head -> Trainer.of(backbone, head))
            .orElseGet(() -> Trainer.keepingHead(backbone))
            .listeners(new ExtractionProgress(progress, "Features"), new TrainingProgress(progress))
            .mostRejected(request.data().rows().maxBad());
    if (request.head().trainable().isPresent()) {
      trainer = trainer.trainable(request.head().trainable().get());
    } else if (request.head().head().isPresent() && request.training().fineTune().epochs() == 0) {
      trainer = trainer.trainable(Variables.head()); // the model may have no block to fine-tune
    }
    if (request.data().store().isPresent()) {
      trainer = trainer.store(request.data().store().get());
    }
    if (request.data().validation() instanceof ValidationChoice.Folder other) {
      trainer =
          trainer.validation(
              request.data().rows().admitted(ImageFolder.open(other.folder()), progress));
    } else if (request.data().validation() instanceof ValidationChoice.Part part) {
      long seed = request.training().batches().seed();
      trainer = trainer.validationSplit(part.fraction(), seed);
    }
    return trainer;
  }

  private static TrainedModel fit(Trainer trainer, Request request, Progress progress) {
    if (request.data().input() instanceof InputChoice.Images images) {
      return trainer.fit(
          request.data().rows().admitted(ImageFolder.open(images.folder()), progress),
          request.training());
    }
    InputChoice.Rows array = (InputChoice.Rows) request.data().input();
    try (Npy npy = Npy.open(array.input())) {
      return trainer.fit(npy, Labels.read(array.labels().orElseThrow()), request.training());
    }
  }

  private static void requireAccuracy(TrainedModel trained, OptionalDouble required) {
    double reached = trained.judgement().evaluation().accuracy();
    if (required.isPresent() && reached < required.getAsDouble()) {
      throw new GateNotMetException(required.getAsDouble(), reached);
    }
  }

  private static String title(Request request) {
    return "Training of " + request.output().out().getFileName();
  }

  private static void print(TrainedModel trained, Output output, Console console) {
    EvaluationText text = new EvaluationText(trained.judgement().evaluation());
    output
        .format()
        .print(
            () ->
                String.join(
                    "\n",
                    "On the " + trained.judgement().rows() + " rows:",
                    text.text(),
                    "Model   " + output.out().resolve("model"),
                    "Report  " + output.out().resolve("report.html")),
            text::json,
            console);
  }
}
