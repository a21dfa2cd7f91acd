package org.kerasgraft.graph;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.internal.NearNames;
import org.kerasgraft.savedmodel.ModelFormat;
import org.kerasgraft.savedmodel.TensorSpec;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.NodeDef;

/** Finds a layer of a network, or one output of it, by what a user calls it. */
final class LayerSearch {

  private static final int MOST_NEAR_NAMES = 5;

  private final Network network;

  LayerSearch(Network network) {
    this.network = network;
  }

  /** The layer of that name, or of the one call, output, scope or node that has it. */
  Layer named(String name) {
    return whole(name)
        .or(() -> call(name))
        .or(() -> output(name))
        .or(() -> plain() ? scope(name).or(() -> node(name)) : Optional.empty())
        .orElseThrow(() -> unknown(name));
  }

  private boolean plain() {
    return network.source().format() == ModelFormat.SAVED_MODEL;
  }

  private Optional<Layer> whole(String name) {
    return network.layers().stream().filter(l -> l.name().equals(name)).findFirst();
  }

  private Optional<Layer> call(String name) {
    return network.layers().stream()
        .flatMap(l -> l.calls().stream().filter(c -> c.name().equals(name)).map(c -> only(l, c)))
        .findFirst();
  }

  private static Layer only(Layer layer, Layer.Call call) {
    return new Layer(
        call.name(), layer.type(), List.of(call), layer.variables(), layer.trainable());
  }

  private Optional<Layer> output(String name) {
    return network.layers().stream()
        .flatMap(l -> l.byOutput().stream())
        .filter(l -> l.name().equals(name))
        .findFirst();
  }

  private Optional<Layer> scope(String name) {
    FlatGraph graph = network.graph();
    List<NodeDef> nodes =
        graph.graphDef().getNodeList().stream()
            .filter(n -> n.getName().startsWith(name + "/"))
            .filter(n -> !graph.variables().containsKey(n.getName()))
            .toList();
    DataFlow flow = new DataFlow(graph.graphDef());
    List<TensorSpec> outputs =
        new Boundary(graph, flow).leaving(nodes).stream().map(t -> spec(t, flow)).toList();
    Set<VariableSpec> read = new LinkedHashSet<>();
    nodes.forEach(
        n ->
            DataFlow.inputs(n).stream()
                .map(t -> graph.variables().get(DataFlow.nodeOf(t)))
                .filter(v -> v != null)
                .forEach(read::add));
    return outputs.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Layer(
                name,
                Optional.empty(),
                List.of(new Layer.Call(name, outputs)),
                List.copyOf(read),
                read.stream().anyMatch(VariableSpec::trainable)));
  }

  private Optional<Layer> node(String name) {
    DataFlow flow = new DataFlow(network.graph().graphDef());
    boolean isVariable = network.graph().variables().containsKey(name);
    return isVariable
        ? Optional.empty()
        : flow.node(name)
            .map(
                n ->
                    Layer.calledOnce(
                        name, Optional.empty(), spec(name + ":0", flow), List.of(), false));
  }

  /** Shapes are not kept in a network's graph: TensorFlow infers them once it is live. */
  private static TensorSpec spec(String tensor, DataFlow flow) {
    NodeDef node = flow.node(DataFlow.nodeOf(tensor)).orElseThrow();
    int index = Integer.parseInt(tensor.substring(tensor.lastIndexOf(':') + 1));
    return new TensorSpec(tensor, TensorTypes.of(node, index), Shape.unknown());
  }

  private UnknownNameException unknown(String name) {
    List<String> names =
        network.layers().stream()
            .flatMap(l -> Stream.concat(Stream.of(l.name()), l.outputNames().stream()))
            .distinct()
            .toList();
    List<String> near =
        new ArrayList<>(names.stream().filter(n -> n.endsWith("/" + name)).toList());
    NearNames.of(name, names).stream().filter(n -> !near.contains(n)).forEach(near::add);
    return new UnknownNameException(
        "layer",
        name,
        "'" + network.source().directory() + "'",
        near.stream().limit(MOST_NEAR_NAMES).toList(),
        "'graft inspect' lists its " + network.layers().size() + " layers." + hint(name));
  }

  private String hint(String name) {
    if (network.source().kerasLayers().stream().anyMatch(l -> l.name().equals(name))) {
      return " Keras lists '"
          + name
          + "', but it does nothing at inference, or nothing depends on it: cut after the layer"
          + " before it.";
    }
    return switch (network.source().format()) {
      case KERAS_3_EXPORT, KERAS_3_SAVED_MODEL ->
          " Keras 3 leaves no trace of a layer that does nothing at inference, such as Dropout or a"
              + " linear Activation: cut after the layer before it.";
      case SAVED_MODEL ->
          " A scope or a node of its graph can be named too; a layer that does nothing at inference"
              + " may leave no trace.";
      case KERAS_2_SAVED_MODEL -> "";
    };
  }
}
