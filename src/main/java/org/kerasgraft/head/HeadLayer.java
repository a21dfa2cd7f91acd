package org.kerasgraft.head;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/** One layer of a head, as a value. {@link #spec()} is its text in the head grammar. */
public sealed interface HeadLayer {

  /**
   * The layer's text, as {@link Head#parse} reads it.
   *
   * @return for example {@code dense(256, relu)}
   */
  String spec();

  /** Keras' Flatten: (n, …) to (n, product). */
  record Flatten() implements HeadLayer {
    @Override
    public String spec() {
      return "flatten";
    }
  }

  /** Keras' GlobalAveragePooling2D: (n, h, w, c) to (n, c). */
  record GlobalAveragePooling() implements HeadLayer {
    @Override
    public String spec() {
      return "global_average_pooling";
    }
  }

  /** Keras' GlobalMaxPooling2D: (n, h, w, c) to (n, c). */
  record GlobalMaxPooling() implements HeadLayer {
    @Override
    public String spec() {
      return "global_max_pooling";
    }
  }

  /**
   * A hidden dense layer: (n, k) to (n, units), Glorot uniform kernel, zero bias.
   *
   * @param units the number of outputs, 1 or more
   * @param activation what follows
   */
  record Dense(int units, Activation activation) implements HeadLayer {
    /** Checks. */
    public Dense {
      if (units < 1) {
        throw new IllegalArgumentException("units must be 1 or more, not " + units);
      }
      Objects.requireNonNull(activation);
    }

    @Override
    public String spec() {
      return activation == Activation.LINEAR
          ? "dense(" + units + ")"
          : "dense(" + units + ", " + activation.id() + ")";
    }
  }

  /**
   * Dropout in training only: keeps a value with probability 1 - rate and divides it by that.
   *
   * @param rate the part dropped, 0 or more and below 1
   */
  record Dropout(float rate) implements HeadLayer {
    /** Checks. */
    public Dropout {
      if (!(rate >= 0 && rate < 1)) {
        throw new IllegalArgumentException("rate must be in [0, 1), not " + rate);
      }
    }

    @Override
    public String spec() {
      return "dropout(" + rate + ")";
    }
  }

  /**
   * The last dense layer, one output a class, or a single sigmoid for two classes.
   *
   * @param count the number of classes, 2 or more; empty until the data tell it
   * @param activation sigmoid (two classes, one unit) or softmax (one unit a class); empty: sigmoid
   *     for two classes, softmax for more
   */
  record Classes(OptionalInt count, Optional<Activation> activation) implements HeadLayer {
    /** Checks. */
    public Classes {
      count.ifPresent(
          n -> {
            if (n < 2) {
              throw new IllegalArgumentException("a classifier needs 2 classes or more, not " + n);
            }
          });
      activation.ifPresent(
          a -> {
            if (a != Activation.SIGMOID && a != Activation.SOFTMAX) {
              throw new IllegalArgumentException(
                  "the last layer's activation is sigmoid or softmax, not " + a.id());
            }
          });
    }

    @Override
    public String spec() {
      return activation.map(a -> "dense(classes, " + a.id() + ")").orElse("dense(classes)");
    }
  }
}
