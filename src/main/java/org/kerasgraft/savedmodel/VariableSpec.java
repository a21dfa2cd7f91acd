package org.kerasgraft.savedmodel;

import java.util.List;
import java.util.Objects;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;

/**
 * A variable of a model, as data.
 *
 * @param name the Keras path, for example {@code block1_conv1/kernel}; unique within a model and
 *     fit for a node, for which a number or other signs may stand in it
 * @param dtype the element type
 * @param shape the shape, fully known
 * @param trainable whether the export declared it trainable
 * @param checkpointKeys every key under which the checkpoint stores its value, the one that the
 *     object graph binds first; empty for a variable that has no checkpoint yet (a new head's)
 */
public record VariableSpec(
    String name, DataType dtype, Shape shape, boolean trainable, List<String> checkpointKeys) {

  /** Checks and copies. */
  public VariableSpec {
    Objects.requireNonNull(name);
    Objects.requireNonNull(dtype);
    Objects.requireNonNull(shape);
    checkpointKeys = List.copyOf(checkpointKeys);
  }

  /**
   * The layer that owns it: the name without its last component.
   *
   * @return for example {@code block1_conv1}; the whole name if it has no {@code /}
   */
  public String layer() {
    int slash = name.lastIndexOf('/');
    return slash < 0 ? name : name.substring(0, slash);
  }

  /**
   * The number of values.
   *
   * @return the product of the dimensions
   */
  public long size() {
    return shape.size();
  }
}
