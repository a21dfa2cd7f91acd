package org.kerasgraft.junit;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.Objects;
import org.kerasgraft.data.Npz;
import org.kerasgraft.error.InvalidDataException;
import org.tensorflow.Tensor;
import org.tensorflow.internal.types.registry.TensorTypeRegistry;
import org.tensorflow.ndarray.FloatNdArray;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.family.TType;

/**
 * An array of numbers outside TensorFlow: element type, shape, values. Holds float32, float64,
 * integers and booleans; float16 and bfloat16 are widened to float32, which is exact. Immutable.
 */
public final class Values {

  private final DataType dtype;
  private final Shape shape;

  /** C order, the machine's byte order. */
  private final ByteBuffer bytes;

  private Values(DataType dtype, Shape shape, ByteBuffer bytes) {
    this.dtype = dtype;
    this.shape = shape;
    this.bytes = bytes;
  }

  /**
   * Copies a tensor.
   *
   * @param tensor of numbers or booleans, any shape; borrowed
   * @return its values
   * @throws InvalidDataException if it holds strings or complex numbers
   */
  public static Values of(Tensor tensor) {
    if (tensor instanceof TFloat16 || tensor instanceof TBfloat16) {
      float[] widened = new float[Math.toIntExact(tensor.shape().size())];
      ((FloatNdArray) tensor).copyTo(NdArrays.wrap(tensor.shape(), DataBuffers.of(widened)));
      return of(tensor.shape(), widened);
    }
    requireNumbers(tensor.dataType());
    byte[] bytes = new byte[Math.toIntExact(tensor.numBytes())];
    tensor.asRawTensor().data().read(bytes);
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    return new Values(tensor.dataType(), tensor.shape(), buffer);
  }

  /**
   * Float32 values.
   *
   * @param shape the shape
   * @param values as many, in C order; copied
   * @return the array
   */
  public static Values of(Shape shape, float... values) {
    if (shape.size() != values.length) {
      throw new IllegalArgumentException(
          values.length + " values do not fill the shape " + Text.shape(shape) + ".");
    }
    ByteBuffer bytes = allocate(values.length * Float.BYTES);
    bytes.asFloatBuffer().put(values);
    return new Values(DataType.DT_FLOAT, shape, bytes);
  }

  /**
   * Float32 rows, as {@code predict} methods return them.
   *
   * @param rows (n, k), each of the same length; copied
   * @return the array
   */
  public static Values of(float[][] rows) {
    int width = rows.length == 0 ? 0 : rows[0].length;
    ByteBuffer bytes = allocate(rows.length * width * Float.BYTES);
    for (float[] row : rows) {
      if (row.length != width) {
        throw new IllegalArgumentException("Rows of " + width + " and of " + row.length + ".");
      }
      for (float value : row) {
        bytes.putFloat(value);
      }
    }
    return new Values(DataType.DT_FLOAT, Shape.of(rows.length, width), bytes.rewind());
  }

  static Values of(Npz.Member member) {
    return new Values(member.dtype(), member.shape(), member.bytes());
  }

  private static ByteBuffer allocate(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
  }

  private static void requireNumbers(DataType dtype) {
    switch (dtype) {
      case DT_FLOAT, DT_DOUBLE, DT_BOOL, DT_INT8, DT_INT16, DT_INT32, DT_INT64 -> {}
      case DT_UINT8, DT_UINT16, DT_UINT32, DT_UINT64 -> {}
      default ->
          throw new InvalidDataException(
              "Values of type " + Values.name(dtype) + " cannot be compared.",
              "Compare tensors of real numbers or booleans.");
    }
  }

  /**
   * The element type.
   *
   * @return never a half-precision type
   */
  public DataType dtype() {
    return dtype;
  }

  /**
   * The shape.
   *
   * @return fully known; rank 0 for a single value
   */
  public Shape shape() {
    return shape;
  }

  /**
   * The number of values.
   *
   * @return 0 or more
   */
  public int size() {
    return (int) shape.size();
  }

  /**
   * A value.
   *
   * @param index its place in C order
   * @return the nearest double; a boolean is 0 or 1
   */
  public double get(int index) {
    return switch (dtype) {
      case DT_FLOAT -> bytes.getFloat(index * Float.BYTES);
      case DT_DOUBLE -> bytes.getDouble(index * Double.BYTES);
      default -> (double) integer(index);
    };
  }

