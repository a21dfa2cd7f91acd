package org.kerasgraft.graph;

import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Whether the value of a constant is what its own type and shape say. TensorFlow fills up what is
 * missing, with the last value or with zeros, and does not read values that stand in the field of
 * another type. What it writes itself has all values, or one for all.
 */
final class ConstantForm {

  private ConstantForm() {}

  /** Why a value does not fit together; empty if it does. */
  static String fault(TensorProto value) {
    long elements = elements(value.getTensorShape());
    if (elements < 0) {
      return "its shape is unknown or too large";
    }
    int content = value.getTensorContent().size();
    int own = own(value);
    if (own < 0) {
      return "it holds values of type " + value.getDtype();
    }
    if (own != all(value)) {
      return "it holds values of another type than " + value.getDtype();
    }
    if (content > 0) {
      return own > 0 || content != elements * width(value.getDtype())
          ? "it holds " + content + " bytes for " + elements + " values of " + value.getDtype()
          : "";
    }
    boolean fits = own == elements || (own == 1 && elements > 0);
    return fits ? "" : "it holds " + own + " values of " + elements;
  }

  /** The number of elements; −1 if the shape does not tell, or they would be too many. */
  private static long elements(TensorShapeProto shape) {
    long product = 1;
    for (TensorShapeProto.Dim dim : shape.getDimList()) {
      if (dim.getSize() < 0 || dim.getSize() > Integer.MAX_VALUE) {
        return -1;
      }
      product *= dim.getSize();
      if (product > Integer.MAX_VALUE) {
        return -1;
      }
    }
    return shape.getUnknownRank() ? -1 : product;
  }

  /** The number of values in the field of the value's own type; −1 for a type without one. */
  private static int own(TensorProto value) {
    return switch (value.getDtype()) {
      case DT_FLOAT -> value.getFloatValCount();
      case DT_DOUBLE -> value.getDoubleValCount();
      case DT_INT32, DT_INT16, DT_UINT16, DT_INT8, DT_UINT8, DT_QINT8, DT_QUINT8, DT_QINT32 ->
          value.getIntValCount();
      case DT_INT64 -> value.getInt64ValCount();
      case DT_UINT32 -> value.getUint32ValCount();
      case DT_UINT64 -> value.getUint64ValCount();
      case DT_HALF, DT_BFLOAT16 -> value.getHalfValCount();
      case DT_BOOL -> value.getBoolValCount();
      case DT_STRING -> value.getStringValCount();
      case DT_COMPLEX64 -> value.getScomplexValCount() / 2;
      case DT_COMPLEX128 -> value.getDcomplexValCount() / 2;
      default -> -1;
    };
  }

  private static int all(TensorProto value) {
    return value.getFloatValCount()
        + value.getDoubleValCount()
        + value.getIntValCount()
        + value.getInt64ValCount()
        + value.getUint32ValCount()
        + value.getUint64ValCount()
        + value.getHalfValCount()
        + value.getBoolValCount()
        + value.getStringValCount()
        + value.getScomplexValCount() / 2
        + value.getDcomplexValCount() / 2
        + value.getResourceHandleValCount()
        + value.getVariantValCount();
  }

  private static int width(DataType type) {
    return switch (type) {
      case DT_DOUBLE, DT_INT64, DT_UINT64, DT_COMPLEX64 -> 8;
      case DT_COMPLEX128 -> 16;
      case DT_HALF, DT_BFLOAT16, DT_INT16, DT_UINT16 -> 2;
      case DT_BOOL, DT_INT8, DT_UINT8, DT_QINT8, DT_QUINT8 -> 1;
      case DT_STRING -> Integer.MAX_VALUE;
      default -> 4;
    };
  }
}
