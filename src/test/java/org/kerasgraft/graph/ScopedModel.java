package org.kerasgraft.graph;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.kerasgraft.savedmodel.ImportedModel;
import org.kerasgraft.savedmodel.KerasLayer;
import org.kerasgraft.savedmodel.ModelFormat;
import org.kerasgraft.savedmodel.Scans;
import org.kerasgraft.savedmodel.TensorSpec;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;

/** A flat graph by hand, a chain from {@code x}: scopes as Keras would name them. */
final class ScopedModel {

  private final GraphDef.Builder graph = GraphDef.newBuilder();
  private final Map<String, VariableSpec> variables = new LinkedHashMap<>();
  private final List<KerasLayer> recorded = new ArrayList<>();
  private final TensorSpec input = new TensorSpec("x:0", DataType.DT_FLOAT, Shape.of(-1, 8, 8, 3));
  private final ModelFormat format;
  private String last = "x";

  ScopedModel(ModelFormat format) {
    this.format = format;
    graph.addNode(NodeDef.newBuilder().setName("x").setOp("Placeholder"));
  }

  /** A node that reads what came last. */
  ScopedModel op(String path, String op) {
    return node(path, op, last);
  }

  private ScopedModel node(String path, String op, String... inputs) {
    graph.addNode(
        NodeDef.newBuilder()
            .setName(path)
            .setOp(op)
            .addAllInput(List.of(inputs))
            .putAttr("T", AttrValue.newBuilder().setType(DataType.DT_FLOAT).build()));
    last = path;
    return this;
  }

  /** A convolution with a kernel, read in its own scope. */
  ScopedModel conv(String path, String variable) {
    if (!variables.containsKey(variable)) {
      variables.put(
          variable,
          new VariableSpec(
              variable, DataType.DT_FLOAT, Shape.of(3, 3, 3, 3), true, List.of(variable)));
      graph.addNode(NodeDef.newBuilder().setName(variable).setOp("VarHandleOp"));
    }
    String from = last;
    node(path + "/ReadVariableOp", "ReadVariableOp", variable);
    return node(path, "Conv2D", from, path + "/ReadVariableOp");
  }

  /** A node that reads so many outputs of what came last. */
  ScopedModel readingAll(String path, int outputs) {
    String from = last;
    return node(
        path,
        "AddN",
        IntStream.range(0, outputs).mapToObj(i -> from + ":" + i).toArray(String[]::new));
  }

  /** What Keras 2 metadata says. */
  ScopedModel recorded(String name, int calls) {
    recorded.add(new KerasLayer(name, "", true, calls));
    return this;
  }

  Network network() {
    FlatGraph flat =
        new FlatGraph(
            graph.build(),
            Map.of("x", input),
            Map.of("y", new TensorSpec(last + ":0", DataType.DT_FLOAT, Shape.unknown())),
            variables);
    ImportedModel model =
        new ImportedModel(
            Path.of("by-hand"),
            format,
            "",
            Map.of(),
            List.copyOf(variables.values()),
            Map.of(),
            recorded,
            Optional.empty(),
            MetaGraphDef.getDefaultInstance(),
            Scans.CLEAN,
            Scans.NO_WEIGHTS);
    return new Network(model, flat, new LayerLocator(flat, model).locate());
  }

  /** The names to cut at, the input's left out. */
  List<String> names() {
    return network().layers().stream()
        .skip(1)
        .flatMap(layer -> layer.outputNames().stream())
        .toList();
  }
}
