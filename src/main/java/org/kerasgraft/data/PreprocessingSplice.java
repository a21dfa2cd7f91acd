package org.kerasgraft.data;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.graph.FlatGraph;
import org.kerasgraft.graph.Layer;
import org.kerasgraft.graph.Network;
import org.kerasgraft.savedmodel.TensorSpec;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/** Replaces a network's placeholder by raw images and the nodes of a preprocessing mode. */
final class PreprocessingSplice {

  /** The name of the input of every network on raw images. */
  static final String IMAGES = "images";

  private static final String SCOPE = "preprocessing/";

  /**
   * A true division. The optimizer turns {@code RealDiv} by a constant into a multiplication by its
   * reciprocal, which differs from Keras' {@code preprocess_input} in the last bit; this op it
   * leaves alone.
   */
  private static final String DIVIDE = "DivNoNan";

  private static final String OUTPUT_SHAPES = "_output_shapes";
  private static final float[] CAFFE_MEAN_BGR = {103.939f, 116.779f, 123.68f};
  private static final float[] TORCH_MEAN_RGB = {0.485f, 0.456f, 0.406f};
  private static final float[] TORCH_DEVIATION_RGB = {0.229f, 0.224f, 0.225f};

  private final Network network;
  private final TensorSpec input;
  private final List<NodeDef> added = new ArrayList<>();
  private final Set<String> taken = new HashSet<>();
  private Shape shape;

  PreprocessingSplice(Network network) {
    this.network = network;
    this.shape = imageShape(network);
    this.input = network.graph().inputs().values().iterator().next();
    network.graph().graphDef().getNodeList().forEach(node -> taken.add(node.getName()));
    taken.remove(node(input.tensor()));
  }

  /** The shape {@code (n, h, w, 3)} of a network's image input, unknown dimensions -1. */
  static Shape imageShape(Network network) {
    Map<String, TensorSpec> inputs = network.graph().inputs();
    if (inputs.size() != 1) {
      throw refused(network, "has " + inputs.size() + " inputs: " + inputs.keySet());
    }
    TensorSpec only = inputs.values().iterator().next();
    if (only.dtype() != DataType.DT_FLOAT) {
      throw refused(network, "takes " + only.dtype());
    }
    if (only.shape().isUnknown()) {
      return Shape.of(-1, -1, -1, 3);
    }
    long[] d = only.shape().asArray();
    if (d.length != 4 || (d[3] != 3 && d[3] != -1)) {
      throw refused(network, "takes arrays of shape " + only.shape());
    }
    return Shape.of(-1, d[1], d[2], 3);
  }

  private static ModelRefusedException refused(Network network, String what) {
    return new ModelRefusedException(
        "'" + network.source().directory() + "' " + what + ", not one batch of RGB images.",
        "Feed it arrays with --input instead of --images.");
  }

  static UsageException sizeConflict(Network network, ImageSize asked, String fixed) {
    return new UsageException(
        "The image size "
            + asked
            + " was asked for, but '"
            + network.source().directory()
            + "' takes "
            + fixed
            + ".",
        "Leave --image-size out, or export the model for that size.");
  }

  /** Fixes a size that the network leaves open. */
  PreprocessingSplice fix(ImageSize size) {
    long h = shape.get(1);
    long w = shape.get(2);
    if ((h > 0 && h != size.height()) || (w > 0 && w != size.width())) {
      throw sizeConflict(network, size, (h > 0 ? h : "any") + "x" + (w > 0 ? w : "any"));
    }
    shape = Shape.of(-1, size.height(), size.width(), 3);
    return this;
  }

  Network apply(Preprocessing mode) {
    String images = unique(IMAGES);
    added.add(
        NodeDef.newBuilder()
            .setName(images)
            .setOp("Placeholder")
            .putAttr("dtype", type(DataType.DT_FLOAT))
            .putAttr("shape", AttrValue.newBuilder().setShape(proto(shape)).build())
            .build());
    String prepared =
        switch (mode) {
          case CAFFE -> binary("Sub", "centred", reversed(images), "mean", CAFFE_MEAN_BGR);
          case TF -> binary("Sub", "shifted", divided(images, 127.5f), "one", new float[] {1f});
          case TORCH ->
              binary(
                  DIVIDE,
                  "normalized",
                  binary("Sub", "centred", divided(images, 255f), "mean", TORCH_MEAN_RGB),
                  "deviation",
                  TORCH_DEVIATION_RGB);
          case SCALE_0_1 -> divided(images, 255f);
          case NONE -> images;
        };
    return rewired(images + ":0", prepared + ":0");
  }

  private String divided(String from, float by) {
    return binary(DIVIDE, "scaled", from, "divisor", new float[] {by});
  }

