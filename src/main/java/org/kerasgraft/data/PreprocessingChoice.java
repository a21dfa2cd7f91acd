package org.kerasgraft.data;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.kerasgraft.error.GraftException;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.graph.Network;
import org.kerasgraft.savedmodel.RecordedPreprocessing;

/**
 * What a user asked about a model's images; what was left open is taken from the model, never
 * guessed.
 *
 * @param mode the preprocessing asked for; empty for {@code auto}
 * @param size the image size asked for; empty for the model's
 */
public record PreprocessingChoice(Optional<Preprocessing> mode, Optional<ImageSize> size) {

  /** Everything from the model. */
  public static final PreprocessingChoice AUTO =
      new PreprocessingChoice(Optional.empty(), Optional.empty());

  /** Checks. */
  public PreprocessingChoice {
    Objects.requireNonNull(mode);
    Objects.requireNonNull(size);
  }

  /**
   * Reads the values of {@code --preprocessing} and {@code --image-size}.
   *
   * @param mode {@code auto} or a mode's name
   * @param size {@code HxW}; empty for the model's
   * @return the choice
   * @throws org.kerasgraft.error.UnknownNameException if there is no such mode, with near names
   * @throws UsageException if the size cannot be read
   */
  public static PreprocessingChoice parse(String mode, Optional<String> size) {
    Optional<Preprocessing> asked =
        mode.strip().toLowerCase(Locale.ROOT).equals("auto")
            ? Optional.empty()
            : Optional.of(Preprocessing.parse(mode));
    return new PreprocessingChoice(asked, size.map(ImageSize::parse));
  }

  /**
   * Settles mode and size for a model. Mode: the one asked for; else what the model itself tells,
   * see {@link PreprocessingOrigin}. Size: the model's fixed size; where that is open, the one
   * asked for; else the recorded one.
   *
   * @param network the whole network, before any cut or splice
   * @return mode and size
   * @throws UsageException if one cannot be known, or the size asked for is not the model's
   * @throws org.kerasgraft.error.ModelRefusedException if the model does not take images
   * @throws InvalidModelException if what is recorded with the model cannot be read
   */
  public ImageInput resolve(Network network) {
    return new ImageInput(resolveMode(network), resolveSize(network));
  }

  private Preprocessing resolveMode(Network network) {
    return mode.orElseGet(() -> requireKnown(network));
  }

  private static Preprocessing requireKnown(Network network) {
    PreprocessingOrigin origin = PreprocessingOrigin.of(network);
    return origin
        .mode()
        .orElseThrow(
            () ->
                new UsageException(
                    "'"
                        + network.source().directory()
                        + "' does not say how its images are to be prepared. "
                        + origin.seen(),
                    "Give --preprocessing " + Preprocessing.modes() + ", as in its training."));
  }

  private ImageSize resolveSize(Network network) {
    long[] own = PreprocessingSplice.imageShape(network).asArray();
    ImageSize wanted = size.or(() -> recordedSize(network)).orElse(null);
    if (own[1] > 0 && own[2] > 0) {
      ImageSize fixed = new ImageSize((int) own[1], (int) own[2]);
      if (size.isPresent() && !size.get().equals(fixed)) {
        throw PreprocessingSplice.sizeConflict(network, size.get(), fixed.toString());
      }
      return fixed;
    }
    if (wanted == null) {
      throw new UsageException(
          "'" + network.source().directory() + "' takes images of any size and records none.",
          "Give --image-size HxW, for example 224x224.");
    }
    return wanted;
  }

  private static Optional<ImageSize> recordedSize(Network network) {
    Optional<RecordedPreprocessing> recorded = network.source().preprocessing();
    if (recorded.isEmpty()
        || recorded.get().height().isEmpty()
        || recorded.get().width().isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new ImageSize(recorded.get().height().getAsInt(), recorded.get().width().getAsInt()));
    } catch (GraftException e) {
      throw new InvalidModelException(
          "'" + network.source().directory() + "' records an image size that is none.",
          "Give --image-size, or export the model again.",
          e);
    }
  }
}
