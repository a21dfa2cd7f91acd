package org.kerasgraft.train;

import java.util.List;
import java.util.function.Function;
import org.kerasgraft.train.UpdateGraph.Gradient;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;

/**
 * Gradients of a loss times a factor, divided by it again: in between, gradients in half precision
 * stay above its smallest numbers. Where any is not finite, none arrives and no update runs.
 *
 * @param factor scalar placeholder, the loss scale
 * @param finite scalar: whether all gradients are finite, and so whether the step is taken
 * @param gradients unscaled; without a value in a step that is not taken
 */
record ScaledGradients(
    Placeholder<TFloat32> factor, Operand<TBool> finite, List<Gradient> gradients) {

  /** Adds the nodes; {@code differentiate} gives the gradients of a loss. */
  static ScaledGradients of(
      Ops ops, Operand<TFloat32> loss, Function<Operand<TFloat32>, List<Gradient>> differentiate) {
    Placeholder<TFloat32> factor =
        ops.withName("loss_scale").placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
    List<Gradient> scaled = differentiate.apply(ops.math.mul(loss, factor));
    Operand<TBool> finite =
        scaled.stream()
            .<Operand<TBool>>map(g -> allFinite(ops, g))
            .reduce(ops.math::logicalAnd)
            .orElseThrow();
    List<Gradient> unscaled =
        scaled.stream()
            .map(
                g ->
                    new Gradient(
                        g.spec(),
                        g.handle(),
                        ops.switchCond(ops.math.div(g.gradient(), factor), finite).outputTrue()))
            .toList();
    return new ScaledGradients(factor, finite, unscaled);
  }

  private static Operand<TBool> allFinite(Ops ops, Gradient gradient) {
    int rank = gradient.spec().shape().numDimensions();
    return ops.reduceAll(
        ops.math.isFinite(gradient.gradient()), ops.constant(Randomness.identity(rank)));
  }
}
