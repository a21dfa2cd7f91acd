package org.kerasgraft.head;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Turns logits into one probability a class. */
final class ClassProbabilities {

  private ClassProbabilities() {}

  /**
   * Softmax of (n, classes); of (n, 1) the columns sigmoid(-x) and sigmoid(x), class 1's being the
   * sigmoid as in Keras' binary labels.
   */
  static Operand<TFloat32> of(Ops tf, Operand<TFloat32> logits, int classes) {
    if (logits.shape().get(1) == 1) {
      Operand<TFloat32> second = Activation.SIGMOID.apply(tf, logits);
      Operand<TFloat32> first = Activation.SIGMOID.apply(tf, tf.math.neg(logits));
      return tf.withName("probabilities").concat(List.of(first, second), tf.constant(1));
    }
    if (logits.shape().get(1) != classes) {
      throw new IllegalArgumentException(
          logits.shape() + " logits do not make " + classes + " classes");
    }
    return tf.withName("probabilities").identity(Activation.SOFTMAX.apply(tf, logits));
  }
}
