package org.kerasgraft.export;

import java.util.Arrays;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.ModelRefusedException;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.FloatNdArray;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/** Java arrays to tensors of a model's own type, and back. */
final class TensorValues {

  private TensorValues() {}

  /**
   * Makes a tensor.
   *
   * @param dtype its type
   * @param shape its shape
   * @param values as many as the shape needs, C order; copied
   * @return the tensor, owned by the caller
   * @throws ModelRefusedException if the type is none that this library feeds
   * @throws InvalidDataException if it is an integer type, and a value is none of it
   */
  static Tensor of(DataType dtype, Shape shape, float[] values) {
    requireOfType(dtype, values);
    return switch (dtype) {
      case DT_FLOAT -> TFloat32.tensorOf(shape, DataBuffers.of(values));
      case DT_HALF -> TFloat16.tensorOf(shape, DataBuffers.of(values));
      case DT_BFLOAT16 -> TBfloat16.tensorOf(shape, DataBuffers.of(values));
      case DT_DOUBLE -> {
        double[] doubles = new double[values.length];
        Arrays.setAll(doubles, i -> values[i]);
        yield TFloat64.tensorOf(shape, DataBuffers.of(doubles));
      }
      case DT_INT32 -> {
        int[] ints = new int[values.length];
        Arrays.setAll(ints, i -> (int) values[i]);
        yield TInt32.tensorOf(shape, DataBuffers.of(ints));
      }
      case DT_INT64 -> {
        long[] longs = new long[values.length];
        Arrays.setAll(longs, i -> (long) values[i]);
        yield TInt64.tensorOf(shape, DataBuffers.of(longs));
      }
      case DT_UINT8 -> {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
          bytes[i] = (byte) (int) values[i];
        }
        yield TUint8.tensorOf(shape, DataBuffers.of(bytes));
      }
      default ->
          throw new ModelRefusedException(
              "The model takes inputs of type " + dtype + ".",
              "Models with float, double, int32, int64 or uint8 inputs can be used.");
    };
  }

  private static void requireOfType(DataType dtype, float[] values) {
    if (!dtype.name().contains("INT")) {
      return;
    }
    for (float value : values) {
      boolean fits =
          switch (dtype) {
            case DT_UINT8 -> value == (int) value && value >= 0 && value <= 255;
            case DT_INT32 -> value == (int) value;
            default -> value == (long) value;
          };
      if (!fits) {
        throw new InvalidDataException(
            "The model takes " + dtype + ", of which " + value + " is none.",
            "Give an array of the model's dtype.");
      }
    }
  }

  /** Copies a result as floats: float32, float16 or bfloat16, any shape, C order. */
  static float[] floats(Tensor tensor) {
    if (!(tensor instanceof FloatNdArray values)) {
      throw new ModelRefusedException(
          "The model answers with type " + tensor.dataType() + ", not with floats.", "");
    }
    float[] copy = new float[Math.toIntExact(values.size())];
    values.copyTo(NdArrays.wrap(values.shape(), DataBuffers.of(copy)));
    return copy;
  }

  /** The rows of a result (n, k), as floats. */
  static float[][] rows(Tensor tensor) {
    float[] all = floats(tensor);
    int n = Math.toIntExact(tensor.shape().get(0));
    float[][] rows = new float[n][];
    int width = n == 0 ? 0 : all.length / n;
    Arrays.setAll(rows, i -> Arrays.copyOfRange(all, i * width, (i + 1) * width));
    return rows;
  }
}
