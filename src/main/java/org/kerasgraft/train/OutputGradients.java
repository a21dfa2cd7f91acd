package org.kerasgraft.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.graph.Network;
import org.kerasgraft.head.BuiltHead;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/**
 * The gradients of a network's own output with respect to its variables, added to its graph as
 * training adds them, without a head or labels: for comparing them with Keras'.
 */
public final class OutputGradients {

  private OutputGradients() {}

  /**
   * Adds the nodes for the mean of the squares of the only output, over all its elements and in
   * float32.
   *
   * @param network cut, and in its {@link Variables#trainableForm trainable form}; borrowed
   * @param variables with respect to which; float32 variables of the network
   * @return variable's name to the tensor of its gradient, in the order given
   * @throws ModelRefusedException if one has no gradient, or would get a wrong one, naming the op
   * @throws UsageException if the network has several outputs
   */
  public static Map<String, Output<?>> ofMeanSquare(
      LiveNetwork network, List<VariableSpec> variables) {
    Network cut = network.network();
    if (cut.graph().outputs().size() != 1) {
      throw new UsageException(
          "The network has the outputs " + cut.graph().outputs().keySet() + ".",
          "Cut it after one layer.");
    }
    String output = Gradients.outputOf(cut);
    Operand<TFloat32> loss = meanSquare(network, output);
    BuiltHead none = new BuiltHead(loss, loss, loss, 2, List.of(), Optional.empty());
    List<VariableSpec> all = List.copyOf(cut.graph().variables().values());
    Map<String, Output<?>> gradients = new LinkedHashMap<>();
    new Gradients(network, new Weights(network, none), output)
        .of(loss, new Selection(variables, List.of(), all))
        .forEach(g -> gradients.put(g.spec().name(), g.gradient().asOutput()));
    return gradients;
  }

  @SuppressWarnings("unchecked") // what layers give are numbers
  private static Operand<TFloat32> meanSquare(LiveNetwork network, String output) {
    Ops tf = network.ops().withSubScope("mean_square");
    Operand<TNumber> values = (Operand<TNumber>) (Operand<?>) network.tensor(output);
    Operand<TFloat32> squares = tf.math.square(tf.dtypes.cast(values, TFloat32.class));
    return tf.math.mean(tf.reshape(squares, tf.array(-1)), tf.constant(0));
  }
}
