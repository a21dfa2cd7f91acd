package org.kerasgraft.graph;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.savedmodel.TensorSpec;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * Whether a network gives the same answer to the same input each time. Keras 3 exports augmentation
 * layers active; BatchNormalization exported in training mode normalises by the batch and moves its
 * statistics. Such a network can be looked at, and cut below, but not run.
 */
public final class ServingState {

  private static final String FIX =
      "Export it for inference: in Keras 3, x = keras.Input(model.input_shape[1:]);"
          + " keras.Model(x, model(x, training=False)).export(dir); or cut below.";

  /**
   * A node because of which answers differ.
   *
   * @param node its name
   * @param op the random or writing op: the node's own, or one inside a branch or loop
   * @param layer the layer to which it belongs, where that is known
   */
  public record Unsteady(String node, String op, Optional<String> layer) {

    /**
     * Whether it draws random numbers; else it changes a variable.
     *
     * @return true for a random op
     */
    public boolean isRandom() {
      return StatefulOps.isRandom(op);
    }

    /**
     * For a person.
     *
     * @return one clause without a full stop
     */
    public String text() {
      String own = StatefulOps.isTableWriter(op) ? "tables" : "variables";
      return "its serving path "
          + (isRandom() ? "is random" : "changes its own " + own)
          + ": '"
          + node
          + "' ("
          + op
          + ")"
          + layer.map(l -> " of the layer '" + l + "'").orElse("");
    }
  }

  private final Network network;

  private ServingState(Network network) {
    this.network = network;
  }

  /**
   * The first node in execution order because of which answers differ.
   *
   * @param network whole or cut
   * @return the node; empty if the network is steady
   */
  public static Optional<Unsteady> of(Network network) {
    ServingState state = new ServingState(network);
    return state.unsteady().entrySet().stream().findFirst().map(state::described);
  }

  /**
   * Refuses a network that would not give the same answer each time.
   *
   * @param network whole or cut
   * @throws ModelRefusedException naming op, node and layer
   */
  public static void requireSteady(Network network) {
    of(network)
        .ifPresent(
            unsteady -> {
              throw refused(network, unsteady.text());
            });
  }

  /**
   * Refuses to cut at a tensor that is not steady: one that depends on a random node, or on a
   * variable that the serving path changes, or lies behind a layer that owns such a variable and so
   * works in training mode.
   *
   * @param network the whole network
   * @param tensor where the cut is to be
   * @throws ModelRefusedException naming op, node and layer
   */
  public static void requireSteadyBelow(Network network, TensorSpec tensor) {
    ServingState state = new ServingState(network);
    Map<NodeDef, String> unsteady = state.unsteady();
    if (unsteady.isEmpty()) {
      return;
    }
    Set<String> leading = Pruner.ancestors(network.graph().graphDef(), List.of(tensor.tensor()));
    for (Map.Entry<NodeDef, String> entry : unsteady.entrySet()) {
      if (leading.contains(entry.getKey().getName()) || state.reaches(entry.getKey(), leading)) {
        throw refused(network, state.described(entry).text());
      }
    }
  }

  private static ModelRefusedException refused(Network network, String why) {
    return new ModelRefusedException(
        "'" + network.source().directory() + "' cannot be used there: " + why + ".", FIX);
  }

  /** Unsteady nodes, each with its op; random ones first, since they are why others write. */
  private Map<NodeDef, String> unsteady() {
    GraphDef graph = network.graph().graphDef();
    Map<String, FunctionDef> library = new HashMap<>();
    graph.getLibrary().getFunctionList().forEach(f -> library.put(f.getSignature().getName(), f));
    Map<NodeDef, String> found = new LinkedHashMap<>();
    Map<NodeDef, String> writing = new LinkedHashMap<>();
    for (NodeDef node : graph.getNodeList()) {
      String op = FunctionNames.unsteadyOp(node, library);
      if (!op.isEmpty()) {
        (StatefulOps.isRandom(op) ? found : writing).put(node, op);
      }
    }
    found.putAll(writing);
    return found;
  }

  /** Whether what a writer changes has to do with some nodes. */
  private boolean reaches(NodeDef writer, Set<String> nodes) {
    Set<String> given = new HashSet<>();
    writer.getInputList().forEach(input -> given.add(DataFlow.nodeOf(input)));
    given.retainAll(nodes);
    if (network.graph().graphDef().getNodeList().stream()
        .anyMatch(n -> n.getOp().contains("HashTable") && given.contains(n.getName()))) {
      return true;
    }
    for (String input : writer.getInputList()) {
      VariableSpec variable = network.graph().variables().get(DataFlow.nodeOf(input));
      if (variable == null || !writes(writer, input)) {
        continue;
      }
      List<Layer> owners =
          network.layers().stream().filter(l -> l.variables().contains(variable)).toList();
      boolean behind =
          owners.stream()
              .flatMap(l -> l.calls().stream())
              .flatMap(c -> c.outputs().stream())
              .anyMatch(o -> nodes.contains(DataFlow.nodeOf(o.tensor())));
      boolean unowned = owners.isEmpty() && Backpropagation.isFloating(variable.dtype());
      if (nodes.contains(DataFlow.nodeOf(input)) || behind || unowned) {
        return true;
      }
    }
    return false;
  }

  /** A writer changes its first input; a branch or loop may change any. */
  private static boolean writes(NodeDef node, String input) {
    return !StatefulOps.isWriter(node.getOp()) || input.equals(node.getInput(0));
  }

  private Unsteady described(Map.Entry<NodeDef, String> entry) {
    return new Unsteady(entry.getKey().getName(), entry.getValue(), layer(entry.getKey()));
  }

  /** The layer that owns the variable written, else the first whose output depends on the node. */
  private Optional<String> layer(NodeDef node) {
    String origin = node.getName();
    for (String input : node.getInputList()) {
      VariableSpec variable = network.graph().variables().get(DataFlow.nodeOf(input));
      if (variable != null && writes(node, input)) {
        for (Layer layer : network.layers()) {
          if (layer.variables().contains(variable)) {
            return Optional.of(layer.name());
          }
        }
        origin = DataFlow.nodeOf(input);
      }
    }
    Set<String> behind = new DataFlow(network.graph().graphDef()).dependents(List.of(origin));
    return network.layers().stream()
        .filter(
            l ->
                l.calls().stream()
                    .flatMap(c -> c.outputs().stream())
                    .anyMatch(o -> behind.contains(DataFlow.nodeOf(o.tensor()))))
        .map(Layer::name)
        .findFirst();
  }
}
