package org.kerasgraft.train;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.internal.Decimal;
import org.kerasgraft.internal.NearNames;

/**
 * How weights follow their gradients: Keras 3's update rules and defaults, exactly. The learning
 * rate is fed each step.
 */
public sealed interface Optimizer {

  /**
   * The learning rate.
   *
   * @return above 0
   */
  double learningRate();

  /**
   * Keras' name in lower case.
   *
   * @return {@code sgd}, {@code rmsprop} or {@code adam}
   */
  String id();

  /**
   * Name and settings in words, for a reader.
   *
   * @return for example {@code RMSprop, learning rate 0.001, rho 0.9, epsilon 1e-7}
   */
  String describe();

  /**
   * Stochastic gradient descent: v = momentum * v - learningRate * g; w += v, or with Nesterov w +=
   * momentum * v - learningRate * g.
   *
   * @param learningRate above 0; Keras' default is 0.01
   * @param momentum in [0, 1]; Keras' default is 0
   * @param nesterov looks ahead; Keras' default is no
   */
  record Sgd(double learningRate, double momentum, boolean nesterov) implements Optimizer {
    /** Checks. */
    public Sgd {
      requireRate(learningRate);
      requirePart("momentum", momentum, true);
    }

    @Override
    public String id() {
      return "sgd";
    }

    @Override
    public String describe() {
      return "SGD, learning rate "
          + Decimal.shortest(learningRate)
          + ", momentum "
          + Decimal.shortest(momentum)
          + (nesterov ? ", Nesterov" : "");
    }
  }

  /**
   * Divides by the root of a running mean of squares: s = rho * s + (1 - rho) * g², starting at 0;
   * m = momentum * m + learningRate * g / sqrt(s + epsilon); w -= m.
   *
   * @param learningRate above 0; Keras' default is 0.001
   * @param rho in [0, 1); Keras' default is 0.9
   * @param momentum in [0, 1]; Keras' default is 0
   * @param epsilon above 0; Keras' default is 1e-7
   */
  record RmsProp(double learningRate, double rho, double momentum, double epsilon)
      implements Optimizer {
    /** Checks. */
    public RmsProp {
      requireRate(learningRate);
      requirePart("rho", rho, false);
      requirePart("momentum", momentum, true);
      requireEpsilon(epsilon);
    }

    @Override
    public String id() {
      return "rmsprop";
    }

    @Override
    public String describe() {
      return "RMSprop, learning rate "
          + Decimal.shortest(learningRate)
          + ", rho "
          + Decimal.shortest(rho)
          + (momentum == 0 ? "" : ", momentum " + Decimal.shortest(momentum))
          + ", epsilon "
          + Decimal.shortest(epsilon);
    }
  }

  /**
   * Adam: m += (g - m)(1 - beta1); v += (g² - v)(1 - beta2); w -= m * a / (sqrt(v) + epsilon) with
   * a = learningRate * sqrt(1 - beta2^t) / (1 - beta1^t), t the step from 1.
   *
   * @param learningRate above 0; Keras' default is 0.001
   * @param beta1 in [0, 1); Keras' default is 0.9
   * @param beta2 in [0, 1); Keras' default is 0.999
   * @param epsilon above 0; Keras' default is 1e-7
   */
  record Adam(double learningRate, double beta1, double beta2, double epsilon)
      implements Optimizer {
    /** Checks. */
    public Adam {
      requireRate(learningRate);
      requirePart("beta1", beta1, false);
      requirePart("beta2", beta2, false);
      requireEpsilon(epsilon);
    }

    @Override
    public String id() {
      return "adam";
    }

    @Override
    public String describe() {
      return "Adam, learning rate "
          + Decimal.shortest(learningRate)
          + ", beta_1 "
          + Decimal.shortest(beta1)
          + ", beta_2 "
          + Decimal.shortest(beta2)
          + ", epsilon "
          + Decimal.shortest(epsilon);
    }
  }

  /**
   * SGD without momentum.
   *
   * @param learningRate above 0
   * @return the optimizer
   */
  static Sgd sgd(double learningRate) {
    return new Sgd(learningRate, 0, false);
  }

  /**
   * SGD with momentum.
   *
   * @param learningRate above 0
   * @param momentum in [0, 1]
   * @return the optimizer
   */
  static Sgd sgd(double learningRate, double momentum) {
    return new Sgd(learningRate, momentum, false);
  }

  /**
   * RMSprop with Keras' defaults but the rate.
   *
   * @param learningRate above 0
   * @return the optimizer
   */
  static RmsProp rmsProp(double learningRate) {
    return new RmsProp(learningRate, 0.9, 0, 1e-7);
  }

  /**
   * Adam with Keras' defaults but the rate.
   *
   * @param learningRate above 0
   * @return the optimizer
   */
  static Adam adam(double learningRate) {
    return new Adam(learningRate, 0.9, 0.999, 1e-7);
  }

  /**
   * Makes an optimizer from its name, as on the command line.
   *
   * @param name {@code sgd}, {@code rmsprop} or {@code adam}, in any case
   * @param learningRate above 0
   * @param momentum SGD's momentum; must be empty for the others
   * @return the optimizer, Keras' defaults for the rest
   * @throws UnknownNameException if there is no such optimizer
   * @throws UsageException if a number is out of range, or momentum is given to another than SGD
   */
  static Optimizer parse(String name, double learningRate, OptionalDouble momentum) {
    String id = name.strip().toLowerCase(Locale.ROOT);
    List<String> known = List.of("sgd", "rmsprop", "adam");
    if (!known.contains(id)) {
      throw new UnknownNameException(
          "optimizer",
          name,
          "the optimizers",
          NearNames.of(id, known),
          "There are " + String.join(", ", known) + ".");
    }
    if (momentum.isPresent() && !id.equals("sgd")) {
      throw new UsageException(
          "Momentum was given, but the optimizer is " + id + ".", "Momentum is SGD's only.");
    }
    try {
      return switch (id) {
        case "sgd" -> sgd(learningRate, momentum.orElse(0));
        case "rmsprop" -> rmsProp(learningRate);
        default -> adam(learningRate);
      };
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          "The optimizer " + id + " cannot be made: " + e.getMessage() + ".", "");
    }
  }

  private static void requireRate(double rate) {
    if (!(rate > 0) || Double.isInfinite(rate)) {
      throw new IllegalArgumentException("the learning rate must be above 0, not " + rate);
    }
  }

  private static void requirePart(String name, double value, boolean one) {
    if (!(value >= 0 && (one ? value <= 1 : value < 1))) {
      throw new IllegalArgumentException(
          name + " must be in [0, 1" + (one ? "]" : ")") + ", not " + value);
    }
  }

  private static void requireEpsilon(double epsilon) {
    if (!(epsilon > 0) || Double.isInfinite(epsilon)) {
      throw new IllegalArgumentException("epsilon must be above 0, not " + epsilon);
    }
  }
}
