package org.kerasgraft.features;

import java.util.Arrays;
import org.kerasgraft.error.ModelRefusedException;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;

/** A fetched tensor as float32 rows. */
final class OutputRows {

  private OutputRows() {}

  /** The shape of a row, once the first dimension is known to be the batch. */
  static Shape rowShape(String name, Tensor tensor, int rows) {
    Shape shape = tensor.shape();
    if (shape.numDimensions() == 0 || shape.get(0) != rows || shape.size() == 0) {
      throw new ModelRefusedException(
          "'"
              + name
              + "' has the shape "
              + Arrays.toString(shape.asArray())
              + " for "
              + rows
              + " inputs: it has not one row an input.",
          "Cut at another layer.");
    }
    return Shape.of(Arrays.copyOfRange(shape.asArray(), 1, shape.numDimensions()));
  }

  /** Copies the values; half precision becomes float32. */
  static float[] floats(String name, Tensor tensor) {
    float[] values = new float[Math.toIntExact(tensor.size())];
    if (tensor instanceof TFloat32) {
      tensor.asRawTensor().data().asFloats().read(values);
    } else if (tensor instanceof TFloat16 half) {
      half.copyTo(DataBuffers.of(values, false, false));
    } else if (tensor instanceof TBfloat16 half) {
      half.copyTo(DataBuffers.of(values, false, false));
    } else if (tensor instanceof TFloat64) {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) tensor.asRawTensor().data().asDoubles().getDouble(i);
      }
    } else if (tensor instanceof TInt32) {
      for (int i = 0; i < values.length; i++) {
        values[i] = tensor.asRawTensor().data().asInts().getInt(i);
      }
    } else {
      throw new ModelRefusedException(
          "'" + name + "' has the type " + tensor.dataType() + ", no numbers for features.",
          "Cut at another layer.");
    }
    return values;
  }
}
