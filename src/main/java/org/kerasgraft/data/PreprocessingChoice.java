package org.kerasgraft.data;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.kerasgraft.error.GraftException;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.graph.DataFlow;
import org.kerasgraft.graph.Layer;
import org.kerasgraft.graph.Network;
import org.kerasgraft.savedmodel.RecordedPreprocessing;
import org.kerasgraft.savedmodel.TensorSpec;
import org.tensorflow.proto.NodeDef;

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

  private static final List<String> VGG_LAYERS =
      List.of("block1_conv1", "block2_conv1", "block3_conv1", "block4_conv1", "block5_conv1");

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
   * @throws UnknownNameException if there is no such mode, with near names
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
   * Settles mode and size for a model. Mode: the one asked for; else the one recorded with the
   * model; else {@code caffe} for VGG, known by its layers {@code block1_conv1} … {@code
   * block5_pool} of any width. Size: the model's fixed size; where that is open, the one asked for;
   * else the recorded one.
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
    if (mode.isPresent()) {
      return mode.get();
    }
    Optional<RecordedPreprocessing> recorded = network.source().preprocessing();
    if (recorded.isPresent()) {
      return read(recorded.get(), network);
    }
    if (isVgg(network)) {
      return Preprocessing.CAFFE;
    }
    throw new UsageException(
        "'" + network.source().directory() + "' does not say how its images are to be prepared.",
        "Give --preprocessing caffe, tf, torch, scale-0-1 or none, as in its training.");
  }

  private static Preprocessing read(RecordedPreprocessing recorded, Network network) {
    try {
      return Preprocessing.parse(recorded.mode());
    } catch (UnknownNameException e) {
      throw new InvalidModelException(
          "'"
              + network.source().directory()
              + "' records the unknown preprocessing '"
              + recorded.mode()
              + "'.",
          "Give --preprocessing, or export the model again.",
          e);
    }
  }

  /** VGG by its layers; nothing with variables or nodes of its own may stand before the first. */
  private static boolean isVgg(Network network) {
    List<String> names = network.layers().stream().map(Layer::name).toList();
    if (!names.containsAll(VGG_LAYERS) || !names.contains("block5_pool")) {
      return false;
    }
    List<String> ends = network.graph().inputs().values().stream().map(TensorSpec::tensor).toList();
    return network.layers().stream()
            .takeWhile(layer -> !layer.name().equals(VGG_LAYERS.get(0)))
            .allMatch(layer -> ends.contains(layer.output()))
        && isConvolvedRaw(network);
  }

  /** Whether the first convolution reads the input itself, not something made of it. */
  private static boolean isConvolvedRaw(Network network) {
    DataFlow flow = new DataFlow(network.graph().graphDef());
    String first = network.layer(VGG_LAYERS.get(0)).output();
    Set<String> leading = flow.ancestors(List.of(DataFlow.nodeOf(first)));
    Set<String> raw = new HashSet<>();
    network.graph().inputs().values().forEach(i -> raw.add(DataFlow.nodeOf(i.tensor())));
    for (NodeDef node : flow.nodes()) {
      boolean reads = DataFlow.inputs(node).stream().map(DataFlow::nodeOf).anyMatch(raw::contains);
      if (reads && node.getOp().equals("Identity")) {
        raw.add(node.getName());
      } else if (reads && leading.contains(node.getName()) && !node.getOp().equals("Conv2D")) {
        return false;
      }
    }
    return true;
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
