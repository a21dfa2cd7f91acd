package org.kerasgraft.head;

import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/**
 * A variable of a built head.
 *
 * @param spec name (for example {@code head/dense/kernel}, also the name of the {@code VarHandleOp}
 *     node), float32, shape, trainable, no checkpoint keys
 * @param handle the resource handle
 * @param read its value
 * @param initializer the op that assigns the initial value
 * @param assignment how to overwrite it
 */
public record HeadVariable(
    VariableSpec spec,
    Operand<? extends TType> handle,
    Operand<TFloat32> read,
    Op initializer,
    Assignment assignment) {

  /**
   * How to overwrite a variable: feed the value, run the op.
   *
   * @param value a placeholder, float32, of the variable's shape
   * @param op assigns the fed value
   */
  public record Assignment(Operand<TFloat32> value, Op op) {}

  /**
   * Whether it is a kernel, which L2 regularisation is for, and not a bias.
   *
   * @return true for a kernel
   */
  public boolean isKernel() {
    return spec.name().endsWith("/kernel");
  }
}
