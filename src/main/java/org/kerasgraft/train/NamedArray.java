package org.kerasgraft.train;

import org.tensorflow.ndarray.Shape;

/** The float32 values of a variable; whoever holds it does not change them. */
final class NamedArray {

  private final String name;
  private final Shape shape;
  private final float[] values;

  /** Takes a fully known shape and the values in C order, not copied. */
  NamedArray(String name, Shape shape, float[] values) {
    if (shape.size() != values.length) {
      throw new IllegalArgumentException(
          "'" + name + "' has the shape " + shape + " and " + values.length + " values");
    }
    this.name = name;
    this.shape = shape;
    this.values = values;
  }

  String name() {
    return name;
  }

  Shape shape() {
    return shape;
  }

  /** In C order; not copied. */
  float[] values() {
    return values;
  }
}
