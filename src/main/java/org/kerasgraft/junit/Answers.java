package org.kerasgraft.junit;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.savedmodel.TensorSpec;
import org.kerasgraft.train.TrainedNetwork;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;

/** What a model in memory answers; a lambda for whatever runs yours. */
@FunctionalInterface
public interface Answers {

  /**
   * Runs the model.
   *
   * @param input a batch
   * @return the outputs by the names that the export's signature gives them
   */
  Map<String, Values> to(Values input);

  /**
   * A network's own outputs.
   *
   * @param network with one input; borrowed
   * @return its answers
   */
  static Answers of(LiveNetwork network) {
    Map<String, String> fetches = new LinkedHashMap<>();
    network.network().graph().outputs().forEach((key, spec) -> fetches.put(key, spec.tensor()));
    TensorSpec input = network.network().input();
    return values -> Runs.fetch(network.session(), Map.of(input, values), fetches);
  }

  /**
   * The probabilities and logits of a trained network.
   *
   * @param trained borrowed
   * @return its answers
   */
  static Answers of(TrainedNetwork trained) {
    Map<String, String> fetches =
        Map.of(
            "probabilities", trained.head().probabilities().op().name() + ":0",
            "logits", trained.head().logits().op().name() + ":0");
    LiveNetwork network = trained.network();
    TensorSpec input = network.network().input();
    return values -> Runs.fetch(network.session(), Map.of(input, values), fetches);
  }

  /**
   * Any TensorFlow session.
   *
   * @param session borrowed
   * @param input the placeholder
   * @param outputs signature's output name to tensor, {@code node:index}
   * @return its answers
   */
  static Answers of(Session session, Output<?> input, Map<String, String> outputs) {
    Map<String, String> fetches = Map.copyOf(outputs);
    return values -> {
      Runs.requireRank(input.op().name(), input.shape(), values);
      try (Tensor tensor = values.tensor(input.dataType())) {
        Session.Runner runner = session.runner().feed(input, tensor);
        List<String> keys = List.copyOf(fetches.keySet());
        keys.forEach(key -> runner.fetch(fetches.get(key)));
        try (Result result = runner.run()) {
          return Runs.named(keys, result);
        }
      }
    };
  }
}
