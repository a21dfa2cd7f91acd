package org.kerasgraft.cli;

import java.util.Locale;
import org.apache.commons.cli.Option;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.data.ImageDecoder;
import org.kerasgraft.data.PreprocessingChoice;
import org.kerasgraft.savedmodel.OpPolicy;

/** Options that mean the same in every command that has them. */
final class CommonOptions {

  static final int BATCH_SIZE = 16;

  static final Option FORMAT =
      OptionSection.valued("format", "text|json", "Form of the result; default text.");
  static final Option QUIET = OptionSection.flag("quiet", "No progress on standard error.");
  static final Option DEBUG = OptionSection.flag("debug", "On an error, print the stack trace.");
  static final Option CONFIG =
      OptionSection.valued(
          ConfigFile.OPTION,
          "FILE",
          "Options from a JSON object: the long names without dashes; the command line wins.");
  static final Option HELP = OptionSection.flag("help", "This page.");
  static final Option MAX_BAD =
      OptionSection.valued(
          "max-bad",
          "N",
          "How many images may be unusable; exit code 1 if more are. Default: any.");
  static final Option MAX_PIXELS =
      OptionSection.valued(
          "max-pixels",
          "N",
          "Images of more pixels are rejected before they are decoded, at three bytes a pixel;"
              + " default "
              + ImageDecoder.MOST_PIXELS
              + ".");
  static final Option PREPROCESSING =
      OptionSection.valued(
          "preprocessing",
          "MODE",
          "auto, caffe, tf, torch, scale-0-1 or none, as in the model's training; default auto:"
              + " as recorded with the model, else as its graph tells.");
  static final Option IMAGE_SIZE =
      OptionSection.valued(
          "image-size",
          "HxW",
          "Height and width of images in pixels; default: the model's. Needed where that is open.");
  static final Option GATE =
      OptionSection.valued(
          "assert-accuracy-at-least", "F", "Exit code 1 if the accuracy is below this, 0 to 1.");
  static final Option SEED =
      OptionSection.valued(
          "seed", "N", "What all randomness derives from, 0 to 4294967295; default 0.");

  static final Option ALLOW_OP =
      OptionSection.repeated(
          "allow-op",
          "OP",
          "An op that the model may hold besides those that every model may, because you trust it;"
              + " once for each.");
  static final Option THREADS =
      OptionSection.valued("threads", "N", "Threads of TensorFlow; default: its own choice.");
  static final Option DEVICE =
      OptionSection.valued(
          "device", "auto|cpu|gpu", "Where to run; auto is a GPU if there is one; default auto.");
  static final Option ISOLATE =
      OptionSection.flag(
          "isolate",
          "Decode and run in a process of its own; an input on which it dies becomes a row with the"
              + " code 'crashed', the others go on.");
  private static final Option BATCH =
      OptionSection.valued("batch-size", "N", "Rows a step; default " + BATCH_SIZE + ".");

  private CommonOptions() {}

  /** How TensorFlow runs, and options of every command. */
  static OptionSection running(Option... more) {
    return OptionSection.of("Running", BATCH, THREADS, DEVICE)
        .and(more)
        .and(QUIET, CONFIG, DEBUG, HELP);
  }

  /** Options of the commands that only look at a model. */
  static OptionSection looking() {
    return OptionSection.of("Options", ALLOW_OP, FORMAT, CONFIG, DEBUG, HELP);
  }

  static RuntimeOptions runtime(Arguments arguments) {
    return new RuntimeOptions(
        arguments.choice(
            "device", RuntimeOptions.Device.AUTO, d -> d.name().toLowerCase(Locale.ROOT)),
        arguments.count("threads", 1).orElse(0));
  }

  /** The listed ops, and those of {@code --allow-op}. */
  static OpPolicy policy(Arguments arguments) {
    return OpPolicy.listedAnd(arguments.texts("allow-op"));
  }

  static PreprocessingChoice preprocessing(Arguments arguments) {
    return PreprocessingChoice.parse(
        arguments.text("preprocessing").orElse("auto"), arguments.text("image-size"));
  }
}
