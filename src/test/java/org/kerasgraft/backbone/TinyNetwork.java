package org.kerasgraft.backbone;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.kerasgraft.graph.FlatGraph;
import org.kerasgraft.graph.Layer;
import org.kerasgraft.graph.Network;
import org.kerasgraft.savedmodel.ImportedModel;
import org.kerasgraft.savedmodel.ModelFormat;
import org.kerasgraft.savedmodel.Scans;
import org.kerasgraft.savedmodel.TensorSpec;
import org.kerasgraft.savedmodel.VariableSpec;
import org.kerasgraft.savedmodel.WeightFiles;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Operation;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.Scope;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.op.nn.Conv2d;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/**
 * Builds small networks by hand, Keras layer by Keras layer, with a checkpoint of random values, so
 * that training can be tested without an import. Closing frees the graph it builds in.
 */
public final class TinyNetwork implements AutoCloseable {

  private final Graph graph = new Graph();
  private final Ops tf = Ops.create(graph);
  private final Path directory;
  private final SplittableRandom random;
  private final Map<String, VariableSpec> variables = new LinkedHashMap<>();
  private final Map<String, Operand<TFloat32>> values = new LinkedHashMap<>();
  private final List<Layer> layers = new ArrayList<>();
  private final Map<String, TensorSpec> inputs = new LinkedHashMap<>();
  private Operand<TFloat32> last;

  /** Starts with {@code images}, float32 (n, …), and a checkpoint to be written to a directory. */
  public TinyNetwork(Path directory, long seed, long... rowShape) {
    this.directory = directory;
    this.random = new SplittableRandom(seed);
    input("images", rowShape);
  }

  /** Another input, float32 (n, …), to go on from. */
  public TinyNetwork input(String name, long... rowShape) {
    Shape shape = Shape.of(-1).append(Shape.of(rowShape));
    last = tf.withName(name).placeholder(TFloat32.class, Placeholder.shape(shape));
    TensorSpec input = new TensorSpec(name + ":0", DataType.DT_FLOAT, shape);
    inputs.put(name, input);
    layers.add(Layer.calledOnce(name, Optional.of("InputLayer"), input, List.of(), false));
    return this;
  }

  /** Two convolutional blocks on 8×8×3: features (n, 2, 2, 6). */
  public static Network twoBlocks(Path directory) {
    try (TinyNetwork tiny = new TinyNetwork(directory, 7, 8, 8, 3)) {
      return tiny.conv("block1_conv1", 4)
          .pool("block1_pool")
          .conv("block2_conv1", 6)
          .pool("block2_pool")
          .cut();
    }
  }

  /** The output of the last layer so far. */
  public Operand<TFloat32> last() {
    return last;
  }

  /** Goes on from another tensor. */
  public TinyNetwork from(Operand<TFloat32> tensor) {
    last = tensor;
    return this;
  }

  /** Keras' Conv2D, 3×3, same padding, relu. */
  public TinyNetwork conv(String name, int filters, Conv2d.Options... options) {
    return conv(name, filters, (int) last.shape().get(3), "SAME", options);
  }

  /** A Conv2D with its own number of input channels a group and padding. */
  public TinyNetwork conv(
      String name, int filters, int channels, String padding, Conv2d.Options... options) {
    Ops scope = tf.withSubScope(name);
    var kernel = variable(scope, name + "/kernel", Shape.of(3, 3, channels, filters), true);
    var bias = variable(scope, name + "/bias", Shape.of(filters), true);
    var conv =
        scope
            .withName("convolution")
            .nn
            .conv2d(last, kernel, List.of(1L, 1L, 1L, 1L), padding, options);
    return layer(name, "Conv2D", scope.withName("Relu").nn.relu(scope.nn.biasAdd(conv, bias)));
  }

  /** Keras' MaxPooling2D, 2×2. */
  public TinyNetwork pool(String name) {
    Scope scope = tf.withSubScope(name).scope();
    long[] window = {1, 2, 2, 1};
    Operation pool =
        graph
            .opBuilder("MaxPool", scope.makeOpName("MaxPool"), scope)
            .addInput(last.asOutput())
            .setAttr("ksize", window)
            .setAttr("strides", window)
            .setAttr("padding", "VALID")
            .build();
    return layer(name, "MaxPooling2D", pool.<TFloat32>output(0));
  }

  /** Keras' BatchNormalization in inference mode. */
  public TinyNetwork batchNorm(String name) {
    Ops scope = tf.withSubScope(name);
    Shape shape = Shape.of(last.shape().get(3));
    var gamma = variable(scope, name + "/gamma", shape, true);
    var beta = variable(scope, name + "/beta", shape, true);
    var mean = variable(scope, name + "/moving_mean", shape, false);
    var variance = scope.math.square(variable(scope, name + "/moving_variance", shape, false));
    var scale =
        scope.math.mul(gamma, scope.math.rsqrt(scope.math.add(variance, scope.constant(.5f))));
    var shifted = scope.math.mul(scope.math.sub(last, mean), scale);
    return layer(name, "BatchNormalization", scope.withName("add").math.add(shifted, beta));
  }

