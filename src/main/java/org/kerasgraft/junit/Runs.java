package org.kerasgraft.junit;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.graph.Layer;
import org.kerasgraft.graph.Network;
import org.kerasgraft.internal.NativeScope;
import org.kerasgraft.savedmodel.TensorSpec;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;

/** Runs graphs on values. */
final class Runs {

  private Runs() {}

  /**
   * The outputs of layers, or of whatever the keys name, in one run. Several may share a tensor, as
   * a nested model and its last layer do; an input layer's is what is fed.
   */
  static Map<String, Values> fetch(
      Session session, Map<TensorSpec, Values> inputs, Map<String, String> tensors) {
    Map<String, Values> known = new LinkedHashMap<>();
    inputs.forEach((spec, values) -> requireRank(spec.tensor(), spec.shape(), values));
    inputs.forEach((spec, values) -> known.put(spec.tensor(), values));
    List<String> wanted =
        tensors.values().stream().filter(tensor -> !known.containsKey(tensor)).distinct().toList();
    if (!wanted.isEmpty()) {
      try (NativeScope scope = new NativeScope()) {
        Session.Runner runner = session.runner();
        inputs.forEach(
            (spec, values) -> runner.feed(spec.tensor(), scope.own(values.tensor(spec.dtype()))));
        wanted.forEach(runner::fetch);
        known.putAll(named(wanted, scope.own(runner.run())));
      }
    }
    Map<String, Values> fetched = new LinkedHashMap<>();
    tensors.forEach((key, tensor) -> fetched.put(key, known.get(tensor)));
    return fetched;
  }

  /** A tensor of another rank than its placeholder's can abort the JVM inside TensorFlow. */
  static void requireRank(String input, Shape wanted, Values values) {
    if (!wanted.isUnknown() && wanted.numDimensions() != values.shape().numDimensions()) {
      throw new InvalidDataException(
          "The input '"
              + input
              + "' takes the shape "
              + Text.shape(wanted)
              + ", not "
              + Text.shape(values.shape())
              + ".",
          "Give a batch of the model's rank.");
    }
  }

  static Map<String, Values> named(List<String> keys, Result result) {
    Map<String, Values> values = new LinkedHashMap<>();
    for (int i = 0; i < keys.size(); i++) {
      values.put(keys.get(i), Values.of(result.get(i)));
    }
    return values;
  }

  static Map<String, Values> fetch(
      LiveNetwork network, Golden golden, Map<String, String> tensors) {
    return fetch(network.session(), inputs(network.network(), golden), tensors);
  }

  /**
   * A golden's inputs for a network's placeholders: the only one for the only one, else by the
   * signature's name or the Keras input layer's. A cut network may need fewer.
   */
  private static Map<TensorSpec, Values> inputs(Network network, Golden golden) {
    Map<String, TensorSpec> wanted = network.graph().inputs();
    if (wanted.size() == 1 && golden.inputs().size() == 1) {
      return Map.of(wanted.values().iterator().next(), golden.input());
    }
    Map<TensorSpec, Values> inputs = new LinkedHashMap<>();
    wanted.forEach((key, spec) -> inputs.put(spec, input(network, golden, key, spec)));
    return inputs;
  }

  private static Values input(Network network, Golden golden, String key, TensorSpec spec) {
    if (golden.inputs().containsKey(key)) {
      return golden.inputs().get(key);
    }
    return network.layers().stream()
        .filter(layer -> layer.output().equals(spec.tensor()))
        .map(Layer::name)
        .filter(golden.inputs()::containsKey)
        .findFirst()
        .map(golden.inputs()::get)
        .orElseThrow(
            () ->
                new InvalidDataException(
                    "The network's input '"
                        + key
                        + "' is not in the "
                        + golden
                        + ", which holds "
                        + Text.some(golden.inputs().keySet())
                        + ".",
                    "Name inputs as the Keras input layers are."));
  }
}
