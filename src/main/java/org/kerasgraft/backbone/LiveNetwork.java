package org.kerasgraft.backbone;

import java.util.Map;
import org.kerasgraft.graph.Network;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TType;

/**
 * A network in memory: its own TensorFlow graph and session with every variable restored from the
 * checkpoint by key. Nodes may be added to the graph (heads, updates), not concurrently with runs.
 * Running is safe from many threads. Owns graph and session; {@link #close()} is idempotent.
 */
public final class LiveNetwork implements AutoCloseable {

  private LiveNetwork() {}

  /**
   * Imports a network's graph and restores its variables.
   *
   * @param network whole or cut
   * @param options device and threads
   * @return the live network, owned by the caller
   * @throws org.kerasgraft.error.UsageException if a GPU is asked for and there is none
   * @throws org.kerasgraft.error.InvalidModelException if the checkpoint cannot be restored
   */
  public static LiveNetwork open(Network network, RuntimeOptions options) {
    throw new UnsupportedOperationException();
  }

  /**
   * What it was opened from.
   *
   * @return the network as data
   */
  public Network network() {
    throw new UnsupportedOperationException();
  }

  /**
   * The live graph.
   *
   * @return borrowed; do not close
   */
  public Graph graph() {
    throw new UnsupportedOperationException();
  }

  /**
   * The session.
   *
   * @return borrowed; do not close
   */
  public Session session() {
    throw new UnsupportedOperationException();
  }

  /**
   * Ops that add nodes to the live graph.
   *
   * @return the ops
   */
  public Ops ops() {
    throw new UnsupportedOperationException();
  }

  /**
   * A tensor of the graph.
   *
   * @param tensor {@code node:index}, as in layers and specs
   * @return the output; may be fetched, and fed to start the computation there
   */
  public Output<?> tensor(String tensor) {
    throw new UnsupportedOperationException(tensor);
  }

  /**
   * The single image (or array) input.
   *
   * @return the placeholder
   * @throws org.kerasgraft.error.ModelRefusedException if the network has several inputs
   */
  public Output<?> input() {
    throw new UnsupportedOperationException();
  }

  /**
   * The resource handle of a variable.
   *
   * @param variable one of this network's
   * @return the {@code VarHandleOp}'s output
   */
  public Operand<? extends TType> handle(VariableSpec variable) {
    throw new UnsupportedOperationException(variable.name());
  }

  /**
   * Copies the current values of float32 variables.
   *
   * @param variables which ones
   * @return name to values in C order; copies owned by the caller
   */
  public Map<String, float[]> values(Iterable<VariableSpec> variables) {
    throw new UnsupportedOperationException();
  }

  /**
   * Overwrites float32 variables.
   *
   * @param values name to values in C order, as {@link #values} gives them; copied
   */
  public void assign(Map<String, float[]> values) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
