package org.kerasgraft.head;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.framework.activations.ELU;
import org.tensorflow.framework.activations.ReLU;
import org.tensorflow.framework.activations.SELU;
import org.tensorflow.framework.activations.Sigmoid;
import org.tensorflow.framework.activations.Softmax;
import org.tensorflow.framework.activations.Softplus;
import org.tensorflow.framework.activations.Swish;
import org.tensorflow.framework.activations.Tanh;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Element-wise functions after a dense layer, under Keras' names and with Keras' defaults. */
public enum Activation {
  /** Nothing: x. */
  LINEAR,
  /** max(x, 0). */
  RELU,
  /** x above 0, exp(x) - 1 below. */
  ELU,
  /** The scaled ELU of self-normalizing networks. */
  SELU,
  /** The hyperbolic tangent. */
  TANH,
  /** 1 / (1 + exp(-x)). */
  SIGMOID,
  /** exp(x) over its sum along the last axis. */
  SOFTMAX,
  /** log(1 + exp(x)). */
  SOFTPLUS,
  /** x * sigmoid(x), also called silu. */
  SWISH;

  /**
   * Keras' name.
   *
   * @return for example {@code relu}
   */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Finds an activation by Keras' name.
   *
   * @param id for example {@code relu}, in any case; {@code silu} is {@code swish}
   * @return the activation; empty if there is none of that name
   */
  public static Optional<Activation> find(String id) {
    String wanted = id.strip().toLowerCase(Locale.ROOT);
    if (wanted.equals("silu")) {
      return Optional.of(SWISH);
    }
    return Arrays.stream(values()).filter(a -> a.id().equals(wanted)).findFirst();
  }

  /**
   * All names.
   *
   * @return in declaration order
   */
  public static List<String> ids() {
    return Arrays.stream(values()).map(Activation::id).toList();
  }

  /** Adds the function's nodes; the shape stays. */
  Operand<TFloat32> apply(Ops tf, Operand<TFloat32> x) {
    return switch (this) {
      case LINEAR -> x;
      case RELU -> new ReLU().call(tf, x);
      case ELU -> new ELU().call(tf, x);
      case SELU -> new SELU().call(tf, x);
      case TANH -> new Tanh().call(tf, x);
      case SIGMOID -> new Sigmoid().call(tf, x);
      case SOFTMAX -> new Softmax().call(tf, x);
      case SOFTPLUS -> new Softplus().call(tf, x);
      case SWISH -> new Swish().call(tf, x);
    };
  }
}
