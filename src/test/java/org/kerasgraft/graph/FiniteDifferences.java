package org.kerasgraft.graph;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.GraphOperationBuilder;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TNumber;

/**
 * One op on random inputs: TensorFlow's gradient of a weighted sum of its outputs beside central
 * differences, in double where the kernels know it. Described op by op, input by input.
 */
final class FiniteDifferences {

  private static final int POINTS = 12;

  private final String op;
  private final List<Object> inputs = new ArrayList<>();
  private final Map<String, Object> attributes = new LinkedHashMap<>();
  private final SplittableRandom random = new SplittableRandom(3);
  private String note = "";
  private int outputs = 1;
  private boolean single;
  private double low = -2;
  private double high = 2;

  private FiniteDifferences(String op) {
    this.op = op;
  }

  static FiniteDifferences of(String op) {
    return new FiniteDifferences(op);
  }

  String op() {
    return op;
  }

  FiniteDifferences note(String text) {
    note = text;
    return this;
  }

  /** An input that is differentiated. */
  FiniteDifferences x(long... shape) {
    inputs.add(Shape.of(shape));
    return this;
  }

  /** A fixed input: int, int[], int[][], boolean[], float[], or Double of the op's type. */
  FiniteDifferences with(Object fixed) {
    inputs.add(fixed);
    return this;
  }

  /** Makes one list of the next inputs. */
  FiniteDifferences list(long size) {
    inputs.add(size);
    return this;
  }

  FiniteDifferences set(String attribute, Object value) {
    attributes.put(attribute, value);
    return this;
  }

  FiniteDifferences outputs(int count) {
    outputs = count;
    return this;
  }

  /** In float32, for kernels that know no double. */
  FiniteDifferences single() {
    single = true;
    return this;
  }

  /** The range of the random inputs. */
  FiniteDifferences between(double lowest, double highest) {
    low = lowest;
    high = highest;
    return this;
  }

  @Override
  public String toString() {
    return note.isEmpty() ? op : op + " " + note;
  }

  /** Rounding of double, or of float32 divided by the step. */
  double tolerance() {
    return single ? 2e-2 : 1e-5;
  }

  /** The largest difference to the numeric gradient, relative to the largest of it. */
  double difference() {
    try (Graph graph = new Graph();
        Session session = new Session(graph, false)) {
      return single
          ? new Run<>(graph, session, TFloat32.class).difference()
          : new Run<>(graph, session, TFloat64.class).difference();
    }
  }

  private final class Run<T extends TNumber> {
    private final Graph graph;
    private final Session session;
    private final Class<T> type;
    private final Ops tf;
    private final List<Output<?>> fed = new ArrayList<>();
    private final List<Shape> shapes = new ArrayList<>();
    private final List<double[]> values = new ArrayList<>();

    Run(Graph graph, Session session, Class<T> type) {
      this.graph = graph;
      this.session = session;
      this.type = type;
      this.tf = Ops.create(graph);
    }

    double difference() {
      GraphOperation node = build();
      Operand<T> total = null;
      for (int i = 0; i < outputs; i++) {
        Operand<T> output = node.output(i);
        double[] weights = random((int) size(output.asOutput()).size(), -1, 1);
        Operand<T> weighted = tf.math.mul(output, constant(size(output.asOutput()), weights));
        Operand<T> flat = tf.reshape(weighted, tf.constant(new int[] {-1}));
        Operand<T> sum = tf.reduceSum(flat, tf.constant(0));
        total = total == null ? sum : tf.math.add(total, sum);
      }
      Output<?>[] gradients = graph.addGradients(total.asOutput(), fed.toArray(new Output<?>[0]));
      double worst = 0;
      for (int i = 0; i < gradients.length; i++) {
        if (gradients[i].isClosed()) {
          return Double.POSITIVE_INFINITY;
        }
        worst = Math.max(worst, difference(run(gradients[i]), values.get(i), total.asOutput()));
      }
      return worst;
    }

