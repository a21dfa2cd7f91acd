package org.kerasgraft.cli;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.train.Keep;
import org.kerasgraft.train.Optimizer;
import org.kerasgraft.train.Training;

/** The options that make a {@link Training}. */
final class PhaseOptions {

  private static final int EPOCHS = 50;
  private static final double MOMENTUM = 0.9;

  private PhaseOptions() {}

  static OptionSection section() {
    return OptionSection.of(
        "Training",
        OptionSection.valued(
            "head-epochs",
            "N",
            "Epochs of phase 1, the head alone; default 50, 0 to leave it out."),
        OptionSection.valued("head-optimizer", "NAME", "sgd, rmsprop or adam; default rmsprop."),
        OptionSection.valued("head-learning-rate", "F", "Default 0.001."),
        OptionSection.valued(
            "fine-tune-epochs",
            "N",
            "Epochs of phase 2, head and chosen layers; default 50, 0 to leave it out."),
        OptionSection.valued("fine-tune-optimizer", "NAME", "sgd, rmsprop or adam; default sgd."),
        OptionSection.valued("fine-tune-learning-rate", "F", "Default 0.0001."),
        OptionSection.valued("momentum", "F", "Momentum of sgd, 0 to 1; default 0.9."),
        OptionSection.valued("l2", "F", "L2 factor on the head's kernels; default 0."),
        OptionSection.valued("label-smoothing", "F", "0 or more, below 1; default 0."),
        OptionSection.valued(
            "keep",
            "best|last",
            "Which epoch's weights each phase ends with: that of the least validation loss, or the"
                + " last; default best where there is validation."),
        OptionSection.flag("no-shuffle", "Take the rows in their order in every epoch."),
        CommonOptions.SEED);
  }

  static Training of(Arguments arguments, boolean keepHead) {
    for (String option : List.of("head-optimizer", "head-learning-rate", "l2")) {
      if (keepHead && arguments.has(option)) {
        throw new UsageException(
            "--" + option + " is given with --keep-head.", "It is a new head's only.");
      }
    }
    OptionalDouble momentum = arguments.number("momentum", Arguments.Range.PART);
    String head = arguments.text("head-optimizer").orElse("rmsprop");
    String fineTune = arguments.text("fine-tune-optimizer").orElse("sgd");
    if (momentum.isPresent() && !isSgd(head) && !isSgd(fineTune)) {
      throw new UsageException(
          "--momentum was given, but no phase trains with sgd.", "Momentum is sgd's only.");
    }
    OptionalDouble sgd = OptionalDouble.of(momentum.orElse(MOMENTUM));
    int headEpochs = headEpochs(arguments, keepHead);
    int fineTuneEpochs = arguments.count("fine-tune-epochs", 0).orElse(EPOCHS);
    if (headEpochs + fineTuneEpochs == 0) {
      throw new UsageException(
          "No phase has an epoch: nothing would be trained.",
          "Give --head-epochs or --fine-tune-epochs at least one.");
    }
    return Training.builder()
        .head(headEpochs, optimizer(arguments, "head-learning-rate", head, 1e-3, sgd))
        .fineTune(
            fineTuneEpochs, optimizer(arguments, "fine-tune-learning-rate", fineTune, 1e-4, sgd))
        .batchSize(arguments.count("batch-size", 1).orElse(CommonOptions.BATCH_SIZE))
        .seed(arguments.seed("seed", 0))
        .shuffle(!arguments.has("no-shuffle"))
        .l2(arguments.number("l2", Arguments.Range.NOT_NEGATIVE).orElse(0))
        .labelSmoothing(arguments.number("label-smoothing", Arguments.Range.BELOW_ONE).orElse(0))
        .keep(arguments.choice("keep", Keep.BEST, k -> k.name().toLowerCase(Locale.ROOT)))
        .build();
  }

  private static int headEpochs(Arguments arguments, boolean keepHead) {
    OptionalInt epochs = arguments.count("head-epochs", 0);
    if (keepHead && epochs.orElse(0) > 0) {
      throw new UsageException(
          "--head-epochs was " + epochs.getAsInt() + " with --keep-head.",
          "A kept head trains in one phase, --fine-tune-epochs.");
    }
    return keepHead ? 0 : epochs.orElse(EPOCHS);
  }

  private static Optimizer optimizer(
      Arguments arguments, String option, String name, double byDefault, OptionalDouble momentum) {
    double rate = arguments.number(option, Arguments.Range.POSITIVE).orElse(byDefault);
    return Optimizer.parse(name, rate, isSgd(name) ? momentum : OptionalDouble.empty());
  }

  private static boolean isSgd(String name) {
    return name.strip().toLowerCase(Locale.ROOT).equals("sgd");
  }
}
