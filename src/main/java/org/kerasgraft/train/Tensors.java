package org.kerasgraft.train;

import org.tensorflow.Output;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffer;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

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

  /** The same in one of Keras' floating-point types, rounded where it is shorter. */
  static TType of(DataType type, Shape shape, float[] values) {
    DataBuffer<Float> some = DataBuffers.of(values, true, false).narrow(shape.size());
    return switch (type) {
      case DT_FLOAT -> of(shape, values);
      case DT_HALF -> TFloat16.tensorOf(shape, t -> t.copyFrom(some));
      case DT_BFLOAT16 -> TBfloat16.tensorOf(shape, t -> t.copyFrom(some));
      default -> throw new IllegalArgumentException("rows are not fed as " + type);
    };
  }

  /** Copies a float32 tensor's values. */
  static float[] floats(Tensor tensor) {
    float[] values = new float[Math.toIntExact(tensor.size())];
    tensor.asRawTensor().data().asFloats().read(values);
    return values;
  }
}
