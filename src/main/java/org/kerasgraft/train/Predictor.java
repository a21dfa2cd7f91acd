package org.kerasgraft.train;

import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.data.RowSource;
import org.kerasgraft.head.BuiltHead;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.types.family.TType;

/** Runs the inference path over rows, batch by batch. */
final class Predictor {

  private final LiveNetwork network;
  private final BuiltHead head;

  Predictor(LiveNetwork network, BuiltHead head) {
    this.network = network;
    this.head = head;
  }

  Predictions predict(String fedAt, RowSource rows, int batchSize) {
    Output<?> fed = network.tensor(fedAt);
    float[] all = new float[Math.multiplyExact(rows.count(), head.classes())];
    RowBatches batches = new RowBatches(rows, batchSize, fed.dataType());
    for (int begin = 0; begin < rows.count(); begin += batchSize) {
      int size = Math.min(batchSize, rows.count() - begin);
      try (TType batch = batches.read(begin, size);
          Result result =
              network
                  .session()
                  .runner()
                  .feed(fed, batch)
                  .fetch(head.probabilities().asOutput())
                  .run()) {
        float[] some = Tensors.floats(result.get(0));
        System.arraycopy(some, 0, all, begin * head.classes(), some.length);
      }
    }
    return new Predictions(all, head.classes());
  }
}
