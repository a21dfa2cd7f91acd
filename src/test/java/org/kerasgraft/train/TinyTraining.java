package org.kerasgraft.train;

import java.util.List;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.graph.Network;
import org.kerasgraft.head.BuiltHead;
import org.kerasgraft.head.Head;
import org.kerasgraft.junit.Snapshot;

/** A short training of a small head on a tiny network, with bright and dark pictures. */
final class TinyTraining {

  static final Training SHORT =
      Training.builder()
          .head(2, Optimizer.adam(1e-2))
          .fineTune(2, Optimizer.sgd(1e-2, 0.9))
          .batchSize(4)
          .seed(3)
          .keep(Keep.LAST)
          .build();

  /** The last ones are for validation where wanted. */
  static final TinyRows PICTURES = new TinyRows(10, 8 * 8 * 3, 17);

  private TinyTraining() {}

  /** What a training left behind; its network is closed. */
  record Run(History history, Selection selection, Snapshot before, Snapshot after) {

    List<Double> losses() {
      return history.epochs().stream().map(e -> e.training().loss()).toList();
    }
  }

  /** A head with dropout for two classes, one sigmoid, at the network's end. */
  static BuiltHead head(LiveNetwork live, long seed) {
    return Head.parse("flatten, dense(8, relu), dropout(0.25), dense(classes, sigmoid)")
        .withClasses(2)
        .build(live, Gradients.outputOf(live.network()), seed);
  }

  /** Trains on eight pictures, validates on two. */
  static Run run(Network network, Variables variables, Training training) {
    try (LiveNetwork live = LiveNetwork.open(network, RuntimeOptions.defaults())) {
      BuiltHead head = head(live, training.batches().seed());
      head.initialize(live.session());
      Snapshot before = Snapshot.of(live, head);
      TrainedNetwork trained =
          new TwoPhaseTraining(live, head, variables, training)
              .run(new TinyFeatures(live, PICTURES, 2), TrainingListener.SILENT);
      return new Run(trained.history(), trained.selection(), before, Snapshot.of(trained));
    }
  }
}
