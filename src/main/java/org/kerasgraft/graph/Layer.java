package org.kerasgraft.graph;

import java.util.List;
import java.util.Optional;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.ndarray.Shape;

/**
 * A Keras layer found in a flat graph.
 *
 * @param name the Keras name, {@code outer/inner} inside a nested model
 * @param type the Keras class, for example {@code Conv2D}; empty where it cannot be known
 * @param output the tensor that leaves the layer, {@code node:index}; {@link #AMBIGUOUS} if several
 *     do, as from a layer that is called more than once
 * @param outputShape its shape, unknown dimensions -1; may be wholly unknown
 * @param variables the variables read in it
 * @param trainable as exported: any of its variables is declared trainable
 */
public record Layer(
    String name,
    Optional<String> type,
    String output,
    Shape outputShape,
    List<VariableSpec> variables,
    boolean trainable) {
  /** The {@link #output} of a layer that several tensors leave. */
  public static final String AMBIGUOUS = "";

  /** Copies. */
  public Layer {
    variables = List.copyOf(variables);
  }

  /**
   * The number of parameters, trainable or not.
   *
   * @return the sum of the variables' sizes
   */
  public long parameters() {
    return variables.stream().mapToLong(VariableSpec::size).sum();
  }

  /**
   * Whether exactly one tensor leaves it, so that the network can be cut there.
   *
   * @return false for a layer that is called more than once
   */
  public boolean hasOneOutput() {
    return !output.equals(AMBIGUOUS);
  }
}
