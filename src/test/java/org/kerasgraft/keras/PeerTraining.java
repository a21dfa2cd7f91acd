package org.kerasgraft.keras;

import static org.kerasgraft.junit.GraphAssertions.assertValuesEqual;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.data.LabelledRows;
import org.kerasgraft.data.Labels;
import org.kerasgraft.data.RowSource;
import org.kerasgraft.graph.Network;
import org.kerasgraft.head.Activation;
import org.kerasgraft.head.BuiltHead;
import org.kerasgraft.head.Head;
import org.kerasgraft.head.KeptHead;
import org.kerasgraft.junit.Golden;
import org.kerasgraft.junit.Snapshot;
import org.kerasgraft.junit.Tolerance;
import org.kerasgraft.junit.Values;
import org.kerasgraft.savedmodel.SavedModelReader;
import org.kerasgraft.savedmodel.VariableSpec;
import org.kerasgraft.train.ImageSubset;
import org.kerasgraft.train.Keep;
import org.kerasgraft.train.Optimizer;
import org.kerasgraft.train.TrainedNetwork;
import org.kerasgraft.train.Training;
import org.kerasgraft.train.TrainingListener;
import org.kerasgraft.train.TwoPhaseTraining;
import org.kerasgraft.train.Variables;
import org.tensorflow.Result;
import org.tensorflow.types.TFloat32;

/**
 * One case of {@code peer_training.py} in Graft: its model, with its head and the head's initial
 * weights from Keras, trained on its rows in their order. Owns the live network.
 */
final class PeerTraining implements AutoCloseable {

  private final Path directory;
  private final LiveNetwork network;
  private final BuiltHead head;
  private final Variables variables;

  private PeerTraining(Path directory, LiveNetwork network, BuiltHead head, Variables variables) {
    this.directory = directory;
    this.network = network;
    this.head = head;
    this.variables = variables;
  }

  /** A case with a new head on {@code block5_pool}; trains block5 and the head. */
  static PeerTraining withNewHead(Path directory) {
    Network whole = Network.of(SavedModelReader.read(directory.resolve("model")));
    Network cut = whole.cutAfter("block5_pool");
    LiveNetwork live = LiveNetwork.open(cut, RuntimeOptions.defaults());
    int classes = Labels.read(directory.resolve("labels.npy")).classes();
    Head head = Head.builder().flatten().dense(16, Activation.RELU).classes(classes).build();
    String features = cut.graph().outputs().get(Network.FEATURES).tensor();
    return new PeerTraining(
        directory, live, head.build(live, features, 0), Variables.headAnd("block5_*"));
  }

  /** A case that trains block5 and all after it of a model as it is. */
  static PeerTraining withKeptHead(Path directory) {
    return withKeptHead(directory, Variables.fromLastConvBlock());
  }

  /** A case that trains chosen variables of a model as it is. */
  static PeerTraining withKeptHead(Path directory, Variables variables) {
    Network whole = Network.of(SavedModelReader.read(directory.resolve("model")));
    LiveNetwork live = LiveNetwork.open(whole, RuntimeOptions.defaults());
    return new PeerTraining(directory, live, KeptHead.find(whole).build(live), variables);
  }

  LiveNetwork network() {
    return network;
  }

  BuiltHead head() {
    return head;
  }

  /** Trains from the weights of the export and Keras' initial head. */
  TrainedNetwork train(int epochs, int batch, Optimizer optimizer) {
    Training training =
        Training.builder()
            .head(0, optimizer)
            .fineTune(epochs, optimizer)
            .batchSize(batch)
            .shuffle(false)
            .keep(Keep.LAST)
            .build();
    return new TwoPhaseTraining(network, head, variables, training)
        .run(this::rows, TrainingListener.SILENT);
  }

  /** What Keras has under a name: initial, gradients, or the name of an optimizer. */
  Golden keras(String name) {
    return Golden.read(directory.resolve(name + ".npz"));
  }

  /** Each variable that trained must have gone where Keras' went, seen from the initial one. */
  void assertMovedAsInFit(String optimizer, TrainedNetwork trained, Tolerance tolerance) {
    Golden initial = keras("initial");
    Golden keras = keras(optimizer);
    Snapshot ours = Snapshot.of(trained);
    for (VariableSpec variable : trained.selection().chosen()) {
      Values from = initial.variable(variable.name());
      assertValuesEqual(
          keras.variable(variable.name()).minus(from),
          ours.values(variable.name()).minus(from),
          tolerance,
          "way of " + variable.name());
    }
  }

  private Map<String, float[]> initialHead() {
    Golden initial = keras("initial");
    Map<String, float[]> values = new LinkedHashMap<>();
    head.variables().forEach(v -> values.put(v.name(), initial.variable(v.name()).floats()));
    return values;
  }

  private Optional<LabelledRows> rows(String tensor, ImageSubset which) {
    if (which != ImageSubset.TRAINING) {
      return Optional.empty();
    }
    // By now the head has its own initial weights: Keras' take their place before the first step.
    head.assign(network.session(), initialHead());
    PeerArray inputs = PeerArray.read(directory.resolve("inputs.npy"));
    if (network.tensor(tensor).equals(network.input())) {
      return Optional.of(labelled(inputs));
    }
    try (TFloat32 input = inputs.tensor();
        Result result =
            network
                .session()
                .runner()
                .feed(network.input(), input)
                .fetch(network.tensor(tensor))
                .run()) {
      return Optional.of(labelled(PeerArray.of(result.get(0))));
    }
  }

  private LabelledRows labelled(PeerArray rows) {
    return new LabelledRows(
        RowSource.of(rows.values(), rows.shape().tail()),
        Labels.read(directory.resolve("labels.npy")));
  }

  @Override
  public void close() {
    network.close();
  }
}
