package org.kerasgraft.backbone;

import java.util.Optional;
import java.util.function.Function;
import org.kerasgraft.graph.DataFlow;
import org.kerasgraft.graph.Network;
import org.tensorflow.Graph;
import org.tensorflow.ndarray.Shape;

/**
 * The static shapes of a network's tensors, as TensorFlow infers them. Holds a graph without a
 * session from the first question on; {@link #close()} frees it.
 */
public final class TensorShapes implements Function<String, Shape>, AutoCloseable {

  private final Network network;
  private Optional<Graph> graph = Optional.empty();

  /**
   * Prepares; nothing native is held yet.
   *
   * @param network whole or cut
   */
  public TensorShapes(Network network) {
    this.network = network;
  }

  /**
   * The shape of a tensor.
   *
   * @param tensor {@code node:index}; the index may be left out for 0
   * @return what is known without running anything; −1 for a size that may vary
   * @throws org.kerasgraft.error.ModelRefusedException if TensorFlow cannot take the graph
   */
  @Override
  public Shape apply(String tensor) {
    int colon = tensor.lastIndexOf(':');
    int index = colon < 0 ? 0 : Integer.parseInt(tensor.substring(colon + 1));
    return imported().operationOrThrow(DataFlow.nodeOf(tensor)).output(index).shape();
  }

  private Graph imported() {
    if (graph.isEmpty()) {
      graph = Optional.of(new Graph());
      GraphImport.into(graph.get(), network);
    }
    return graph.get();
  }

  /** Frees the graph, if one is held. */
  @Override
  public void close() {
    graph.ifPresent(Graph::close);
    graph = Optional.empty();
  }
}
