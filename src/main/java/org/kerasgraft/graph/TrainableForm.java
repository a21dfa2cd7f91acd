package org.kerasgraft.graph;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * A network as it can be trained: ops on the ways from what trains to the outputs, for which
 * TensorFlow has no right gradient, are written in equal ops that have one. Everything else stays
 * node for node, and {@link #undone} gives the original back, so that only training pays for it.
 */
public final class TrainableForm {

  /** Holds the node for which others stand, on the one of them that has its name. */
  private static final String ORIGINAL = "_graft_original";

  private TrainableForm() {}

  /**
   * Rewrites what has to be.
   *
   * @param network whole or cut
   * @param chosen the variables that train
   * @param shapes the static shape of a tensor {@code node:index}, as TensorFlow infers it
   * @return a network of equal values, layers and outputs; the same one if nothing had to change
   */
  public static Network of(
      Network network, Collection<VariableSpec> chosen, Function<String, Shape> shapes) {
    FlatGraph flat = network.graph();
    DataFlow flow = new DataFlow(flat.graphDef());
    Set<VariableSpec> wanted = new HashSet<>(chosen);
    List<String> handles =
        flat.variables().entrySet().stream()
            .filter(e -> wanted.contains(e.getValue()))
            .map(java.util.Map.Entry::getKey)
            .toList();
    Set<String> moving = flow.dependents(handles);
    FlatNodes nodes = new FlatNodes();
    flat.graphDef().getNodeList().forEach(n -> nodes.unique(n.getName()));
    GradientForms forms = new GradientForms(nodes::unique, shapes);
    boolean changed = false;
    for (NodeDef node : flat.graphDef().getNodeList()) {
      List<NodeDef> stand = moving.contains(node.getName()) ? forms.of(node) : List.of(node);
      int last = stand.size() - 1;
      if (last == 0 && stand.get(0).equals(node)) {
        nodes.add(node);
      } else {
        changed = true;
        stand.subList(0, last).forEach(nodes::add);
        nodes.add(stand.get(last).toBuilder().putAttr(ORIGINAL, original(node)).build());
      }
    }
    GraphDef graph = flat.graphDef().toBuilder().clearNode().addAllNode(nodes.list()).build();
    return changed
        ? new Network(
            network.source(),
            new FlatGraph(graph, flat.inputs(), flat.outputs(), flat.variables()),
            network.layers())
        : network;
  }

  /**
   * Gives each rewritten node its original back. The nodes that stood for it stay, unused.
   *
   * @param graph any, for example that of a live network with its head
   * @return the graph with the model's own nodes
   */
  public static GraphDef undone(GraphDef graph) {
    GraphDef.Builder undone = graph.toBuilder().clearNode();
    for (NodeDef node : graph.getNodeList()) {
      AttrValue original = node.getAttrMap().get(ORIGINAL);
      undone.addNode(original == null ? node : parsed(original));
    }
    return undone.build();
  }

  private static AttrValue original(NodeDef node) {
    return AttrValue.newBuilder().setS(node.toByteString()).build();
  }

  private static NodeDef parsed(AttrValue original) {
    try {
      return NodeDef.parseFrom(original.getS());
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new IllegalStateException("'" + ORIGINAL + "' was written by someone else", e);
    }
  }
}
