package org.kerasgraft.train;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.graph.Network;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.types.TFloat32;

/** Adds the gradients of a loss to a live network's graph. */
final class Gradients {

  private static final Pattern NO_GRADIENT =
      Pattern.compile("No gradient defined for op: ?'?([A-Za-z0-9_]+)");

  private final LiveNetwork network;
  private final Weights weights;
  private final TrainablePath path;

  /** The network's part of the loss begins at {@code output}, {@code node:index}. */
  Gradients(LiveNetwork network, Weights weights, String output) {
    this.network = network;
    this.weights = weights;
    this.path = new TrainablePath(network, output);
  }

  /** What a new head is built on: the only output of a cut network. */
  static String outputOf(Network network) {
    return network.graph().outputs().values().iterator().next().tensor();
  }

  /**
   * Adds the nodes.
   *
   * @throws ModelRefusedException if a chosen variable has no gradient, naming it and the op
   */
  List<UpdateGraph.Gradient> of(Operand<TFloat32> loss, Selection selection) {
    selection.backbone().forEach(path::check);
    List<VariableSpec> chosen = selection.chosen();
    Output<?>[] handles =
        chosen.stream().map(v -> weights.handle(v).asOutput()).toArray(Output<?>[]::new);
    Output<?>[] gradients = differentiate(loss, handles, selection);
    List<UpdateGraph.Gradient> result = new ArrayList<>();
    for (int i = 0; i < gradients.length; i++) {
      VariableSpec variable = chosen.get(i);
      if (gradients[i].isClosed()) {
        throw refused(variable, "an op on its way to the loss lets no gradient through", null);
      }
      result.add(
          new UpdateGraph.Gradient(variable, weights.handle(variable), floats(gradients[i])));
    }
    return result;
  }

  /** Whether a gradient of the chosen variables comes through float16, where small ones vanish. */
  boolean passHalf(Selection selection) {
    return selection.backbone().stream().anyMatch(path::passesHalf);
  }

  private Output<?>[] differentiate(
      Operand<TFloat32> loss, Output<?>[] handles, Selection selection) {
    try {
      return network.graph().addGradients(loss.asOutput(), handles);
    } catch (TensorFlowException | IllegalArgumentException | IllegalStateException e) {
      Matcher op = NO_GRADIENT.matcher(String.valueOf(e.getMessage()));
      if (op.find()) {
        for (VariableSpec variable : selection.backbone()) {
          String node = path.nodeOf(op.group(1), variable);
          if (!node.isEmpty()) {
            throw refused(variable, "on its way to the loss " + node + " has no gradient", e);
          }
        }
      }
      throw new ModelRefusedException(
          "The loss cannot be differentiated: " + e.getMessage(),
          "Choose only layers behind the op that is named.",
          e);
    }
  }

  private static ModelRefusedException refused(
      VariableSpec variable, String why, RuntimeException cause) {
    return new ModelRefusedException(
        "The variable '" + variable.name() + "' was chosen to train, but " + why + ".",
        "Leave its layer out of the selection.",
        cause);
  }

  @SuppressWarnings("unchecked") // the gradient of a float32 variable is float32
  private static Operand<TFloat32> floats(Output<?> gradient) {
    return (Operand<TFloat32>) (Operand<?>) gradient;
  }
}
