package org.kerasgraft.head;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.graph.Backpropagation;
import org.kerasgraft.graph.Network;
import org.kerasgraft.head.HeadLayer.Classes;
import org.kerasgraft.head.HeadLayer.Dense;
import org.kerasgraft.head.HeadLayer.Dropout;
import org.kerasgraft.head.HeadLayer.Flatten;
import org.kerasgraft.head.HeadLayer.GlobalAveragePooling;
import org.kerasgraft.head.HeadLayer.GlobalMaxPooling;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.framework.initializers.RandomUniform;
import org.tensorflow.framework.initializers.Zeros;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** Adds one head's nodes to a live graph. Used once. */
final class HeadGraph {

  private final LiveNetwork network;
  private final Head head;
  private final Ops tf;
  private final String prefix;
  private final SplittableRandom seeds;
  private final List<HeadVariable> parameters = new ArrayList<>();
  private Optional<Operand<TInt64>> dropoutSeed = Optional.empty();
  private int dropouts;
  private int denses;

  HeadGraph(LiveNetwork network, Head head, long seed) {
    this.network = network;
    this.head = head;
    this.prefix = freePrefix(network);
    this.tf = network.ops().withSubScope(prefix);
    this.seeds = new SplittableRandom(seed);
  }

  /** {@code head}, unless the network has such a scope already. */
  private static String freePrefix(LiveNetwork network) {
    for (int i = 0; ; i++) {
      String prefix = i == 0 ? Network.HEAD : Network.HEAD + "_" + i;
      boolean taken =
          network.network().graph().graphDef().getNodeList().stream()
              .anyMatch(n -> n.getName().equals(prefix) || n.getName().startsWith(prefix + "/"));
      if (!taken) {
        return prefix;
      }
    }
  }

  /** The two paths through the layers so far; equal while there was no dropout. */
  private record Paths(Operand<TFloat32> training, Operand<TFloat32> inference) {}

  BuiltHead build(String features) {
    int classes =
        head.classes()
            .orElseThrow(
                () -> new UsageException("The head's number of classes is open.", "Set it."));
    head.withClasses(classes);
    Operand<TFloat32> input = input(network.tensor(features));
    Paths paths = new Paths(input, input);
    for (HeadLayer layer : head.layers()) {
      paths = add(layer, paths);
    }
    Operand<TFloat32> logits = tf.withName("logits").identity(paths.inference());
    return new BuiltHead(
        paths.training(),
        logits,
        ClassProbabilities.of(tf, logits, classes),
        classes,
        parameters,
        dropoutSeed);
  }

  /**
   * A head computes in float32. Behind a model of a mixed policy, whose layers give half precision,
   * Keras' layers of the standard policy cast their input in the same way.
   */
  @SuppressWarnings("unchecked") // checked
  private Operand<TFloat32> input(Output<?> features) {
    DataType type = features.dataType();
    if (type == DataType.DT_FLOAT) {
      return (Operand<TFloat32>) features;
    }
    if (!Backpropagation.isFloating(type)) {
      throw new UsageException(
          "The features at '" + features.op().name() + "' have type " + type + ", not floats.",
          "Cut at another layer.");
    }
    return tf.withName("float32").dtypes.cast(features, TFloat32.class);
  }

  private Paths add(HeadLayer layer, Paths in) {
    if (layer instanceof Flatten) {
      return flatten(in);
    } else if (layer instanceof GlobalAveragePooling) {
      requirePlanes(layer, in);
      return both(in, x -> tf.math.mean(x, tf.constant(new int[] {1, 2})));
    } else if (layer instanceof GlobalMaxPooling) {
      requirePlanes(layer, in);
      return both(in, x -> tf.reduceMax(x, tf.constant(new int[] {1, 2})));
    } else if (layer instanceof Dense dense) {
      return both(dense(layer, in, dense.units()), x -> dense.activation().apply(tf, x));
    } else if (layer instanceof Dropout dropout) {
      return new Paths(dropout(in.training(), dropout.rate()), in.inference());
    }
    return dense(layer, in, units((Classes) layer));
  }

  private static int units(Classes last) {
    int count = last.count().orElseThrow();
    boolean oneSigmoid = last.activation().map(a -> a == Activation.SIGMOID).orElse(count == 2);
    return oneSigmoid ? 1 : count;
  }

  private interface Step {
    Operand<TFloat32> on(Operand<TFloat32> x);
  }

  /** Applies a step to both paths, once while they are one. */
  private static Paths both(Paths in, Step step) {
    Operand<TFloat32> inference = step.on(in.inference());
    boolean same = in.training() == in.inference();
    return new Paths(same ? inference : step.on(in.training()), inference);
  }

  private Paths flatten(Paths in) {
    long[] dimensions = known(in.inference().shape());
    long size = 1;
    for (int i = 1; i < dimensions.length; i++) {
      if (dimensions[i] < 0) {
        throw misfit("flatten", in, "Use global_average_pooling, or fix the image size.");
      }
      size *= dimensions[i];
    }
    long flat = size;
    return both(in, x -> tf.reshape(x, tf.constant(new long[] {-1, flat})));
  }

