package org.kerasgraft.data;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.graph.Layer;
import org.kerasgraft.graph.Network;
import org.kerasgraft.savedmodel.RecordedPreprocessing;

/**
 * How a model's images are to be prepared, as far as the model itself tells, and what tells it.
 * What the export recorded comes first. Else the graph must: either the model's own layers turn
 * 0..255 into what it learns from, then the mode is {@code none}; or its first convolution reads
 * the pixels as they are and its layers are those of a Keras Application, then the mode is that of
 * the Application's {@code preprocess_input}. Anything else is unknown, never guessed.
 *
 * @param mode what {@code auto} means; empty where it must be asked for
 * @param source what tells it
 * @param architecture the Keras Application recognised, for example {@code VGG16}; empty for others
 * @param layers the layers that prepare the images inside the model; empty where none does
 * @param seen for a message: what was seen in the graph, a sentence
 */
public record PreprocessingOrigin(
    Optional<Preprocessing> mode,
    Source source,
    Optional<String> architecture,
    List<String> layers,
    String seen) {

  /** What tells a model's preprocessing. */
  public enum Source {
    /** The export recorded it. */
    RECORDED("recorded"),
    /** It is a Keras Application whose first convolution reads the pixels as they are. */
    ARCHITECTURE("architecture"),
    /** The model's own layers prepare RGB 0..255. */
    IN_MODEL("in-model"),
    /** Nothing. */
    UNKNOWN("unknown");

    private final String id;

    Source(String id) {
      this.id = id;
    }

    /**
     * The name used in files.
     *
     * @return for example {@code in-model}
     */
    public String id() {
      return id;
    }
  }

  /** Checks and copies. */
  public PreprocessingOrigin {
    Objects.requireNonNull(mode);
    Objects.requireNonNull(source);
    Objects.requireNonNull(architecture);
    layers = List.copyOf(layers);
    Objects.requireNonNull(seen);
  }

  /**
   * Looks at a model.
   *
   * @param network the whole network, before any cut or splice
   * @return what it tells
   * @throws InvalidModelException if what is recorded with the model cannot be read
   * @throws org.kerasgraft.error.ModelRefusedException if the model does not take images
   */
  public static PreprocessingOrigin of(Network network) {
    PreprocessingSplice.imageShape(network);
    LayerChain chain = new LayerChain(network);
    PixelPath path = PixelPath.of(network);
    Optional<Architecture> architecture = Architecture.of(chain);
    Optional<String> family = architecture.map(Architecture::family);
    List<String> layers = preparing(path, chain);
    Optional<Preprocessing> recorded =
        network.source().preprocessing().map(note -> read(note, network));
    if (recorded.isPresent()) {
      return new PreprocessingOrigin(recorded, Source.RECORDED, family, layers, "");
    }
    if (path.isPrepared()) {
      return new PreprocessingOrigin(
          Optional.of(Preprocessing.NONE), Source.IN_MODEL, family, layers, "");
    }
    Optional<Preprocessing> own = architecture.flatMap(Architecture::mode);
    if (path.isRaw() && own.isPresent()) {
      return new PreprocessingOrigin(own, Source.ARCHITECTURE, family, layers, "");
    }
    return new PreprocessingOrigin(
        Optional.empty(), Source.UNKNOWN, family, layers, seen(path, chain, architecture, network));
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

  /** The layers to which the arithmetic with pixels belongs. */
  private static List<String> preparing(PixelPath path, LayerChain chain) {
    Set<String> layers = new LinkedHashSet<>();
    path.changing().forEach(node -> chain.owner(node).ifPresent(layers::add));
    return List.copyOf(layers);
  }

  private static String seen(
      PixelPath path, LayerChain chain, Optional<Architecture> architecture, Network network) {
    if (path.isRaw() && architecture.isPresent()) {
      return "It is "
          + architecture.get().family()
          + " without the layers by which Keras' own prepares its images; its first convolution"
          + " reads them as they are.";
    }
    if (path.isRaw()) {
      return "Its first convolution reads the images as they are, and its layers ("
          + network.layers().stream()
              .map(Layer::name)
              .filter(name -> !network.graph().inputs().containsKey(name))
              .limit(3)
              .collect(Collectors.joining(", "))
          + " …) are not those of a Keras Application.";
    }
    String reader =
        path.reader()
            .map(node -> chain.owner(node.getName()).orElse(node.getName()))
            .orElse("its output");
    return "What it does to the images before '" + reader + "' does not say what range they have.";
  }

  /**
   * For people: the mode and what tells it.
   *
   * @return for example {@code caffe (the architecture is VGG16)}
   */
  public String text() {
    return switch (source) {
      case RECORDED -> modeId() + " (recorded by the export)";
      case ARCHITECTURE -> modeId() + " (the architecture is " + architecture.orElse("") + ")";
      case IN_MODEL ->
          modeId()
              + " (the model prepares its images itself"
              + (layers.isEmpty() ? "" : ", in " + String.join(", ", layers))
              + ")";
      case UNKNOWN -> "unknown: " + seen;
    };
  }

  private String modeId() {
    return mode.map(Preprocessing::id).orElse("");
  }
}