  /** RGB to BGR. */
  private String reversed(String from) {
    String axis = constant("channel_axis", intTensor(3));
    String name = unique(SCOPE + "bgr");
    added.add(
        NodeDef.newBuilder()
            .setName(name)
            .setOp("ReverseV2")
            .addInput(from)
            .addInput(axis)
            .putAttr("T", type(DataType.DT_FLOAT))
            .putAttr("Tidx", type(DataType.DT_INT32))
            .build());
    return name;
  }

  /** An elementwise op between a tensor and a constant: one value, or one a channel. */
  private String binary(String op, String label, String from, String constant, float[] values) {
    String right = constant(constant, floatTensor(values));
    String name = unique(SCOPE + label);
    added.add(
        NodeDef.newBuilder()
            .setName(name)
            .setOp(op)
            .addInput(from)
            .addInput(right)
            .putAttr("T", type(DataType.DT_FLOAT))
            .build());
    return name;
  }

  private String constant(String label, TensorProto value) {
    String name = unique(SCOPE + label);
    added.add(
        NodeDef.newBuilder()
            .setName(name)
            .setOp("Const")
            .putAttr("dtype", type(value.getDtype()))
            .putAttr("value", AttrValue.newBuilder().setTensor(value).build())
            .build());
    return name;
  }

  /** Puts the added nodes in the placeholder's stead and renames every reference to it. */
  private Network rewired(String images, String prepared) {
    String old = node(input.tensor());
    GraphDef graph = network.graph().graphDef();
    GraphDef.Builder nodes = graph.toBuilder().clearNode().addAllNode(added);
    for (NodeDef node : graph.getNodeList()) {
      if (!node.getName().equals(old)) {
        nodes.addNode(redirected(node, old, node(prepared)));
      }
    }
    Map<String, String> moved = new HashMap<>();
    moved.put(input.tensor(), prepared);
    Map<String, TensorSpec> outputs = new java.util.LinkedHashMap<>();
    network
        .graph()
        .outputs()
        .forEach(
            (name, spec) ->
                outputs.put(
                    name,
                    new TensorSpec(
                        moved.getOrDefault(spec.tensor(), spec.tensor()),
                        spec.dtype(),
                        spec.shape())));
    FlatGraph flat =
        new FlatGraph(
            nodes.build(),
            Map.of(IMAGES, new TensorSpec(images, DataType.DT_FLOAT, shape)),
            outputs,
            network.graph().variables());
    List<Layer> layers =
        network.layers().stream()
            .map(l -> l.output().equals(input.tensor()) ? inputLayer(l, prepared) : l)
            .toList();
    return new Network(network.source(), flat, layers);
  }

  private Layer inputLayer(Layer layer, String output) {
    TensorSpec prepared = new TensorSpec(output, DataType.DT_FLOAT, shape);
    return Layer.calledOnce(
        layer.name(), layer.type(), prepared, layer.variables(), layer.trainable());
  }

  private static NodeDef redirected(NodeDef node, String old, String replacement) {
    NodeDef.Builder changed = node.toBuilder().removeAttr(OUTPUT_SHAPES);
    for (int i = 0; i < node.getInputCount(); i++) {
      String from = node.getInput(i);
      if (from.equals(old) || from.equals(old + ":0")) {
        changed.setInput(i, replacement);
      } else if (from.equals("^" + old)) {
        changed.setInput(i, "^" + replacement);
      }
    }
    return changed.build();
  }

  private String unique(String wanted) {
    String name = wanted;
    for (int i = 1; !taken.add(name); i++) {
      name = wanted + "_" + i;
    }
    return name;
  }

  private static String node(String tensor) {
    int colon = tensor.lastIndexOf(':');
    return colon < 0 ? tensor : tensor.substring(0, colon);
  }

  private static AttrValue type(DataType dtype) {
    return AttrValue.newBuilder().setType(dtype).build();
  }

  private static TensorShapeProto proto(Shape shape) {
    TensorShapeProto.Builder proto = TensorShapeProto.newBuilder();
    for (long dimension : shape.asArray()) {
      proto.addDim(TensorShapeProto.Dim.newBuilder().setSize(dimension));
    }
    return proto.build();
  }

  private static TensorProto floatTensor(float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return TensorProto.newBuilder()
        .setDtype(DataType.DT_FLOAT)
        .setTensorShape(proto(values.length == 1 ? Shape.scalar() : Shape.of(values.length)))
        .setTensorContent(ByteString.copyFrom(bytes.array()))
        .build();
  }

  private static TensorProto intTensor(int value) {
    return TensorProto.newBuilder()
        .setDtype(DataType.DT_INT32)
        .setTensorShape(proto(Shape.of(1)))
        .addIntVal(value)
        .build();
  }
}
