package org.kerasgraft.head;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.graph.Network;
import org.kerasgraft.savedmodel.TensorSpec;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TFloat32;

/** Finds the last softmax or sigmoid behind a network's only output. */
final class KeptHeadSearch {

  private static final String FIX =
      "Cut the model at a layer and train a new head on its features instead.";

  /** The outputs of an exported model's serving signature. */
  private static final Set<String> OWN_OUTPUTS = Set.of("logits", "probabilities");

  private KeptHeadSearch() {}

  static KeptHead of(Network network) {
    Map<String, TensorSpec> outputs = network.graph().outputs();
    if (outputs.keySet().equals(OWN_OUTPUTS)) {
      return exportedHere(outputs);
    }
    if (outputs.size() != 1) {
      throw new UsageException(
          "The model has " + outputs.size() + " outputs; a kept classifier needs exactly one.",
          FIX);
    }
    TensorSpec output = outputs.values().iterator().next();
    Map<String, NodeDef> nodes = new HashMap<>();
    network.graph().graphDef().getNodeList().forEach(n -> nodes.put(n.getName(), n));
    NodeDef node = nodes.get(node(output.tensor()));
    while (node != null && node.getOp().equals("Identity")) {
      node = nodes.get(node(node.getInput(0)));
    }
    Optional<Activation> activation = activation(node);
    if (activation.isEmpty()) {
      throw new UsageException(
          "The model does not end in a softmax or sigmoid ("
              + (node == null ? output.tensor() : node.getOp() + " '" + node.getName() + "'")
              + " is last), so its outputs are not known to be class logits.",
          FIX);
    }
    return new KeptHead(
        tensor(node.getInput(0)), activation.get(), classes(output, activation.get()));
  }

  /** A model that this library wrote tells its logits itself. */
  private static KeptHead exportedHere(Map<String, TensorSpec> outputs) {
    TensorSpec logits = outputs.get("logits");
    long units = logits.shape().numDimensions() == 2 ? logits.shape().get(1) : -1;
    Activation activation = units == 1 ? Activation.SIGMOID : Activation.SOFTMAX;
    return new KeptHead(logits.tensor(), activation, classes(logits, activation));
  }

  private static Optional<Activation> activation(NodeDef node) {
    return switch (node == null ? "" : node.getOp()) {
      case "Softmax" -> Optional.of(Activation.SOFTMAX);
      case "Sigmoid" -> Optional.of(Activation.SIGMOID);
      default -> Optional.empty();
    };
  }

  private static int classes(TensorSpec output, Activation activation) {
    long units =
        output.shape().isUnknown() || output.shape().numDimensions() != 2
            ? -1
            : output.shape().get(1);
    boolean fits = activation == Activation.SIGMOID ? units == 1 : units >= 2;
    if (!fits) {
      throw new UsageException(
          "The model's last "
              + activation.id()
              + " has output shape "
              + output.shape()
              + "; a classifier's is (n, classes) for softmax, (n, 1) for sigmoid.",
          FIX);
    }
    return activation == Activation.SIGMOID ? 2 : (int) units;
  }

  private static String node(String tensor) {
    int colon = tensor.indexOf(':');
    return colon < 0 ? tensor : tensor.substring(0, colon);
  }

  private static String tensor(String input) {
    return input.indexOf(':') < 0 ? input + ":0" : input;
  }

  /** Loss and probabilities are computed in float32, also behind logits in half precision. */
  @SuppressWarnings("unchecked") // checked; the input of a softmax or sigmoid is floating
  static BuiltHead build(KeptHead kept, LiveNetwork network) {
    Ops tf = network.ops().withSubScope("kept_head");
    Output<?> own = network.tensor(kept.logits());
    Operand<TFloat32> logits =
        own.dataType() == DataType.DT_FLOAT
            ? (Operand<TFloat32>) own
            : tf.withName("float32").dtypes.cast(own, TFloat32.class);
    return new BuiltHead(
        logits,
        logits,
        ClassProbabilities.of(tf, logits, kept.classes()),
        kept.classes(),
        List.of(),
        Optional.empty());
  }
}
