package org.kerasgraft.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.kerasgraft.data.ImageSize;
import org.kerasgraft.data.Preprocessing;
import org.kerasgraft.data.PreprocessingChoice;
import org.kerasgraft.data.PreprocessingOrigin;
import org.kerasgraft.error.GraftException;
import org.kerasgraft.graph.ConvBlock;
import org.kerasgraft.graph.Layer;
import org.kerasgraft.graph.Network;
import org.kerasgraft.graph.ServingState;
import org.kerasgraft.report.TextTable.Align;
import org.kerasgraft.savedmodel.ImportedModel;
import org.kerasgraft.savedmodel.Signature;
import org.kerasgraft.savedmodel.TensorSpec;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;

/**
 * What a model consists of, as {@code model.summary()} would say it, as text or JSON. Needs no
 * native code.
 *
 * @param network the whole network
 */
public record ModelSummary(Network network) {

  /** The JSON document; its fields are a stable format. */
  private record Document(
      String model,
      String format,
      Map<String, String> producer,
      Map<String, Ends> signatures,
      List<LayerEntry> layers,
      List<VariableEntry> variables,
      Parameters parameters,
      BlockEntry lastConvBlock,
      PreprocessingEntry preprocessing,
      String unsteady) {}

  private record Ends(Map<String, TensorEntry> inputs, Map<String, TensorEntry> outputs) {}

  private record TensorEntry(String dtype, List<Long> shape) {}

  private record LayerEntry(
      String name,
      String type,
      List<Long> outputShape,
      long parameters,
      boolean trainable,
      List<String> variables,
      List<String> calls) {}

  private record VariableEntry(
      String name,
      String dtype,
      List<Long> shape,
      boolean trainable,
      String layer,
      String checkpointKey) {}

  private record Parameters(long total, long trainable, long nonTrainable) {}

  private record BlockEntry(String name, String output, List<String> layers) {}

  private record PreprocessingEntry(
      String mode, String knownFrom, String architecture, List<String> layers) {}

  /**
   * The JSON form.
   *
   * @return one object; unknown types, shapes and dimensions are null. A layer's {@code calls} are
   *     the names to cut after: its own, or those of a shared layer's calls ({@code name@0}) or of
   *     several outputs ({@code name:0})
   */
  public String json() {
    ImportedModel model = network.source();
    Map<String, Ends> signatures = new LinkedHashMap<>();
    model.signatures().forEach((name, s) -> signatures.put(name, ends(s)));
    return Json.pretty(
        new Document(
            model.directory().toString(),
            model.format().id(),
            Map.of("tensorflow", model.tensorflowVersion()),
            signatures,
            network.layers().stream().map(ModelSummary::entry).toList(),
            model.variables().stream().map(this::entry).toList(),
            parameters(),
            network.lastConvBlock().map(ModelSummary::entry).orElse(null),
            preprocessing(),
            ServingState.of(network).map(ServingState.Unsteady::text).orElse(null)));
  }

  private Parameters parameters() {
    long total = network.source().variables().stream().mapToLong(VariableSpec::size).sum();
    long trainable =
        network.source().variables().stream()
            .filter(VariableSpec::trainable)
            .mapToLong(VariableSpec::size)
            .sum();
    return new Parameters(total, trainable, total - trainable);
  }

  private static Ends ends(Signature signature) {
    return new Ends(tensors(signature.inputs()), tensors(signature.outputs()));
  }

  private static Map<String, TensorEntry> tensors(Map<String, TensorSpec> specs) {
    Map<String, TensorEntry> entries = new LinkedHashMap<>();
    specs.forEach((k, t) -> entries.put(k, new TensorEntry(dtype(t.dtype()), shape(t.shape()))));
    return entries;
  }

  private static LayerEntry entry(Layer layer) {
    return new LayerEntry(
        layer.name(),
        layer.type().orElse(null),
        shape(layer.outputShape()),
        layer.parameters(),
        layer.trainable(),
        layer.variables().stream().map(VariableSpec::name).toList(),
        layer.outputNames());
  }

  private VariableEntry entry(VariableSpec variable) {
    return new VariableEntry(
        variable.name(),
        dtype(variable.dtype()),
        shape(variable.shape()),
        variable.trainable(),
        owner(variable),
        variable.checkpointKeys().stream().findFirst().orElse(null));
  }

  /** The first of the innermost layers that read it. */
  private String owner(VariableSpec variable) {
    return network.layers().stream()
        .filter(layer -> layer.variables().contains(variable))
        .min(Comparator.comparingInt(layer -> layer.variables().size()))
        .map(Layer::name)
        .orElse(null);
  }

  private static BlockEntry entry(ConvBlock block) {
    return new BlockEntry(
        block.name(), block.output().name(), block.layers().stream().map(Layer::name).toList());
  }

  private static List<Long> shape(Shape shape) {
    if (shape.isUnknown()) {
      return null;
    }
    List<Long> dimensions = new ArrayList<>();
    for (long d : shape.asArray()) {
      dimensions.add(d < 0 ? null : Long.valueOf(d));
    }
    return dimensions;
  }

