package org.kerasgraft.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kerasgraft.graph.FlatGraph;
import org.kerasgraft.graph.Layer;
import org.kerasgraft.graph.Network;
import org.kerasgraft.savedmodel.ImportedModel;
import org.kerasgraft.savedmodel.ModelFormat;
import org.kerasgraft.savedmodel.Scans;
import org.kerasgraft.savedmodel.TensorSpec;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.AttrValue.ListValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/** Layers one after the other on images of 32x32, as protobufs, for tests. */
final class ChainNetwork {

  private static final Shape IMAGES = Shape.of(-1, 32, 32, 3);

  private final GraphDef.Builder graph = GraphDef.newBuilder();
  private final Map<String, VariableSpec> variables = new LinkedHashMap<>();
  private final List<Layer> layers = new ArrayList<>();
  private String last = "images";

  ChainNetwork() {
    graph.addNode(NodeDef.newBuilder().setName(last).setOp("Placeholder"));
    layers.add(
        Layer.calledOnce("images", Optional.of("InputLayer"), spec("images:0"), List.of(), false));
  }

  /** Layers as in {@code Architecture}: {@code name=conv3/1}, {@code name=max2/2}, or a name. */
  static Network of(String... links) {
    return new ChainNetwork().layers("", links).network();
  }

  ChainNetwork layers(String scope, String... links) {
    for (String link : links) {
      int equals = link.indexOf('=');
      String name = scope + (equals < 0 ? link : link.substring(0, equals));
      String ops = equals < 0 ? "" : link.substring(equals + 1);
      if (ops.startsWith("conv") || ops.startsWith("depth")) {
        convolution(name, ops);
      } else if (ops.startsWith("max")) {
        node(name + "/MaxPool", "MaxPool", last).putAttr("ksize", four(ops.charAt(3) - '0'));
        strided(ops);
      } else {
        node(name + "/Relu", "Relu", last);
      }
      endLayer(name);
    }
    return this;
  }

  /** A layer of arithmetic between what there is and a constant, one value or three. */
  ChainNetwork arithmetic(String name, String op, float... values) {
    TensorProto.Builder constant = TensorProto.newBuilder().setDtype(DataType.DT_FLOAT);
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    if (values.length > 1) {
      shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(values.length));
    }
    constant.setTensorShape(shape);
    for (float value : values) {
      constant.addFloatVal(value);
    }
    graph.addNode(
        NodeDef.newBuilder()
            .setName(name + "/Const")
            .setOp("Const")
            .putAttr("value", AttrValue.newBuilder().setTensor(constant).build()));
    node(name + "/" + op, op, last).addInput(name + "/Const");
    endLayer(name);
    return this;
  }

  /** A layer of one op without anything else to read. */
  ChainNetwork op(String name, String op) {
    node(name + "/" + op, op, last);
    endLayer(name);
    return this;
  }

  Network network() {
    return new Network(
        new ImportedModel(
            Path.of("model"),
            ModelFormat.SAVED_MODEL,
            "",
            Map.of(),
            List.of(),
            Map.of(),
            List.of(),
            Optional.empty(),
            MetaGraphDef.getDefaultInstance(),
            Scans.CLEAN,
            Scans.NO_WEIGHTS),
        new FlatGraph(
            graph.build(),
            Map.of("images", spec("images:0")),
            Map.of("output", spec(last + ":0")),
            variables),
        layers);
  }

  private void convolution(String name, String ops) {
    boolean depthwise = ops.startsWith("depth");
    long side = ops.charAt(depthwise ? 5 : 4) - '0';
    String handle = "handles/" + name;
    graph.addNode(NodeDef.newBuilder().setName(handle).setOp("VarHandleOp"));
    variables.put(
        handle,
        new VariableSpec(
            name + "/kernel", DataType.DT_FLOAT, Shape.of(side, side, 3, 4), true, List.of()));
    graph.addNode(
        NodeDef.newBuilder().setName(name + "/Read").setOp("ReadVariableOp").addInput(handle));
    node(name + "/Conv", depthwise ? "DepthwiseConv2dNative" : "Conv2D", last)
        .addInput(name + "/Read");
    strided(ops);
    node(name + "/BiasAdd", "Relu", last);
  }

  private NodeDef.Builder node(String name, String op, String from) {
    last = name;
    return graph.addNodeBuilder().setName(name).setOp(op).addInput(from);
  }

  private void strided(String ops) {
    graph
        .getNodeBuilder(graph.getNodeCount() - 1)
        .putAttr("strides", four(ops.charAt(ops.length() - 1) - '0'));
  }

  private static AttrValue four(long side) {
    return AttrValue.newBuilder()
        .setList(ListValue.newBuilder().addAllI(List.of(1L, side, side, 1L)))
        .build();
  }

  private void endLayer(String name) {
    layers.add(Layer.calledOnce(name, Optional.empty(), spec(last + ":0"), List.of(), false));
  }

  private static TensorSpec spec(String tensor) {
    return new TensorSpec(tensor, DataType.DT_FLOAT, IMAGES);
  }
}
