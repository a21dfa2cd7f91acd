package org.kerasgraft.head;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * A head in a live network's graph. The training and the inference path share the variables. The
 * operands belong to the graph and live as long as it.
 *
 * @param trainingLogits float32 (n, units), with dropout
 * @param logits float32 (n, units), without dropout; units is 1 for one sigmoid
 * @param probabilities float32 (n, classes), rows sum to 1; for one sigmoid the columns are 1 - p
 *     and p
 * @param classes the number of classes, 2 or more
 * @param parameters the new variables in order; empty for a kept head
 * @param dropoutSeed int64 (2), to be fed with two new numbers each training step; empty if there
 *     is no dropout
 */
public record BuiltHead(
    Operand<TFloat32> trainingLogits,
    Operand<TFloat32> logits,
    Operand<TFloat32> probabilities,
    int classes,
    List<HeadVariable> parameters,
    Optional<Operand<TInt64>> dropoutSeed) {

  /** Copies. */
  public BuiltHead {
    parameters = List.copyOf(parameters);
  }

  /**
   * The number of logits.
   *
   * @return 1 for one sigmoid, else the number of classes
   */
  public int units() {
    return (int) logits.shape().get(1);
  }

  /**
   * The new variables as data; each one's name is also its {@code VarHandleOp} node's.
   *
   * @return in order; empty for a kept head
   */
  public List<VariableSpec> variables() {
    return parameters.stream().map(HeadVariable::spec).toList();
  }

  /**
   * Gives every new variable its initial value; the same seed gives the same bits.
   *
   * @param session the live network's session, borrowed
   */
  public void initialize(Session session) {
    if (parameters.isEmpty()) {
      return;
    }
    Session.Runner runner = session.runner();
    parameters.forEach(p -> runner.addTarget(p.initializer()));
    runner.run().close();
  }

  /**
   * Copies the current values of the new variables.
   *
   * @param session the live network's session, borrowed
   * @return name to values in C order; copies owned by the caller
   */
  public Map<String, float[]> values(Session session) {
    Map<String, float[]> values = new LinkedHashMap<>();
    if (parameters.isEmpty()) {
      return values;
    }
    Session.Runner runner = session.runner();
    parameters.forEach(p -> runner.fetch(p.read().asOutput()));
    try (Result result = runner.run()) {
      for (int i = 0; i < parameters.size(); i++) {
        float[] copy = new float[(int) parameters.get(i).spec().size()];
        result.get(i).asRawTensor().data().asFloats().read(copy);
        values.put(parameters.get(i).spec().name(), copy);
      }
    }
    return values;
  }

  /**
   * Overwrites new variables.
   *
   * @param session the live network's session, borrowed
   * @param values name to values in C order, as {@link #values} gives them; copied; names of other
   *     variables are left alone
   */
  public void assign(Session session, Map<String, float[]> values) {
    for (HeadVariable parameter : parameters) {
      float[] value = values.get(parameter.spec().name());
      if (value != null) {
        try (TFloat32 tensor =
            TFloat32.tensorOf(parameter.spec().shape(), DataBuffers.of(value, true, false))) {
          session
              .runner()
              .feed(parameter.assignment().value().asOutput(), tensor)
              .addTarget(parameter.assignment().op())
              .run()
              .close();
        }
      }
    }
  }
}
