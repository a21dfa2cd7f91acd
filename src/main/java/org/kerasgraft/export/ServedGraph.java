package org.kerasgraft.export;

import java.nio.file.Path;
import org.kerasgraft.backbone.SessionSettings;
import org.kerasgraft.savedmodel.ImportedModel;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.types.TString;

/**
 * A SavedModel as TensorFlow serves it: the main graph with its functions, variables restored by
 * its own saver. Made from what was read and scanned, not from the file again, which could be
 * another by then; the init op is not run. Owns graph and session.
 */
final class ServedGraph implements AutoCloseable {

  private final MetaGraphDef metaGraph;
  private final Graph graph;
  private final Session session;

  private ServedGraph(MetaGraphDef metaGraph, Graph graph, Session session) {
    this.metaGraph = metaGraph;
    this.graph = graph;
    this.session = session;
  }

  /**
   * Imports and restores.
   *
   * @throws RuntimeException of TensorFlow's if it cannot be imported or restored
   */
  static ServedGraph open(ImportedModel model, SessionSettings settings) {
    MetaGraphDef metaGraph = model.metaGraph();
    Graph graph = new Graph();
    try {
      graph.importGraphDef(metaGraph.getGraphDef());
      Session session = new Session(graph, settings.config());
      try {
        restore(session, metaGraph.getSaverDef(), model.directory());
        return new ServedGraph(metaGraph, graph, session);
      } catch (RuntimeException | Error e) {
        session.close();
        throw e;
      }
    } catch (RuntimeException | Error e) {
      graph.close();
      throw e;
    }
  }

  private static void restore(Session session, SaverDef saver, Path directory) {
    String prefix = directory.resolve("variables").resolve("variables").toString();
    try (TString name = TString.scalarOf(prefix)) {
      session
          .runner()
          .feed(saver.getFilenameTensorName(), name)
          .addTarget(saver.getRestoreOpName())
          .run()
          .close();
    }
  }

  MetaGraphDef metaGraph() {
    return metaGraph;
  }

  Session session() {
    return session;
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
