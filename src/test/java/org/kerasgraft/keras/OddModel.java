package org.kerasgraft.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.data.LabelledRows;
import org.kerasgraft.data.Labels;
import org.kerasgraft.data.RowSource;
import org.kerasgraft.graph.Network;
import org.kerasgraft.head.BuiltHead;
import org.kerasgraft.head.Head;
import org.kerasgraft.savedmodel.SavedModelReader;
import org.kerasgraft.savedmodel.TensorSpec;
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
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/** One folder of {@code odd_models.py}: a model, and what Keras computes inside it. */
final class OddModel {

  /** A layer that Keras calls, so often; {@code noop} if it gives back its input. */
  record KerasCall(String name, String type, int calls, boolean noop) {}

  /** How far the gradients of so many variables are from Keras', at worst. */
  record Differentiated(int variables, double worst) {}

  /** A power of two, far more than a weight's rounding. */
  private static final double RATE = 1024;

  private final Path directory;
  private final JsonNode facts;

  OddModel(Path directory) {
    this.directory = directory;
    try {
      this.facts = new ObjectMapper().readTree(directory.resolve("case.json").toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Why Keras cannot save it, if it cannot. */
  Optional<String> unsaved() {
    return Optional.ofNullable(facts.get("unsaved")).map(JsonNode::asText);
  }

  Network network() {
    return Network.of(SavedModelReader.read(directory.resolve("model")));
  }

  List<KerasCall> layers() {
    List<KerasCall> layers = new ArrayList<>();
    facts
        .get("layers")
        .forEach(
            l ->
                layers.add(
                    new KerasCall(
                        l.get("name").asText(),
                        l.get("type").asText(),
                        l.get("calls").asInt(),
                        l.get("noop").asBoolean())));
    return layers;
  }

  /** The names to cut after, with Keras' values. */
  Map<String, PeerArray> cuts() {
    Map<String, PeerArray> cuts = new LinkedHashMap<>();
    facts.get("cuts").fields().forEachRemaining(e -> cuts.put(e.getKey(), array(e.getValue())));
    return cuts;
  }

  /** The names of the model's own weights. */
  List<String> weights() {
    List<String> weights = new ArrayList<>();
    facts.get("weights").forEach(name -> weights.add(name.asText()));
    return weights;
  }

  /** Where the head is put. */
  String at() {
    return facts.get("at").asText();
  }

  int gradients() {
    return facts.get("gradients").size();
  }

  private PeerArray array(JsonNode file) {
    return PeerArray.read(directory.resolve(file.asText()));
  }

  /** The values of tensors of a network on the case's inputs, as float32. */
  List<PeerArray> run(Network network, List<TensorSpec> tensors) {
    try (LiveNetwork live = LiveNetwork.open(network, RuntimeOptions.defaults())) {
      return run(live, tensors);
    }
  }

  @SuppressWarnings("unchecked") // a cast takes any numbers
  private List<PeerArray> run(LiveNetwork live, List<TensorSpec> tensors) {
    Ops tf = live.ops();
    Session.Runner runner = live.session().runner();
    List<TType> fed = new ArrayList<>();
    try {
      live.network()
          .graph()
          .inputs()
          .forEach(
              (name, spec) -> {
                fed.add(array(facts.get("inputs").get(name)).tensor(spec.dtype()));
                runner.feed(live.tensor(spec.tensor()), fed.get(fed.size() - 1));
              });
      for (TensorSpec tensor : tensors) {
        var output = (org.tensorflow.Operand<TType>) (Object) live.tensor(tensor.tensor());
        runner.fetch(tf.dtypes.cast(output, TFloat32.class));
      }
      try (Result result = runner.run()) {
        List<PeerArray> values = new ArrayList<>();
        for (int i = 0; i < tensors.size(); i++) {
          values.add(PeerArray.of(result.get(i)));
        }
        return values;
      }
    } finally {
      fed.forEach(TType::close);
    }
  }

  /**
   * One step of plain SGD on all rows by the library's own training, every variable that can train
   * chosen: each moves by the rate times its gradient. Keras' variable is the one of the same
   * values.
   */
  Differentiated differentiate(Network whole) {
    return differentiate(whole, Variables.all(), name -> true);
  }

  /** The same, of chosen variables alone: {@code named} knows them by Keras' names. */
  Differentiated differentiate(Network whole, Variables chosen, Predicate<String> named) {
    Network cut = chosen.trainableForm(whole.cutAfter(at()));
    String features = cut.graph().outputs().get(Network.FEATURES).tensor();
    try (LiveNetwork live = LiveNetwork.open(cut, RuntimeOptions.defaults())) {
      BuiltHead head = Head.builder().flatten().classes(3).build().build(live, features, 0);
      Optimizer step = Optimizer.sgd(RATE, 0);
      Training training =
          Training.builder()
              .head(0, step)
              .fineTune(1, step)
              .batchSize(64)
              .shuffle(false)
              .keep(Keep.LAST)
              .build();
      List<VariableSpec> all = List.copyOf(cut.graph().variables().values());
      List<VariableSpec> floats =
          all.stream().filter(v -> v.dtype() == org.tensorflow.proto.DataType.DT_FLOAT).toList();
      Map<String, float[]> before = live.values(floats);
      TrainedNetwork trained =
          new TwoPhaseTraining(live, head, chosen, training)
              .run((tensor, which) -> rows(live, head, tensor, which), TrainingListener.SILENT);
      return compare(before, trained.values(trained.selection().chosen()), named);
    }
  }

  private Optional<LabelledRows> rows(
      LiveNetwork live, BuiltHead head, String tensor, ImageSubset which) {
    if (which != ImageSubset.TRAINING) {
      return Optional.empty();
    }
    List<VariableSpec> own = head.variables();
    head.assign(
        live.session(),
        Map.of(
            own.get(0).name(), array(facts.get("kernel")).values(),
            own.get(1).name(), array(facts.get("bias")).values()));
    TensorSpec spec =
        new TensorSpec(
            tensor, org.tensorflow.proto.DataType.DT_FLOAT, org.tensorflow.ndarray.Shape.unknown());
    PeerArray rows = run(live, List.of(spec)).get(0);
    return Optional.of(
        new LabelledRows(
            RowSource.of(rows.values(), rows.shape().tail()),
            Labels.read(directory.resolve("labels.npy"))));
  }

  private Differentiated compare(
      Map<String, float[]> before, Map<String, float[]> after, Predicate<String> named) {
    double worst = 0;
    int found = 0;
    for (JsonNode gradient : facts.get("gradients")) {
      if (!named.test(gradient.get("name").asText())) {
        continue;
      }
      float[] value = array(gradient.get("value")).values();
      float[] expected = array(gradient.get("gradient")).values();
      List<String> same =
          before.keySet().stream()
              .filter(after::containsKey)
              .filter(name -> Arrays.equals(before.get(name), value))
              .toList();
      if (same.size() != 1) {
        throw new AssertionError(gradient.get("name") + " is " + same + " among " + after.keySet());
      }
      float[] moved = after.get(same.get(0));
      float[] ours = new float[moved.length];
      for (int i = 0; i < ours.length; i++) {
        ours[i] = (float) (((double) value[i] - moved[i]) / RATE);
      }
      worst = Math.max(worst, difference(ours, expected));
      found++;
    }
    return new Differentiated(found, worst);
  }

  /**
   * Relative; absolute where Keras' gradient is nothing but rounding, as before a normalization.
   */
  private static double difference(float[] ours, float[] expected) {
    double largest = 0;
    for (float e : expected) {
      largest = Math.max(largest, Math.abs(e));
    }
    if (largest > 1e-6) {
      return PeerArray.relativeL2(ours, expected);
    }
    double difference = 0;
    for (int i = 0; i < ours.length; i++) {
      difference = Math.max(difference, Math.abs((double) ours[i] - expected[i]));
    }
    return difference;
  }
}
