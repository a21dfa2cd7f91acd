package org.kerasgraft.export;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.tensorflow.ndarray.Shape;

/**
 * An array on its way into an HDF5 file.
 *
 * @param type the element type
 * @param shape its dimensions; none for a scalar
 * @param bytes the elements, little-endian, C order, from its position to its limit; not copied
 */
record Hdf5Array(Type type, Shape shape, ByteBuffer bytes) {

  /** Element types. */
  enum Type {
    FLOAT32(4, true),
    FLOAT64(8, true),
    INT8(1, false),
    INT32(4, false),
    INT64(8, false);

    private final int size;
    private final boolean real;

    Type(int size, boolean real) {
      this.size = size;
      this.real = real;
    }

    /** Bytes an element. */
    int size() {
      return size;
    }

    /** Whether it is a floating-point type. */
    boolean real() {
      return real;
    }
  }

  /** Checks. */
  Hdf5Array {
    Objects.requireNonNull(type);
    if (shape.size() * type.size() != bytes.remaining()) {
      throw new IllegalArgumentException(
          shape + " of " + type + " takes not " + bytes.remaining() + " bytes");
    }
  }
}
