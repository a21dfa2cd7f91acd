package org.kerasgraft.train;

import java.util.List;
import java.util.Map;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.data.LabelledRows;
import org.kerasgraft.data.RowSource;
import org.kerasgraft.head.BuiltHead;
import org.kerasgraft.savedmodel.VariableSpec;

/**
 * A live network with its head, and what was trained. Does not own the network: whoever opened it
 * closes it. Predicting is safe from many threads.
 *
 * @param network the network, borrowed
 * @param head the head in the network's graph
 * @param selection what trained in the last phase
 * @param history what happened
 */
public record TrainedNetwork(
    LiveNetwork network, BuiltHead head, Selection selection, History history) {

  /**
   * Predicts rows.
   *
   * @param fedAt the tensor at which the rows go in: {@link #inputTensor()}, or an inner one for
   *     stored features
   * @param rows float32 rows of that tensor's shape, borrowed
   * @param batchSize rows a run, 1 or more
   * @return probabilities, one row each
   */
  public Predictions predict(String fedAt, RowSource rows, int batchSize) {
    return new Predictor(network, head).predict(fedAt, rows, batchSize);
  }

  /**
   * Predicts rows and compares with their labels.
   *
   * @param fedAt the tensor at which the rows go in
   * @param rows rows with labels, borrowed
   * @param classes the classes' names
   * @param batchSize rows a run, 1 or more
   * @return the figures
   */
  public Evaluation evaluate(String fedAt, LabelledRows rows, List<String> classes, int batchSize) {
    return Evaluation.of(predict(fedAt, rows.rows(), batchSize), rows.labels(), classes);
  }

  /**
   * The network's input.
   *
   * @return {@code node:0}
   */
  public String inputTensor() {
    return Tensors.name(network.input());
  }

  /**
   * Copies the current values of float32 variables, the network's and the head's.
   *
   * @param variables which ones
   * @return name to values in C order; copies owned by the caller
   */
  public Map<String, float[]> values(Iterable<VariableSpec> variables) {
    return new Weights(network, head).read(variables);
  }
}
