package org.kerasgraft.backbone;

import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.graph.Network;
import org.tensorflow.Graph;
import org.tensorflow.exceptions.TensorFlowException;

/** Imports a network's nodes into a graph. */
final class GraphImport {

  private GraphImport() {}

  static void into(Graph graph, Network network) {
    try {
      graph.importGraphDef(network.graph().graphDef());
    } catch (TensorFlowException | IllegalArgumentException e) {
      throw new ModelRefusedException(
          "TensorFlow cannot take the graph of '"
              + network.source().directory()
              + "' (written by TensorFlow "
              + network.source().tensorflowVersion()
              + "): "
              + firstLine(e)
              + ".",
          "Export the model with a TensorFlow version no newer than this library's.",
          e);
    }
  }

  /** The first line of a native message: the rest is a trace of nodes. */
  static String firstLine(Exception e) {
    String text = String.valueOf(e.getMessage());
    int end = text.indexOf('\n');
    return end < 0 ? text : text.substring(0, end);
  }
}
