package org.kerasgraft.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.kerasgraft.Backbone;
import org.kerasgraft.FinishedRun;
import org.kerasgraft.data.ImageFolder;
import org.kerasgraft.data.ImageInput;
import org.kerasgraft.data.Labels;
import org.kerasgraft.data.Npy;
import org.kerasgraft.error.CannotCreateException;
import org.kerasgraft.error.GraftException;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.features.FeatureInput;
import org.kerasgraft.features.FeatureKey;

/**
 * The run that is asked for, to be told from one that is there. Files and folders are compared by
 * what they hold, wherever they lie.
 *
 * @param settings what would be in force, under the options' names
 * @param inputs name of each input, as in a run's manifest, to the SHA-256 of its content
 */
record AskedRun(Map<String, String> settings, Map<String, String> inputs) {

  /** Recorded, but without effect on what a run holds. */
  private static final Set<String> WITHOUT_EFFECT =
      Set.of("out", "quiet", "debug", "format", "cache", "config");

  /** What they lead to is compared; only whether they are given is a choice. */
  private static final Set<String> PATHS =
      Set.of("model", "images", "input", "labels", "validation");

  /** Reads model and data; nothing native is loaded. */
  static AskedRun of(TrainCommand.Request request, RunSettings settings) {
    Map<String, String> inputs = new LinkedHashMap<>();
    try (Backbone backbone = TrainCommand.backbone(TrainCommand.open(request), request.head())) {
      inputs.put("model", FeatureKey.modelHash(backbone.model().network().source()));
      Optional<ImageInput> images = Optional.empty();
      if (request.data().input() instanceof InputChoice.Images given) {
        images = Optional.of(backbone.imageInput());
        inputs.put("training", hash(given.folder(), request, images.get()));
        if (request.data().validation() instanceof ValidationChoice.Folder other) {
          inputs.put("validation", hash(other.folder(), request, images.get()));
        }
      } else if (request.data().input() instanceof InputChoice.Rows rows) {
        inputs.put("training", hash(rows));
      }
      return new AskedRun(
          settings.resolved(backbone.end().map(layer -> layer.name()), images), inputs);
    }
  }

  private static String hash(Path folder, TrainCommand.Request request, ImageInput input) {
    return FeatureKey.inputsHash(
        new FeatureInput.Images(
            ImageFolder.open(folder).withMostPixels(request.data().rows().mostPixels()), input));
  }

  private static String hash(InputChoice.Rows array) {
    try (Npy npy = Npy.open(array.input())) {
      return FeatureKey.inputsHash(new FeatureInput.Rows(npy, array.labels().map(Labels::read)));
    }
  }

  /**
   * Checks that a finished run is the one that is asked for.
   *
   * @throws CannotCreateException if it is another one, naming the first thing that differs
   */
  void requireSame(FinishedRun finished, Path out) {
    Optional<String> other = otherChoice(finished).or(() -> otherContent(finished));
    if (other.isPresent()) {
      throw new CannotCreateException(
          "'" + out + "' is finished already, " + other.get() + "; nothing was touched.",
          "Choose a new path, or remove it first.");
    }
  }

  /**
   * Checks that a run which lacks only its name is the one that is asked for.
   *
   * @throws UsageException if something else was chosen, naming the first
   * @throws InvalidDataException if something else was read, naming the first
   */
  void requireSameUnnamed(FinishedRun written, Path folder) {
    String start = "'" + folder + "' is finished but for its name, ";
    String remedy = "Run it as it was begun, or remove that folder to begin anew.";
    Optional<GraftException> other =
        otherChoice(written)
            .<GraftException>map(
                choice -> new UsageException(start + choice + "; nothing was touched.", remedy))
            .or(
                () ->
                    otherContent(written)
                        .map(
                            content ->
                                new InvalidDataException(
                                    start + content + "; nothing was touched.", remedy)));
    if (other.isPresent()) {
      throw other.get();
    }
  }

  private Optional<String> otherChoice(FinishedRun run) {
    Set<String> options = new LinkedHashSet<>(settings.keySet());
    options.addAll(run.settings().keySet());
    for (String option : options) {
      Optional<String> then = Optional.ofNullable(run.settings().get(option));
      Optional<String> now = Optional.ofNullable(settings.get(option));
      boolean comparedByContent = PATHS.contains(option) && then.isPresent() && now.isPresent();
      if (!WITHOUT_EFFECT.contains(option) && !comparedByContent && !then.equals(now)) {
        return Optional.of(
            "with --"
                + option
                + " "
                + then.orElse("not given")
                + ", not "
                + now.orElse("without it"));
      }
    }
    return Optional.empty();
  }

  private Optional<String> otherContent(FinishedRun run) {
    return inputs.keySet().stream()
        .filter(name -> !Objects.equals(inputs.get(name), run.inputs().get(name)))
        .findFirst()
        .map(name -> "of something else: the " + words(name) + " changed since");
  }

  private static String words(String input) {
    return input.equals("model") ? input : input + " inputs";
  }
}
