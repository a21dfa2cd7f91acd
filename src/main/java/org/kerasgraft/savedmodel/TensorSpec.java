package org.kerasgraft.savedmodel;

import java.util.Objects;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;

/**
 * A tensor at an end of a model, or in its checkpoint.
 *
 * @param tensor the graph tensor, {@code node:index}, or the checkpoint's key
 * @param dtype the element type
 * @param shape the shape; unknown dimensions are -1; may be wholly unknown
 */
public record TensorSpec(String tensor, DataType dtype, Shape shape) {
  /** Checks. */
  public TensorSpec {
    Objects.requireNonNull(tensor);
    Objects.requireNonNull(dtype);
    Objects.requireNonNull(shape);
  }
}