  private Paths dense(HeadLayer layer, Paths in, int units) {
    long[] dimensions = known(in.inference().shape());
    if (dimensions.length != 2) {
      throw misfit(layer.spec(), in, "Put flatten or global_average_pooling before it.");
    }
    if (dimensions[1] < 0) {
      throw misfit(layer.spec(), in, "The number of features must be known; fix the image size.");
    }
    String name = denses == 0 ? "dense" : "dense_" + denses;
    denses++;
    Ops scope = tf.withSubScope(name);
    Shape kernelShape = Shape.of(dimensions[1], units);
    var kernel = variable(scope, name, "kernel", kernelShape, glorot(scope, kernelShape));
    var bias = variable(scope, name, "bias", Shape.of(units), zeros(scope, Shape.of(units)));
    return both(in, x -> scope.nn.biasAdd(scope.linalg.matMul(x, kernel), bias));
  }

  /**
   * Keras' GlorotUniform: uniform in ±sqrt(6 / (fan in + fan out)). The framework's {@code Glorot}
   * is not used, since its uniform numbers are all positive (0 … limit).
   */
  private Operand<TFloat32> glorot(Ops scope, Shape shape) {
    double limit = Math.sqrt(6.0 / (shape.get(0) + shape.get(1)));
    return new RandomUniform<TFloat32>(-limit, limit, seeds.nextLong())
        .call(scope, scope.constant(shape.asArray()), TFloat32.class);
  }

  private static Operand<TFloat32> zeros(Ops scope, Shape shape) {
    return new Zeros<TFloat32>().call(scope, scope.constant(shape.asArray()), TFloat32.class);
  }

  /** Adds a resource variable with its initializer and returns its read. */
  private Operand<TFloat32> variable(
      Ops scope, String layer, String name, Shape shape, Operand<TFloat32> initial) {
    String path = prefix + "/" + layer + "/" + name;
    VarHandleOp handle =
        scope.withName(name).varHandleOp(TFloat32.class, shape, VarHandleOp.sharedName(path));
    if (!handle.op().name().equals(path)) {
      throw new IllegalStateException("expected node " + path + ", got " + handle.op().name());
    }
    Operand<TFloat32> read = scope.withName(name + "_read").readVariableOp(handle, TFloat32.class);
    var initializer = scope.withName(name + "_initializer").assignVariableOp(handle, initial);
    var value =
        scope.withName(name + "_value").placeholder(TFloat32.class, Placeholder.shape(shape));
    var assignment = scope.withName(name + "_assign").assignVariableOp(handle, value);
    parameters.add(
        new HeadVariable(
            new VariableSpec(path, DataType.DT_FLOAT, shape, true, List.of()),
            handle,
            read,
            initializer,
            new HeadVariable.Assignment(value, assignment)));
    return read;
  }

  /** Keras' inverted dropout; the random numbers are a function of the fed seed and the layer. */
  private Operand<TFloat32> dropout(Operand<TFloat32> x, float rate) {
    if (rate == 0) {
      return x;
    }
    if (dropoutSeed.isEmpty()) {
      dropoutSeed =
          Optional.of(
              tf.withName("dropout_seed")
                  .placeholder(TInt64.class, Placeholder.shape(Shape.of(2))));
    }
    Ops scope = tf.withSubScope(dropouts == 0 ? "dropout" : "dropout_" + dropouts);
    Operand<TInt64> seed =
        scope.math.add(dropoutSeed.get(), scope.constant(new long[] {0, dropouts}));
    dropouts++;
    Operand<TFloat32> random =
        scope.random.statelessRandomUniform(scope.shape(x, TInt64.class), seed, TFloat32.class);
    Operand<TFloat32> kept =
        scope.dtypes.cast(scope.math.greaterEqual(random, scope.constant(rate)), TFloat32.class);
    return scope.math.mul(scope.math.mul(x, scope.constant(1 / (1 - rate))), kept);
  }

  private static void requirePlanes(HeadLayer layer, Paths in) {
    if (known(in.inference().shape()).length != 4) {
      throw misfit(
          layer.spec(), in, "It pools (n, h, w, c): drop it, or cut at a convolutional layer.");
    }
  }

  private static long[] known(Shape shape) {
    return shape.isUnknown() ? new long[0] : shape.asArray();
  }

  private static UsageException misfit(String layer, Paths in, String fix) {
    Shape shape = in.inference().shape();
    String text =
        shape.isUnknown()
            ? "unknown shape"
            : "shape "
                + Arrays.toString(shape.asArray())
                    .replace('[', '(')
                    .replace(']', ')')
                    .replace("-1", "n");
    return new UsageException(
        "The head's '" + layer + "' does not fit what comes before it: " + text + ".", fix);
  }
}
