package org.kerasgraft.train;

import org.kerasgraft.head.BuiltHead;
import org.kerasgraft.head.HeadVariable;
import org.tensorflow.Operand;
import org.tensorflow.framework.losses.BinaryCrossentropy;
import org.tensorflow.framework.losses.CategoricalCrossentropy;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.ReduceSum;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * Loss and hits of one batch, on the training path and on the inference path.
 *
 * @param labels placeholder, int32 (n)
 * @param training what is minimised
 * @param inference the same without dropout
 */
record LossGraph(Operand<TInt32> labels, Ends training, Ends inference) {

  /**
   * The figures of one path.
   *
   * @param loss scalar: mean cross-entropy of the batch plus regularisation
   * @param hits scalar: the number of rows classified rightly
   */
  record Ends(Operand<TFloat32> loss, Operand<TFloat32> hits) {}

  /** Adds the nodes. */
  static LossGraph build(Ops ops, BuiltHead head, Training.Regularisation regularisation) {
    Ops tf = ops.withSubScope("training");
    Operand<TInt32> labels =
        tf.withName("labels").placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
    Path path = new Path(tf, head, labels, regularisation);
    Ends inference = path.ends(head.logits());
    boolean same = head.trainingLogits() == head.logits();
    return new LossGraph(labels, same ? inference : path.ends(head.trainingLogits()), inference);
  }

  private record Path(
      Ops tf, BuiltHead head, Operand<TInt32> labels, Training.Regularisation regularisation) {

    Ends ends(Operand<TFloat32> logits) {
      float smoothing = (float) regularisation.labelSmoothing();
      boolean binary = head.units() == 1;
      Operand<TFloat32> entropy =
          binary
              ? new BinaryCrossentropy(true, smoothing).call(tf, column(), logits, null)
              : new CategoricalCrossentropy(true, smoothing).call(tf, oneHot(), logits, null);
      return new Ends(withPenalty(entropy), binary ? binaryHits(logits) : hits(logits));
    }

    private Operand<TFloat32> column() {
      return tf.reshape(tf.dtypes.cast(labels, TFloat32.class), tf.constant(new long[] {-1, 1}));
    }

    private Operand<TFloat32> oneHot() {
      return tf.oneHot(labels, tf.constant(head.classes()), tf.constant(1f), tf.constant(0f));
    }

    private Operand<TFloat32> withPenalty(Operand<TFloat32> entropy) {
      Operand<TFloat32> total = entropy;
      if (regularisation.l2() > 0) {
        Operand<TFloat32> factor = tf.constant((float) regularisation.l2());
        for (HeadVariable parameter : head.parameters()) {
          if (parameter.isKernel()) {
            Operand<TFloat32> squares = sum(tf.math.square(parameter.read()), 2);
            total = tf.math.add(total, tf.math.mul(factor, squares));
          }
        }
      }
      return total;
    }

    private Operand<TFloat32> binaryHits(Operand<TFloat32> logits) {
      Operand<TInt32> predicted =
          tf.dtypes.cast(
              tf.math.greater(tf.reshape(logits, tf.constant(new long[] {-1})), tf.constant(0f)),
              TInt32.class);
      return count(predicted);
    }

    private Operand<TFloat32> hits(Operand<TFloat32> logits) {
      Operand<TInt64> predicted = tf.math.argMax(logits, tf.constant(1));
      return count(tf.dtypes.cast(predicted, TInt32.class));
    }

    private Operand<TFloat32> count(Operand<TInt32> predicted) {
      return sum(tf.dtypes.cast(tf.math.equal(predicted, labels), TFloat32.class), 1);
    }

    private ReduceSum<TFloat32> sum(Operand<TFloat32> x, int rank) {
      return tf.reduceSum(x, tf.constant(Randomness.identity(rank)));
    }
  }
}
