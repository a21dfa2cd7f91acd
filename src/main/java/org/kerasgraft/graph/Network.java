package org.kerasgraft.graph;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.internal.NearNames;
import org.kerasgraft.savedmodel.ImportedModel;
import org.kerasgraft.savedmodel.Signature;
import org.kerasgraft.savedmodel.TensorSpec;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

/**
 * A model as a flat graph with its Keras layers, whole or cut; still only data.
 *
 * @param source where it came from
 * @param graph the nodes
 * @param layers the layers in execution order, the input layer first
 */
public record Network(ImportedModel source, FlatGraph graph, List<Layer> layers) {

  /** The name under which a cut network's single output stands in {@link FlatGraph#outputs()}. */
  public static final String FEATURES = "features";

  private static final List<String> SERVING = List.of("serving_default", "serve");

  /** Copies. */
  public Network {
    layers = List.copyOf(layers);
  }

  /**
   * Inlines a model's serving signature ({@code serving_default}, else {@code serve}, else the only
   * one) and locates its layers.
   *
   * @param model the model
   * @return the whole network
   * @throws UnknownNameException if no signature is the one to take, listing them
   * @throws ModelRefusedException if its inference draws random numbers or writes state
   * @throws InvalidModelException if the graph is damaged
   */
  public static Network of(ImportedModel model) {
    FlatGraph flat;
    try {
      flat = Inliner.inline(model, serving(model));
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new InvalidModelException(
          "The graph of '" + model.directory() + "' is damaged.",
          "Copy or export the model again.",
          e);
    }
    refuseForeignResources(flat, model);
    List<Layer> layers = new LayerLocator(flat, model).locate();
    return new Network(
        model,
        new FlatGraph(
            Shapes.strip(flat.graphDef()), flat.inputs(), flat.outputs(), flat.variables()),
        layers);
  }

  private static Signature serving(ImportedModel model) {
    Map<String, Signature> known = model.signatures();
    for (String name : SERVING) {
      if (known.containsKey(name)) {
        return known.get(name);
      }
    }
    if (known.size() == 1) {
      return known.values().iterator().next();
    }
    throw new UnknownNameException(
        "signature",
        SERVING.get(0),
        "'" + model.directory() + "'",
        List.of(),
        "It has " + (known.isEmpty() ? "none" : String.join(", ", known.keySet())) + ".");
  }

  /** A resource that is no variable of the model would not be restored. */
  private static void refuseForeignResources(FlatGraph flat, ImportedModel model) {
    for (NodeDef node : flat.graphDef().getNodeList()) {
      boolean foreign =
          node.getOp().equals("VarHandleOp")
              ? !flat.variables().containsKey(node.getName())
              : node.getOp().contains("HashTable") || node.getOp().startsWith("Variable");
      if (foreign) {
        throw new ModelRefusedException(
            "'"
                + model.directory()
                + "' reads '"
                + node.getName()
                + "', a "
                + node.getOp()
                + " whose value cannot be restored.",
            "Export the part of the model that works on numbers, with model.export(dir).");
      }
    }
  }

  /**
   * Finds a layer by its Keras name.
   *
   * @param name the full name
   * @return the layer
   * @throws UnknownNameException if there is none, with near names
   */
  public Layer layer(String name) {
    return layers.stream()
        .filter(layer -> layer.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new UnknownNameException(
                    "layer",
                    name,
                    "'" + source.directory() + "'",
                    NearNames.of(name, layers.stream().map(Layer::name).toList()),
                    "'graft inspect' lists its " + layers.size() + " layers."));
  }

  /**
   * The last convolutional block, found from the graph.
   *
   * @return the block; empty if the network has no convolution
   */
  public Optional<ConvBlock> lastConvBlock() {
    return ConvBlockSearch.search(this);
  }

  /**
   * The single input.
   *
   * @return its placeholder tensor
   * @throws ModelRefusedException if there are several
   */
  public TensorSpec input() {
    if (graph.inputs().size() != 1) {
      throw new ModelRefusedException(
          "'"
              + source.directory()
              + "' has "
              + graph.inputs().size()
              + " inputs ("
              + String.join(", ", graph.inputs().keySet())
              + "); one is expected.",
          "Only models with one input can be cut and trained.");
    }
    return graph.inputs().values().iterator().next();
  }

  /**
   * Cuts after a layer: its output becomes the only output, {@link #FEATURES}; whatever does not
   * lead there is dropped.
   *
   * @param layer the Keras name of any layer, weightless ones too
   * @return the smaller network
   * @throws UnknownNameException if there is none, with near names
   * @throws UsageException if several tensors leave the layer
   */
  public Network cutAfter(String layer) {
    Layer end = layer(layer);
    if (!end.hasOneOutput()) {
      throw new UsageException(
          "Several tensors leave the layer '"
              + layer
              + "': it is called more than once, or has several outputs.",
          "Cut after a layer behind it.");
    }
    Map<String, TensorSpec> outputs = new LinkedHashMap<>();
    outputs.put(FEATURES, new TensorSpec(end.output(), DataType.DT_FLOAT, end.outputShape()));
    FlatGraph pruned = Pruner.prune(graph, outputs);
    Set<String> kept = Pruner.ancestors(pruned.graphDef(), List.of(end.output()));
    return new Network(
        source,
        pruned,
        layers.stream()
            .filter(l -> l.hasOneOutput() && kept.contains(Inliner.node(l.output())))
            .toList());
  }
}
