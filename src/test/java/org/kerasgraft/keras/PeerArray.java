package org.kerasgraft.keras;

import java.nio.file.Path;
import java.util.Arrays;
import org.kerasgraft.data.Npy;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TType;

/** An array that Keras or TensorFlow Java computed; float32 in C order. */
record PeerArray(Shape shape, float[] values) {

  /** Reads a {@code .npy} file. */
  static PeerArray read(Path file) {
    try (Npy npy = Npy.open(file)) {
      int size = (int) npy.rowShape().size();
      float[] values = new float[npy.count() * size];
      for (int row = 0; row < npy.count(); row++) {
        npy.read(row, values, row * size);
      }
      return new PeerArray(npy.rowShape().prepend(npy.count()), values);
    }
  }

  static PeerArray of(Tensor tensor) {
    float[] values = new float[(int) tensor.shape().size()];
    tensor.asRawTensor().data().asFloats().read(values);
    return new PeerArray(tensor.shape(), values);
  }

  /** A new tensor, owned by the caller. */
  TFloat32 tensor() {
    return TFloat32.tensorOf(shape, DataBuffers.of(values, true, false));
  }

  /** A new tensor of float32 or int64, owned by the caller. */
  TType tensor(DataType type) {
    if (type != DataType.DT_INT64) {
      return tensor();
    }
    long[] whole = new long[values.length];
    Arrays.setAll(whole, i -> (long) values[i]);
    return TInt64.tensorOf(shape, DataBuffers.of(whole, true, false));
  }

  /**
   * How far values are from the expected ones: |actual - expected| / |expected|, both as Euclidean
   * lengths. Infinite if the lengths of the arrays differ, if a value is no number, or if all that
   * is expected is 0, since such a comparison shows nothing.
   */
  static double relativeL2(float[] actual, float[] expected) {
    if (actual.length != expected.length) {
      return Double.POSITIVE_INFINITY;
    }
    double difference = 0;
    double length = 0;
    for (int i = 0; i < actual.length; i++) {
      double d = (double) actual[i] - expected[i];
      difference += d * d;
      length += (double) expected[i] * expected[i];
    }
    double relative = Math.sqrt(difference / length);
    return Double.isNaN(relative) ? Double.POSITIVE_INFINITY : relative;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PeerArray that
        && shape.equals(that.shape)
        && Arrays.equals(values, that.values);
  }

  @Override
  public int hashCode() {
    return 31 * shape.hashCode() + Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return "float32 " + shape;
  }
}
