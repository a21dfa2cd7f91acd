package org.kerasgraft.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.kerasgraft.export.ReturnedModel;
import org.kerasgraft.internal.AtomicDirectory;
import org.kerasgraft.savedmodel.ModelFormat;

/** Takes a trained model back into Keras. */
final class ToKerasCommand implements Command {

  @Override
  public String name() {
    return "to-keras";
  }

  @Override
  public String purpose() {
    return "Takes a trained model back into Keras: its weights, and a script that builds it.";
  }

  @Override
  public String synopsis() {
    return "--model SAVED --out DIR [--original DIR]";
  }

  @Override
  public List<OptionSection> sections() {
    return List.of(
        OptionSection.of(
            "Model",
            EvaluateCommand.SAVED,
            OptionSection.valued(
                "original",
                "DIR",
                "The model it was trained from; default: where that was then. Only read."),
            CommonOptions.ALLOW_OP),
        OptionSection.of(
            "Output",
            OptionSection.valued(
                "out",
                "DIR",
                "A new directory. From Keras 2: a model for load_model. From Keras 3:"
                    + " model.weights.h5 for load_weights. Both: build_model.py, head.h5.")),
        OptionSection.of("Running", CommonOptions.CONFIG, CommonOptions.DEBUG, CommonOptions.HELP));
  }

  @Override
  public List<String> examples() {
    return List.of(
        "graft to-keras --model runs/cats-dogs --out cats-dogs-keras",
        "graft to-keras --model runs/cats-dogs --original models/vgg16 --out cats-dogs-keras");
  }

  @Override
  public ExitCode run(Arguments arguments, Console console) {
    TrustedModel saved = TrustedModel.of(arguments);
    Path out = arguments.requiredPath("out");
    Optional<Path> original = arguments.path("original");
    AtomicDirectory.requireFree(out);
    ReturnedModel written = saved.returning(original).writeAtomically(out);
    report(written).lines().map(Console::printable).forEach(console.out()::println);
    return ExitCode.OK;
  }

  private static String report(ReturnedModel written) {
    boolean keras2 = written.format() == ModelFormat.KERAS_2_SAVED_MODEL;
    Path out = written.directory();
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%s: %s, %d variables trained, %d as in '%s'%s%n",
            out,
            keras2 ? "a Keras 2 model" : "weights for the Keras 3 model",
            written.weights().trained(),
            written.weights().kept(),
            written.original(),
            written.weights().head() == 0
                ? ""
                : ", " + written.weights().head() + " of the new head"));
    text.append(String.format("In Python:%n"));
    if (keras2) {
      text.append(String.format("  tf_keras.models.load_model(\"%s\")%n", out));
    } else if (written.needsScript().isEmpty()) {
      text.append(String.format("  original.load_weights(\"%s/model.weights.h5\")%n", out));
    } else {
      text.append(
          String.format(
              "  from build_model import load; load(original)   # in %s; load_weights cannot find"
                  + " %s, whose class the export does not tell%n",
              out, String.join(", ", written.needsScript())));
    }
    text.append(
        String.format(
            "  from build_model import build; model = build(%s)   # in %s; %s%n",
            keras2 ? "" : "original",
            out,
            written.weights().head() == 0 ? "takes raw inputs" : "with the new head, raw inputs"));
    return text.toString();
  }
}
