package org.kerasgraft.data;

import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Optional;
import org.tensorflow.proto.DataType;

/** The element types of NumPy files that are read: booleans, integers, floats. */
enum NpyType {
  B1(1, DataType.DT_BOOL),
  U1(1, DataType.DT_UINT8),
  U2(2, DataType.DT_UINT16),
  U4(4, DataType.DT_UINT32),
  U8(8, DataType.DT_UINT64),
  I1(1, DataType.DT_INT8),
  I2(2, DataType.DT_INT16),
  I4(4, DataType.DT_INT32),
  I8(8, DataType.DT_INT64),
  F2(2, DataType.DT_HALF),
  F4(4, DataType.DT_FLOAT),
  F8(8, DataType.DT_DOUBLE);

  private final int bytes;
  private final DataType dtype;

  NpyType(int bytes, DataType dtype) {
    this.bytes = bytes;
    this.dtype = dtype;
  }

  /** The type of a NumPy descriptor without its byte-order mark, for example {@code f4}. */
  static Optional<NpyType> of(String descriptor) {
    for (NpyType type : values()) {
      if (type.name().toLowerCase(Locale.ROOT).equals(descriptor)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  int bytes() {
    return bytes;
  }

  DataType dtype() {
    return dtype;
  }

  boolean isInteger() {
    return this != F2 && this != F4 && this != F8;
  }

  /** The element at a byte position, as float32 (rounded to nearest). */
  float floatAt(ByteBuffer buffer, int at) {
    return switch (this) {
      case F2 -> halfToFloat(buffer.getShort(at));
      case F4 -> buffer.getFloat(at);
      case F8 -> (float) buffer.getDouble(at);
      case U8 -> unsignedToFloat(buffer.getLong(at));
      default -> (float) integerAt(buffer, at);
    };
  }

  /** The integer at a byte position; uint64 beyond int64 is negative. */
  long integerAt(ByteBuffer buffer, int at) {
    return switch (this) {
      case B1 -> buffer.get(at) == 0 ? 0 : 1;
      case U1 -> Byte.toUnsignedLong(buffer.get(at));
      case U2 -> Short.toUnsignedLong(buffer.getShort(at));
      case U4 -> Integer.toUnsignedLong(buffer.getInt(at));
      case U8, I8 -> buffer.getLong(at);
      case I1 -> buffer.get(at);
      case I2 -> buffer.getShort(at);
      case I4 -> buffer.getInt(at);
      case F2, F4, F8 -> throw new IllegalStateException(this + " is no integer type");
    };
  }

  private static float unsignedToFloat(long value) {
    return value >= 0 ? value : new java.math.BigInteger(Long.toUnsignedString(value)).floatValue();
  }

  /** IEEE 754 binary16 to binary32; exact for every input. */
  static float halfToFloat(short half) {
    int bits = half & 0xffff;
    int exponent = (bits >>> 10) & 0x1f;
    int fraction = bits & 0x3ff;
    float magnitude;
    if (exponent == 0x1f) {
      magnitude = fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
    } else if (exponent == 0) {
      magnitude = fraction * 0x1p-24f;
    } else {
      magnitude = Float.intBitsToFloat(((exponent + 112) << 23) | (fraction << 13));
    }
    return (bits & 0x8000) == 0 ? magnitude : -magnitude;
  }
}