    private double difference(double[] analytic, double[] value, Output<?> total) {
      double step = single ? 1e-2 : 1e-5;
      double largest = 1e-3;
      double difference = 0;
      for (int k = 0; k < value.length; k += 1 + value.length / POINTS) {
        double kept = value[k];
        value[k] = kept + step;
        double above = run(total)[0];
        value[k] = kept - step;
        double numeric = (above - run(total)[0]) / (2 * step);
        value[k] = kept;
        largest = Math.max(largest, Math.abs(numeric));
        difference = Math.max(difference, Math.abs(numeric - analytic[k]));
      }
      return difference / largest;
    }

    private double[] random(int size, double from, double to) {
      return random.doubles(size, from, to).toArray();
    }

    private GraphOperation build() {
      GraphOperationBuilder builder = graph.opBuilder(op, "node", tf.scope());
      List<Output<?>> list = new ArrayList<>();
      long open = 0;
      for (Object input : inputs) {
        if (input instanceof Long size) {
          open = size;
          continue;
        }
        Output<?> tensor = input instanceof Shape shape ? differentiated(shape) : fixed(input);
        if (open == 0) {
          builder.addInput(tensor);
        } else {
          list.add(tensor);
          if (list.size() == open) {
            builder.addInputList(list.toArray(new Output<?>[0]));
            open = 0;
          }
        }
      }
      attributes.forEach((name, value) -> set(builder, name, value));
      return builder.build();
    }

    private Output<?> differentiated(Shape shape) {
      Output<?> placeholder = tf.placeholder(type, Placeholder.shape(shape)).asOutput();
      fed.add(placeholder);
      shapes.add(shape);
      values.add(random((int) shape.size(), low, high));
      return placeholder;
    }

    private Output<?> fixed(Object value) {
      if (value instanceof Integer i) {
        return tf.constant(i).asOutput();
      } else if (value instanceof int[] vector) {
        return tf.constant(vector).asOutput();
      } else if (value instanceof int[][] matrix) {
        return tf.constant(StdArrays.ndCopyOf(matrix)).asOutput();
      } else if (value instanceof boolean[] flags) {
        return tf.constant(flags).asOutput();
      } else if (value instanceof float[] floats) {
        return tf.constant(floats).asOutput();
      }
      return constant(Shape.scalar(), new double[] {(Double) value}).asOutput();
    }

    private void set(GraphOperationBuilder builder, String name, Object value) {
      if (value instanceof Boolean flag) {
        builder.setAttr(name, flag);
      } else if (value instanceof Long number) {
        builder.setAttr(name, number);
      } else if (value instanceof long[] numbers) {
        builder.setAttr(name, numbers);
      } else if (value instanceof DataType own) {
        builder.setAttr(name, own);
      } else {
        builder.setAttr(name, (String) value);
      }
    }

    private Operand<T> constant(Shape shape, double[] some) {
      return tf.dtypes.cast(tf.constant(shape, DataBuffers.of(some, true, false)), type);
    }

    private Shape size(Output<?> output) {
      try (Result result = result(output)) {
        return result.get(0).shape();
      }
    }

    private double[] run(Output<?> output) {
      try (Result result = result(output)) {
        Tensor tensor = result.get(0);
        double[] copy = new double[(int) tensor.size()];
        for (int i = 0; i < copy.length; i++) {
          copy[i] =
              single
                  ? tensor.asRawTensor().data().asFloats().getFloat(i)
                  : tensor.asRawTensor().data().asDoubles().getDouble(i);
        }
        return copy;
      }
    }

    private Result result(Output<?> output) {
      Session.Runner runner = session.runner().fetch(output);
      List<Tensor> tensors = new ArrayList<>();
      try {
        for (int i = 0; i < fed.size(); i++) {
          tensors.add(tensor(shapes.get(i), values.get(i)));
          runner.feed(fed.get(i), tensors.get(i));
        }
        return runner.run();
      } finally {
        tensors.forEach(Tensor::close);
      }
    }

    private Tensor tensor(Shape shape, double[] value) {
      if (!single) {
        return TFloat64.tensorOf(shape, DataBuffers.of(value, true, false));
      }
      float[] floats = new float[value.length];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = (float) value[i];
      }
      return TFloat32.tensorOf(shape, DataBuffers.of(floats, true, false));
    }
  }
}
