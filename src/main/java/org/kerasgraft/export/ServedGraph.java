package org.kerasgraft.export;

import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import org.kerasgraft.backbone.SessionSettings;
import org.kerasgraft.graph.GraphForm;
import org.kerasgraft.graph.Pruner;
import org.kerasgraft.savedmodel.ImportedModel;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.types.TString;

/**
 * A SavedModel as TensorFlow serves it: what its signatures need of the main graph and functions,
 * variables restored by its own saver. Made from what was read and scanned, not from the file
 * again, which could be another by then; the init op is not run. Owns graph and session.
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
   * Imports what the signatures and restoring need, and restores.
   *
   * @param model scanned
   * @param settings of the session
   * @param signatures the signatures that are to be run, if the model has them
   * @param also other nodes that are to be run
   * @throws org.kerasgraft.error.InvalidModelException if it contradicts itself
   * @throws RuntimeException of TensorFlow's if it cannot be imported or restored
   */
  static ServedGraph open(
      ImportedModel model,
      SessionSettings settings,
      Collection<String> signatures,
      Collection<String> also) {
    MetaGraphDef metaGraph = model.metaGraph();
    GraphDef needed = needed(metaGraph, signatures, also);
    GraphForm.check(needed, model);
    Graph graph = new Graph();
    try {
      graph.importGraphDef(needed);
      Session session = new Session(graph, settings.config());
      try {
        restore(session, metaGraph.getSaverDef(), model.directory());
        model.weights().requireSame();
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

  /**
   * The saver's own ops and functions are not among them: nothing in the session can write files.
   */
  private static GraphDef needed(
      MetaGraphDef metaGraph, Collection<String> signatures, Collection<String> also) {
    Set<String> wanted = new LinkedHashSet<>(also);
    wanted.add(metaGraph.getSaverDef().getRestoreOpName());
    wanted.add(metaGraph.getSaverDef().getFilenameTensorName());
    for (String name : signatures) {
      SignatureDef signature =
          metaGraph.getSignatureDefOrDefault(name, SignatureDef.getDefaultInstance());
      signature.getInputsMap().values().forEach(input -> wanted.add(input.getName()));
      signature.getOutputsMap().values().forEach(output -> wanted.add(output.getName()));
    }
    return Pruner.needed(metaGraph.getGraphDef(), wanted);
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