  /** TensorFlow's name of an element type, for example {@code float32}. */
  private static String dtype(DataType type) {
    return switch (type) {
      case DT_FLOAT -> "float32";
      case DT_DOUBLE -> "float64";
      case DT_HALF -> "float16";
      default -> type.name().replaceFirst("^DT_", "").toLowerCase(Locale.ROOT);
    };
  }

  /**
   * The text form: layers, totals, signatures, last convolutional block, preprocessing.
   *
   * @return lines, each with a line end
   */
  public String text() {
    ImportedModel model = network.source();
    StringBuilder text = new StringBuilder();
    text.append("Model ").append(model.directory()).append('\n');
    text.append("Format ").append(model.format().id());
    if (!model.tensorflowVersion().isEmpty()) {
      text.append(", written by TensorFlow ").append(TextTable.oneLine(model.tensorflowVersion()));
    }
    text.append("\n\n").append(layerTable()).append('\n').append(totals());
    text.append("\nSignatures\n").append(signatureTable());
    text.append("\nLast conv block  ").append(TextTable.oneLine(blockText())).append('\n');
    text.append("Preprocessing    ").append(TextTable.oneLine(preprocessingText())).append('\n');
    ServingState.of(network)
        .ifPresent(
            u ->
                text.append("Use              only cut below: ")
                    .append(TextTable.oneLine(u.text()))
                    .append('\n'));
    return text.toString();
  }

  private String layerTable() {
    TextTable table = new TextTable(Align.LEFT, Align.LEFT, Align.LEFT, Align.RIGHT, Align.LEFT);
    table.row("Layer", "Type", "Output shape", "Parameters", "Trainable");
    for (Layer layer : network.layers()) {
      table.row(
          layer.name(),
          layer.type().orElse("?"),
          shapeText(layer.outputShape()),
          grouped(layer.parameters()),
          layer.variables().isEmpty() ? "" : layer.trainable() ? "yes" : "no");
      if (!layer.hasOneOutput()) {
        layer
            .byOutput()
            .forEach(o -> table.row("  " + o.name(), "", shapeText(o.outputShape()), "", ""));
      }
    }
    return table.render(0);
  }

  private String totals() {
    Parameters sums = parameters();
    return new TextTable(Align.LEFT, Align.RIGHT)
        .row("Parameters", grouped(sums.total()))
        .row("Trainable", grouped(sums.trainable()))
        .row("Non-trainable", grouped(sums.nonTrainable()))
        .render(0);
  }

  private String signatureTable() {
    TextTable table = new TextTable(Align.LEFT, Align.LEFT, Align.LEFT, Align.LEFT, Align.LEFT);
    for (Signature signature : network.source().signatures().values()) {
      String name = signature.name();
      signature.inputs().forEach((k, t) -> ends(table, name, "input", k, t));
      signature.outputs().forEach((k, t) -> ends(table, name, "output", k, t));
    }
    return table.render(2);
  }

  private static void ends(TextTable table, String name, String end, String key, TensorSpec spec) {
    table.row(name, end, key, dtype(spec.dtype()), shapeText(spec.shape()));
  }

  private String blockText() {
    return network
        .lastConvBlock()
        .map(
            block ->
                block.name()
                    + ": "
                    + String.join(", ", block.layers().stream().map(Layer::name).toList())
                    + "; output of "
                    + block.output().name()
                    + " "
                    + shapeText(block.output().outputShape()))
        .orElse("none");
  }

  /** What {@code --preprocessing auto} would choose; null for a model of arrays. */
  private PreprocessingEntry preprocessing() {
    try {
      PreprocessingOrigin origin = PreprocessingOrigin.of(network);
      return new PreprocessingEntry(
          origin.mode().map(Preprocessing::id).orElse(null),
          origin.source().id(),
          origin.architecture().orElse(null),
          origin.layers());
    } catch (GraftException arrays) {
      return null;
    }
  }

  private String preprocessingText() {
    try {
      return PreprocessingOrigin.of(network).text() + sizeText();
    } catch (GraftException arrays) {
      return "none to choose: " + arrays.explain();
    }
  }

  private String sizeText() {
    try {
      ImageSize size =
          new PreprocessingChoice(Optional.of(Preprocessing.NONE), Optional.empty())
              .resolve(network)
              .size();
      return ", images of " + size;
    } catch (GraftException open) {
      return "; the image size is open, give --image-size";
    }
  }

  /** A shape as Keras prints it, for example {@code (None, 224, 224, 3)}. */
  static String shapeText(Shape shape) {
    if (shape.isUnknown()) {
      return "?";
    }
    List<String> dimensions = new ArrayList<>();
    for (long d : shape.asArray()) {
      dimensions.add(d < 0 ? "None" : Long.toString(d));
    }
    return "(" + String.join(", ", dimensions) + (dimensions.size() == 1 ? ",)" : ")");
  }

  static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