  /** Keras' Dense; softmax, sigmoid or linear by name. */
  public TinyNetwork dense(String name, int units, String activation) {
    Ops scope = tf.withSubScope(name);
    var kernel = variable(scope, name + "/kernel", Shape.of(last.shape().get(1), units), true);
    var bias = variable(scope, name + "/bias", Shape.of(units), true);
    Operand<TFloat32> logits = scope.nn.biasAdd(scope.linalg.matMul(last, kernel), bias);
    return layer(
        name,
        "Dense",
        switch (activation) {
          case "softmax" -> scope.nn.softmax(logits);
          case "sigmoid" -> scope.math.sigmoid(logits);
          default -> logits;
        });
  }

  /** Keras' Flatten. */
  public TinyNetwork flatten(String name) {
    Ops scope = tf.withSubScope(name);
    long size = last.shape().tail().size();
    return layer(name, "Flatten", scope.reshape(last, scope.constant(new long[] {-1, size})));
  }

  /** Keras' Add. */
  public TinyNetwork plus(String name, Operand<TFloat32> other) {
    return layer(name, "Add", tf.withSubScope(name).withName("add").math.add(last, other));
  }

  /**
   * Multiplied by factors in a type of its own, with a relu after each, so that they are not
   * joined.
   */
  public <T extends TNumber> TinyNetwork rescaled(String name, Class<T> type, float... factors) {
    Ops scope = tf.withSubScope(name);
    Operand<T> x = scope.dtypes.cast(last, type);
    for (float factor : factors) {
      x = scope.nn.relu(scope.math.mul(x, scope.dtypes.cast(scope.constant(factor), type)));
    }
    return layer(name, "Rescaling", scope.dtypes.cast(x, TFloat32.class));
  }

  /** A rounding, which has no gradient in TensorFlow Java. */
  public TinyNetwork rint(String name) {
    return layer(name, "Lambda", tf.withSubScope(name).withName("Rint").math.rint(last));
  }

  /** Ends the whole network; its output is called like the last layer. */
  public Network whole() {
    return network(layers.get(layers.size() - 1).name());
  }

  /** Ends a network cut after the last layer. */
  public Network cut() {
    return network(Network.FEATURES);
  }

  private Network network(String outputName) {
    saveCheckpoint();
    TensorSpec output = new TensorSpec(name(last), DataType.DT_FLOAT, last.shape());
    GraphDef def = graph.toGraphDef();
    FlatGraph flat =
        new FlatGraph(withoutCheckpointNodes(def), inputs, Map.of(outputName, output), variables);
    ImportedModel source =
        new ImportedModel(
            directory,
            ModelFormat.KERAS_3_EXPORT,
            "",
            Map.of(),
            List.copyOf(variables.values()),
            Map.of(),
            List.of(),
            Optional.empty(),
            MetaGraphDef.getDefaultInstance(),
            Scans.CLEAN,
            WeightFiles.of(directory));
    return new Network(source, flat, layers);
  }

  private static GraphDef withoutCheckpointNodes(GraphDef def) {
    GraphDef.Builder kept = def.toBuilder().clearNode();
    def.getNodeList().stream()
        .filter(n -> !n.getName().startsWith("checkpoint"))
        .forEach(kept::addNode);
    return kept.build();
  }

  private void saveCheckpoint() {
    if (values.isEmpty()) {
      return;
    }
    Ops scope = tf.withSubScope("checkpoint");
    directory.resolve("variables").toFile().mkdirs();
    String[] keys = values.keySet().toArray(String[]::new);
    String[] slices = new String[keys.length];
    Arrays.fill(slices, "");
    var save =
        scope.train.save(
            scope.constant(directory.resolve("variables/variables").toString()),
            scope.array(keys),
            scope.array(slices),
            List.copyOf(values.values()));
    try (Session session = new Session(graph, false)) {
      session.runner().addTarget(save).run().close();
    }
  }

  private TinyNetwork layer(String name, String type, Operand<TFloat32> output) {
    List<VariableSpec> own =
        variables.values().stream().filter(v -> v.layer().equals(name)).toList();
    TensorSpec spec = new TensorSpec(name(output), DataType.DT_FLOAT, output.shape());
    layers.add(Layer.calledOnce(name, Optional.of(type), spec, own, !own.isEmpty()));
    last = output;
    return this;
  }

  private Operand<TFloat32> variable(Ops scope, String path, Shape shape, boolean trainable) {
    String leaf = path.substring(path.lastIndexOf('/') + 1);
    VarHandleOp handle =
        scope.withName(leaf).varHandleOp(TFloat32.class, shape, VarHandleOp.sharedName(path));
    float[] initial = new float[(int) shape.size()];
    double scale = 1 / Math.sqrt(Math.max(1, shape.size() / (double) shape.get(-1)));
    for (int i = 0; i < initial.length; i++) {
      initial[i] = (float) ((2 * random.nextDouble() - 1) * scale);
    }
    values.put(
        path, tf.withSubScope("checkpoint").constant(shape, DataBuffers.of(initial, true, false)));
    variables.put(
        handle.op().name(),
        new VariableSpec(path, DataType.DT_FLOAT, shape, trainable, List.of(path)));
    return scope.readVariableOp(handle, TFloat32.class);
  }

  private static String name(Operand<?> operand) {
    return operand.asOutput().op().name() + ":" + operand.asOutput().index();
  }

  @Override
  public void close() {
    graph.close();
  }
}
