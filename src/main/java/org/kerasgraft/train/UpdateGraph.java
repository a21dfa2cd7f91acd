package org.kerasgraft.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.kerasgraft.savedmodel.VariableSpec;
import org.kerasgraft.train.Optimizer.Adam;
import org.kerasgraft.train.Optimizer.RmsProp;
import org.kerasgraft.train.Optimizer.Sgd;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.train.ResourceApplyKerasMomentum;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/**
 * The updates of one phase: one op a variable, each depending on its own gradient and slots alone,
 * so that a step has one result whatever the order.
 */
final class UpdateGraph {

  /**
   * A variable with its gradient.
   *
   * @param spec the variable
   * @param handle its resource handle
   * @param gradient of the loss, float32, of the variable's shape
   */
  record Gradient(VariableSpec spec, Operand<? extends TType> handle, Operand<TFloat32> gradient) {}

  private final Ops tf;
  private final Optimizer optimizer;
  private final Slots slots;
  private final Placeholder<TFloat32> learningRate;
  private final Optional<Placeholder<TFloat32>> step;
  private final List<Op> updates = new ArrayList<>();

  UpdateGraph(Ops ops, String phase, Optimizer optimizer, List<Gradient> gradients) {
    this.tf = ops.withSubScope("training").withSubScope(phase);
    this.slots = new Slots(tf, phase);
    this.optimizer = optimizer;
    this.learningRate = scalar("learning_rate");
    this.step = optimizer instanceof Adam ? Optional.of(scalar("step")) : Optional.empty();
    gradients.forEach(g -> updates.add(update(g)));
  }

  private Placeholder<TFloat32> scalar(String name) {
    return tf.withName(name).placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
  }

  /** Scalar placeholder, float32. */
  Placeholder<TFloat32> learningRate() {
    return learningRate;
  }

  /** Scalar placeholder, float32, the step counted from 1 through the phase; Adam's only. */
  Optional<Placeholder<TFloat32>> step() {
    return step;
  }

  /** The ops to run each step. */
  List<Op> updates() {
    return List.copyOf(updates);
  }

  /** The optimizer's variables. */
  Slots slots() {
    return slots;
  }

  private Op update(Gradient g) {
    if (optimizer instanceof Sgd sgd) {
      return sgd(g, sgd);
    } else if (optimizer instanceof RmsProp rmsProp) {
      return rmsProp(g, rmsProp);
    }
    return adam(g, (Adam) optimizer);
  }

  private Op sgd(Gradient g, Sgd sgd) {
    if (sgd.momentum() == 0) {
      return tf.train.resourceApplyGradientDescent(g.handle(), learningRate, g.gradient());
    }
    return tf.train.resourceApplyKerasMomentum(
        g.handle(),
        slot(g, "momentum"),
        learningRate,
        g.gradient(),
        constant(sgd.momentum()),
        ResourceApplyKerasMomentum.useNesterov(sgd.nesterov()));
  }

  private Op rmsProp(Gradient g, RmsProp rmsProp) {
    return tf.train.resourceApplyRmsProp(
        g.handle(),
        slot(g, "velocity"),
        slot(g, "momentum"),
        learningRate,
        constant(rmsProp.rho()),
        constant(rmsProp.momentum()),
        constant(rmsProp.epsilon()),
        g.gradient());
  }

  /**
   * The kernel's rule is Keras'; the powers of the betas come from the fed step, not from state.
   */
  private Op adam(Gradient g, Adam adam) {
    Operand<TFloat32> beta1 = constant(adam.beta1());
    Operand<TFloat32> beta2 = constant(adam.beta2());
    return tf.train.resourceApplyAdam(
        g.handle(),
        slot(g, "momentum"),
        slot(g, "velocity"),
        tf.math.pow(beta1, step.orElseThrow()),
        tf.math.pow(beta2, step.orElseThrow()),
        learningRate,
        beta1,
        beta2,
        constant(adam.epsilon()),
        g.gradient());
  }

  private Operand<TFloat32> constant(double value) {
    return tf.constant((float) value);
  }

  private Operand<? extends TType> slot(Gradient g, String name) {
    return slots.add(g.spec().name(), g.spec().shape(), name);
  }
}
