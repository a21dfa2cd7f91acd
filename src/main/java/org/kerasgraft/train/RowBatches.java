package org.kerasgraft.train;

import org.kerasgraft.data.RowSource;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.family.TType;

/** Gathers rows into batch tensors through one reused buffer. Not thread-safe. */
final class RowBatches {

  private final RowSource rows;
  private final DataType type;
  private final float[] buffer;

  /** Rows to be fed at a tensor of a floating-point type. */
  RowBatches(RowSource rows, int batchSize, DataType type) {
    this.rows = rows;
    this.type = type;
    this.buffer =
        new float
            [Math.multiplyExact(Math.min(batchSize, Math.max(rows.count(), 1)), rows.rowSize())];
  }

  /** Rows begin … begin + size - 1; the tensor is owned by the caller. */
  TType read(int begin, int size) {
    for (int i = 0; i < size; i++) {
      rows.read(begin + i, buffer, i * rows.rowSize());
    }
    return tensor(size);
  }

  /** The rows that an order names at begin … begin + size - 1; owned by the caller. */
  TType read(int[] order, int begin, int size) {
    for (int i = 0; i < size; i++) {
      rows.read(order[begin + i], buffer, i * rows.rowSize());
    }
    return tensor(size);
  }

  private TType tensor(int size) {
    return Tensors.of(type, Shape.of(size).append(rows.rowShape()), buffer);
  }
}