  /**
   * All values.
   *
   * @return a copy, C order, each the nearest float
   */
  public float[] floats() {
    float[] floats = new float[size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) get(i);
    }
    return floats;
  }

  /**
   * How far these values are from others: where a variable went in training.
   *
   * @param other of the same shape
   * @return this minus other, float64
   */
  public Values minus(Values other) {
    if (!shape.equals(other.shape)) {
      throw new IllegalArgumentException(this + " and " + other + " have different shapes.");
    }
    ByteBuffer difference = allocate(Math.multiplyExact(size(), Double.BYTES));
    for (int i = 0; i < size(); i++) {
      difference.putDouble(get(i) - other.get(i));
    }
    return new Values(DataType.DT_DOUBLE, shape, difference.rewind());
  }

  /** A value of an integer type; uint64 beyond int64 is negative. */
  long integer(int index) {
    return switch (dtype) {
      case DT_INT8 -> bytes.get(index);
      case DT_UINT8, DT_BOOL -> Byte.toUnsignedLong(bytes.get(index));
      case DT_INT16 -> bytes.getShort(index * Short.BYTES);
      case DT_UINT16 -> Short.toUnsignedLong(bytes.getShort(index * Short.BYTES));
      case DT_INT32 -> bytes.getInt(index * Integer.BYTES);
      case DT_UINT32 -> Integer.toUnsignedLong(bytes.getInt(index * Integer.BYTES));
      default -> bytes.getLong(index * Long.BYTES);
    };
  }

  boolean isInteger() {
    return dtype != DataType.DT_FLOAT && dtype != DataType.DT_DOUBLE;
  }

  /** The value as it reads in a message, exact. */
  String text(int index) {
    return switch (dtype) {
      case DT_FLOAT -> Float.toString(bytes.getFloat(index * Float.BYTES));
      case DT_DOUBLE -> Double.toString(get(index));
      case DT_BOOL -> Boolean.toString(integer(index) != 0);
      case DT_UINT64 -> Long.toUnsignedString(integer(index));
      default -> Long.toString(integer(index));
    };
  }

  /**
   * A copy as a tensor.
   *
   * @return a tensor of the same type and shape, owned by the caller
   */
  public Tensor tensor() {
    Class<? extends TType> type = TensorTypeRegistry.find(dtype).type();
    byte[] copy = new byte[bytes.capacity()];
    bytes.duplicate().get(copy);
    return Tensor.of(type, shape, DataBuffers.of(copy));
  }

  /**
   * A copy as a tensor of the type that a model takes.
   *
   * @param wanted any type of numbers; floats are rounded to it
   * @return a tensor of the same shape, owned by the caller
   * @throws InvalidDataException if a value is none of an integer type
   */
  public Tensor tensor(DataType wanted) {
    if (wanted != DataType.DT_HALF && wanted != DataType.DT_BFLOAT16) {
      return as(wanted).tensor();
    }
    return wanted == DataType.DT_HALF
        ? TFloat16.tensorOf(shape, DataBuffers.of(floats()))
        : TBfloat16.tensorOf(shape, DataBuffers.of(floats()));
  }

  private Values as(DataType wanted) {
    if (wanted == dtype) {
      return this;
    }
    requireNumbers(wanted);
    ByteBuffer converted = allocate(Math.multiplyExact(size(), width(wanted)));
    for (int i = 0; i < size(); i++) {
      double value = get(i);
      switch (wanted) {
        case DT_FLOAT -> converted.putFloat((float) value);
        case DT_DOUBLE -> converted.putDouble(value);
        case DT_INT16, DT_UINT16 -> converted.putShort((short) value);
        case DT_INT32, DT_UINT32 -> converted.putInt((int) (long) value);
        case DT_INT64, DT_UINT64 -> converted.putLong((long) value);
        default -> converted.put((byte) value);
      }
    }
    Values result = new Values(wanted, shape, converted.rewind());
    for (int i = 0; result.isInteger() && i < size(); i++) {
      if (result.get(i) != get(i)) {
        throw new InvalidDataException(
            text(i) + " at " + Text.place(shape, i) + " is no " + name(wanted) + ".",
            "Make the golden with an input of that type.");
      }
    }
    return result;
  }

  private static int width(DataType dtype) {
    return switch (dtype) {
      case DT_FLOAT, DT_INT32, DT_UINT32 -> 4;
      case DT_DOUBLE, DT_INT64, DT_UINT64 -> 8;
      case DT_INT16, DT_UINT16 -> 2;
      default -> 1;
    };
  }

  /** As many rows, one or more, from the first on; around again where there are fewer. */
  Values rows(int count) {
    int width = bytes.capacity() / Math.toIntExact(shape.get(0));
    ByteBuffer part = allocate(count * width);
    for (int i = 0; i < part.capacity(); i++) {
      part.put(i, bytes.get(i % bytes.capacity()));
    }
    return new Values(dtype, shape.tail().prepend(count), part);
  }

  /** Whether type, shape and every bit are the same. */
  boolean sameBits(Values other) {
    return dtype == other.dtype && shape.equals(other.shape) && bytes.equals(other.bytes);
  }

  static String name(DataType dtype) {
    String name = dtype.name().substring("DT_".length()).toLowerCase(Locale.ROOT);
    return switch (name) {
      case "float" -> "float32";
      case "double" -> "float64";
      case "half" -> "float16";
      default -> name;
    };
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Values that && sameBits(that);
  }

  @Override
  public int hashCode() {
    return Objects.hash(dtype, shape, bytes);
  }

  /** For example {@code float32 (3, 2, 2, 8)}. */
  @Override
  public String toString() {
    return name(dtype) + " " + Text.shape(shape);
  }
}
