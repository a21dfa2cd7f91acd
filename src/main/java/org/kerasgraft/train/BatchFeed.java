package org.kerasgraft.train;

import org.kerasgraft.data.LabelledRows;
import org.kerasgraft.data.RowSource;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TType;

/** Makes batch tensors of labelled rows, in any order. Not thread-safe. */
final class BatchFeed {

  private final RowBatches values;
  private final int[] labels;
  private final int batchSize;

  BatchFeed(LabelledRows rows, int batchSize, DataType type) {
    RowSource source = rows.rows();
    this.values = new RowBatches(source, batchSize, type);
    this.labels = rows.labels().values();
    this.batchSize = batchSize;
  }

  /** Two tensors of as many rows; closing closes both. */
  record Batch(TType rows, TInt32 labels, int size) implements AutoCloseable {
    @Override
    public void close() {
      try (rows;
          labels) {
        // both are closed, even if one close fails
      }
    }
  }

  int count() {
    return labels.length;
  }

  int batches() {
    return (labels.length + batchSize - 1) / batchSize;
  }

  /** The batch of an index, from 0, in an order; owned by the caller. The last may be smaller. */
  Batch batch(int[] order, int index) {
    int begin = index * batchSize;
    int size = Math.min(batchSize, order.length - begin);
    int[] some = new int[size];
    for (int i = 0; i < size; i++) {
      some[i] = labels[order[begin + i]];
    }
    TType rows = values.read(order, begin, size);
    TInt32 truth = TInt32.tensorOf(Shape.of(size), DataBuffers.of(some, true, false));
    return new Batch(rows, truth, size);
  }
}
