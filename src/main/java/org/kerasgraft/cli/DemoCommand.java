package org.kerasgraft.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.kerasgraft.Graft;
import org.kerasgraft.Ladder;
import org.kerasgraft.RunDirectory;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.data.ImageFolder;
import org.kerasgraft.data.pictures.PictureFamily;
import org.kerasgraft.data.pictures.Pictures;
import org.kerasgraft.error.MissingInputException;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.features.FeatureStore;
import org.kerasgraft.internal.AtomicDirectory;
import org.kerasgraft.internal.Cancellation;
import org.kerasgraft.report.RunReport.Rung;
import org.kerasgraft.report.TextTable;
import org.kerasgraft.report.TextTable.Align;

/** The whole job on the embedded model and generated pictures: the ladder of the Keras blog. */
final class DemoCommand implements Command {

  /** Set by the launcher: the project's directory. */
  private static final String HOME = "graft.home";

  private static final int TRAINING_PER_CLASS = 400;
  private static final int VALIDATION_PER_CLASS = 200;

  /**
   * What was asked for.
   *
   * @param out the run's directory
   * @param seed what all randomness derives from
   * @param quiet no progress
   * @param runtime device and threads
   */
  record Request(Path out, long seed, boolean quiet, RuntimeOptions runtime) {

    static Request of(Arguments arguments) {
      return new Request(
          arguments.path("out").orElseGet(DemoCommand::firstFree),
          arguments.seed("seed", 0),
          arguments.has("quiet"),
          CommonOptions.runtime(arguments));
    }
  }

  @Override
  public String name() {
    return "demo";
  }

  @Override
  public String purpose() {
    return "Shows the whole job on the embedded model and generated pictures.";
  }

  @Override
  public String synopsis() {
    return "[--out DIR] [options]";
  }

  @Override
  public List<OptionSection> sections() {
    return List.of(
        OptionSection.of(
            "Output",
            OptionSection.valued(
                "out",
                "DIR",
                "Gets pictures, model and report; must be absent or empty; default: the first free"
                    + " graft-demo-N.")),
        OptionSection.of("Running", CommonOptions.SEED, CommonOptions.THREADS, CommonOptions.DEVICE)
            .and(
                CommonOptions.QUIET,
                CommonOptions.CONFIG,
                CommonOptions.DEBUG,
                CommonOptions.HELP));
  }

  @Override
  public List<String> examples() {
    return List.of("graft demo", "graft demo --seed 7 --out my-demo");
  }

  private static Path firstFree() {
    int number = 1;
    while (Files.exists(Path.of("graft-demo-" + number), LinkOption.NOFOLLOW_LINKS)) {
      number++;
    }
    return Path.of("graft-demo-" + number);
  }

  private static Path embeddedModel() {
    Path model = Path.of(System.getProperty(HOME, ".")).resolve("savedmodels/vgg16-mini");
    if (!Files.isDirectory(model)) {
      throw new MissingInputException(
          "The embedded model is not at '" + model + "'.",
          "Run the demo by the graft script of a complete checkout.");
    }
    return model;
  }

  @Override
  public Duration patience() {
    return Interruption.A_BATCH;
  }

  @Override
  public ExitCode run(Arguments arguments, Console console) {
    Request request = Request.of(arguments);
    Path model = embeddedModel();
    try (AtomicDirectory out = AtomicDirectory.create(request.out());
        Progress progress = new Progress(console, request.quiet())) {
      Path pictures = out.staging().resolve("pictures");
      draw(pictures, request.seed(), progress, console.cancellation());
      Path features = out.staging().resolve("features");
      Ladder.Data data =
          new Ladder.Data(
              ImageFolder.open(pictures.resolve("training")),
              ImageFolder.open(pictures.resolve("validation")));
      Ladder.Recipe recipe = Ladder.Recipe.demo(request.seed());
      try (Ladder.Climbed climbed =
          Ladder.climb(
              Graft.open(model).withRuntime(request.runtime()),
              data,
              recipe,
              (step, trainer) -> {
                progress.note("Step: " + step);
                return trainer
                    .store(FeatureStore.passing(features))
                    .cancellation(console.cancellation())
                    .listeners(
                        new ExtractionProgress(progress, "Features"),
                        new TrainingProgress(progress));
              })) {
        remove(features);
        RunDirectory.writeInto(climbed.model(), notes(climbed, recipe), out.staging());
        out.commit();
        print(climbed.rungs(), request.out(), console);
      }
    }
    return ExitCode.OK;
  }

  private static void draw(Path pictures, long seed, Progress progress, Cancellation cancellation) {
    progress.note("Drawing pictures of classes that the model has never seen");
    PictureFamily family = PictureFamily.TARGET;
    long other = seed ^ 0x5eed_0000L;
    Pictures.writeClassFolders(
        pictures.resolve("training"), family.classes(), TRAINING_PER_CLASS, seed, cancellation);
    Pictures.writeClassFolders(
        pictures.resolve("validation"),
        family.classes(),
        VALIDATION_PER_CLASS,
        other,
        cancellation);
  }

  private static void remove(Path features) {
    try {
      AtomicDirectory.deleteTree(features);
    } catch (IOException e) {
      throw new StorageException("Cannot remove '" + features + "': " + e + ".", "", e);
    }
  }

  private static RunDirectory.Notes notes(Ladder.Climbed climbed, Ladder.Recipe recipe) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("model", "savedmodels/vgg16-mini");
    climbed.model().provenance().surgery().cutAfter().ifPresent(at -> settings.put("at", at));
    settings.put("head", recipe.head().spec());
    settings.put("pictures a class to train on", Integer.toString(TRAINING_PER_CLASS));
    settings.put("pictures a class to judge by", Integer.toString(VALIDATION_PER_CLASS));
    settings.putAll(new TrainingSettings(recipe.fineTuned()).all());
    return new RunDirectory.Notes(
        "Graft demo: the Keras blog's ladder on few pictures", climbed.rungs(), settings);
  }

  private static void print(List<Rung> rungs, Path out, Console console) {
    TextTable table = new TextTable(Align.LEFT, Align.RIGHT);
    table.row("Accuracy on pictures held back", "");
    for (Rung rung : rungs) {
      table.row("  " + rung.name(), String.format(Locale.ROOT, "%.1f %%", 100 * rung.accuracy()));
    }
    console.out().print(table.render(0));
    console.out().println();
    String name = Console.printable(out.toString());
    console.out().println("Report   " + name + "/report.html");
    console.out().println("Model    " + name + "/model");
    console
        .out()
        .println("Use it   graft predict --model " + name + " --images " + name + "/pictures");
  }
}
