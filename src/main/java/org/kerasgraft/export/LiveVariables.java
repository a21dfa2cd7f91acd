package org.kerasgraft.export;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.proto.NodeDef;

/** The current values of variables in a session; borrows graph and session. */
final class LiveVariables {

  private final Session session;
  private final List<Output<?>> reads = new ArrayList<>();

  /** Finds a node that reads each variable; adds one where the graph has only other uses. */
  LiveVariables(Graph graph, Session session, List<ExportedVariable> variables) {
    this.session = session;
    Map<String, String> readers = new HashMap<>();
    for (NodeDef node : graph.toGraphDef().getNodeList()) {
      if (node.getOp().equals("ReadVariableOp")) {
        readers.putIfAbsent(TensorRef.parse(node.getInput(0)).node(), node.getName());
      }
    }
    for (ExportedVariable variable : variables) {
      String reader = readers.get(variable.liveHandle());
      reads.add(reader == null ? added(graph, variable) : graph.operationOrThrow(reader).output(0));
    }
  }

  private static Output<?> added(Graph graph, ExportedVariable variable) {
    return graph
        .opBuilder("ReadVariableOp", "export_read", graph.baseScope().withSubScope("export"))
        .addInput(graph.outputOrThrow(variable.liveHandle()))
        .setAttr("dtype", variable.spec().dtype())
        .build()
        .output(0);
  }

  /** Values in the variables' order, sharing memory with the session; closed by the caller. */
  Result read() {
    Session.Runner runner = session.runner();
    reads.forEach(runner::fetch);
    return runner.run();
  }
}
