package org.kerasgraft.graph;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.savedmodel.ImportedModel;
import org.kerasgraft.savedmodel.OpPolicy;
import org.kerasgraft.savedmodel.Signature;
import org.kerasgraft.savedmodel.TensorSpec;
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

  /** The scope of a head that this library puts on; a second one is {@code head_1}, and so on. */
  public static final String HEAD = "head";

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
   * @throws ModelRefusedException if it reads a resource that cannot be restored
   * @throws InvalidModelException if the graph is damaged
   */
  public static Network of(ImportedModel model) {
    FlatGraph flat;
    try {
      flat = Inliner.inline(model, serving(model));
      GraphForm.check(flat, model);
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new InvalidModelException(
          "The graph of '" + model.directory() + "' is damaged.",
          "Copy or export the model again.",
          e);
    }
    refuseForeignResources(flat, model);
    refuseSavers(flat, model);
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
        known.isEmpty()
            ? "It has none; save the model with its graph (in Keras 2, with save_traces=True)."
            : "It has " + String.join(", ", known.keySet()) + ".");
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

  /** The scan leaves the saver its own; what is computed with may hold none of it. */
  private static void refuseSavers(FlatGraph flat, ImportedModel model) {
    Stream<NodeDef> inFunctions =
        flat.graphDef().getLibrary().getFunctionList().stream()
            .flatMap(function -> function.getNodeDefList().stream());
    Stream.concat(flat.graphDef().getNodeList().stream(), inFunctions)
        .filter(node -> OpPolicy.isSavers(node.getOp()))
        .filter(node -> !model.scan().allowedByUser().contains(node.getOp()))
        .findFirst()
        .ifPresent(
            node -> {
              throw new ModelRefusedException(
                  "'"
                      + model.directory()
                      + "' reads or writes files where it computes, at '"
                      + node.getName()
                      + "' ("
                      + node.getOp()
                      + ").",
                  "Do not use this model.");
            });
  }

  /**
   * Finds a layer, or one output of it.
   *
   * @param name the full Keras name, which may hold {@code /}; {@code outer/inner} inside a nested
   *     model; {@code name@1} for one call of a shared layer; {@code name:1} for one of several
   *     outputs. In a plain SavedModel also a scope, or a node, whose first output is then meant
   * @return the layer; of that one output if the name is a call's or an output's
   * @throws UnknownNameException if there is none, with near names
   */
  public Layer layer(String name) {
    return new LayerSearch(this).named(name);
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
          "Cut where a single input leads. 'graft features' takes an array for each input; a head on"
              + " what it writes trains in Keras.");
    }
    return graph.inputs().values().iterator().next();
  }

  /**
   * Cuts after a layer: its output becomes the only output, {@link #FEATURES}; whatever does not
   * lead there is dropped.
   *
   * @param layer the name of any layer, weightless ones too, or of one call or output, as {@link
   *     #layer} takes it
   * @return the smaller network
   * @throws UnknownNameException if there is none, with near names
   * @throws UsageException if several tensors leave the layer, listing them
   * @throws ModelRefusedException if what lies before it is random or changes state
   */
  public Network cutAfter(String layer) {
    Layer end = layer(layer);
    TensorSpec output = end.onlyOutput().orElseThrow(() -> ambiguous(end));
    ServingState.requireSteadyBelow(this, output);
    FlatGraph pruned = Pruner.prune(graph, Map.of(FEATURES, output));
    Set<String> kept = Pruner.ancestors(pruned.graphDef(), List.of(output.tensor()));
    return new Network(
        source, pruned, layers.stream().flatMap(l -> kept(l, kept).stream()).toList());
  }

  private static Optional<Layer> kept(Layer layer, Set<String> nodes) {
    List<Layer.Call> calls =
        layer.calls().stream()
            .filter(
                c -> c.outputs().stream().allMatch(o -> nodes.contains(Inliner.node(o.tensor()))))
            .toList();
    return calls.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Layer(layer.name(), layer.type(), calls, layer.variables(), layer.trainable()));
  }

  private static UsageException ambiguous(Layer layer) {
    boolean shared = layer.calls().size() > 1;
    return new UsageException(
        "The layer '"
            + layer.name()
            + "' "
            + (shared
                ? "is called " + layer.calls().size() + " times."
                : "has " + layer.calls().get(0).outputs().size() + " outputs."),
        "Name one of them: " + String.join(", ", layer.outputNames()) + ".");
  }
}
