package org.kerasgraft.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.kerasgraft.data.pictures.PictureFamily;
import org.kerasgraft.data.pictures.Pictures;
import org.kerasgraft.internal.AtomicDirectory;

/** Writes generated pictures as class folders, to try the other commands on. */
final class PicturesCommand implements Command {

  /**
   * What was asked for.
   *
   * @param out the folder to make
   * @param family which classes
   * @param perClass pictures a class
   * @param seed which pictures
   */
  record Request(Path out, PictureFamily family, int perClass, long seed) {
    static Request of(Arguments arguments) {
      return new Request(
          arguments.requiredPath("out"),
          arguments.choice("family", PictureFamily.TARGET, PicturesCommand::id),
          arguments.count("per-class", 1).orElse(100),
          arguments.seed("seed", 0));
    }
  }

  @Override
  public String name() {
    return "pictures";
  }

  @Override
  public String purpose() {
    return "Writes generated pictures as class folders, to try the other commands on.";
  }

  @Override
  public String synopsis() {
    return "--out DIR [options]";
  }

  @Override
  public List<OptionSection> sections() {
    return List.of(
        OptionSection.of(
            "Pictures",
            OptionSection.valued(
                "family",
                "source|target",
                "source: the 18 classes the embedded model was trained on; target: the demo's 4, new to"
                    + " it; default target."),
            OptionSection.valued("per-class", "N", "Pictures a class; default 100."),
            OptionSection.valued("seed", "N", "Which pictures; default 0.")),
        OptionSection.of(
            "Output",
            OptionSection.valued("out", "DIR", "Where to write; must be absent or empty."),
            CommonOptions.CONFIG,
            CommonOptions.DEBUG,
            CommonOptions.HELP));
  }

  @Override
  public List<String> examples() {
    return List.of(
        "graft pictures --out pictures",
        "graft pictures --family source --per-class 500 --seed 7 --out training-pictures");
  }

  @Override
  public Duration patience() {
    return Interruption.A_BATCH;
  }

  @Override
  public ExitCode run(Arguments arguments, Console console) {
    Request request = Request.of(arguments);
    try (AtomicDirectory directory = AtomicDirectory.create(request.out())) {
      Pictures.writeClassFolders(
          directory.staging(),
          request.family().classes(),
          request.perClass(),
          request.seed(),
          console.cancellation());
      directory.commit();
    }
    int classes = request.family().classes().size();
    console
        .out()
        .println(
            Console.printable(
                classes * request.perClass()
                    + " pictures of "
                    + classes
                    + " classes in "
                    + request.out()));
    return ExitCode.OK;
  }

  private static String id(PictureFamily family) {
    return family.name().toLowerCase(Locale.ROOT);
  }
}
