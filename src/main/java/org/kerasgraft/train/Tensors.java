package org.kerasgraft.train;

import org.tensorflow.Output;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;

/** Float arrays to tensors and back. */
final class Tensors {

  private Tensors() {}

  /** The tensor's name in the graph. */
  static String name(Output<?> output) {
    return output.op().name() + ":" + output.index();
  }

  /** A new tensor with a copy of the first values of an array; owned by the caller. */
  static TFloat32 of(Shape shape, float[] values) {
    return TFloat32.tensorOf(shape, DataBuffers.of(values, true, false).narrow(shape.size()));
  }

  /** Copies a float32 tensor's values. */
  static float[] floats(Tensor tensor) {
    float[] values = new float[Math.toIntExact(tensor.size())];
    tensor.asRawTensor().data().asFloats().read(values);
    return values;
  }
}
