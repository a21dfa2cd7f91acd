package org.kerasgraft.backbone;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.graph.Network;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.internal.types.registry.TensorTypeRegistry;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/**
 * Restores a network's variables, each by its own checkpoint key, a few at a time so that values
 * are not held twice.
 */
final class Restore {

  /** Bytes restored by one op; a larger variable has an op for itself. */
  private static final long CHUNK = 32L << 20;

  private final Network network;
  private final Graph graph;
  private final Session session;

  Restore(Network network, Graph graph, Session session) {
    this.network = network;
    this.graph = graph;
    this.session = session;
  }

  void run() {
    List<VariableSpec> variables =
        network.graph().variables().values().stream()
            .filter(v -> !v.checkpointKeys().isEmpty())
            .toList();
    if (variables.isEmpty()) {
      return;
    }
    Path prefix = network.source().directory().resolve("variables").resolve("variables");
    Ops tf = Ops.create(graph).withSubScope("graft_restore");
    Placeholder<TString> path = tf.placeholder(TString.class);
    List<List<Op>> chunks = chunks(variables).stream().map(c -> assign(tf, path, c)).toList();
    try (TString value = TString.scalarOf(prefix.toString())) {
      for (List<Op> chunk : chunks) {
        Session.Runner runner = session.runner().feed(path, value);
        chunk.forEach(runner::addTarget);
        runner.run().close();
      }
    } catch (TensorFlowException e) {
      throw new InvalidModelException(
          "The weights of '"
              + network.source().directory()
              + "' cannot be read: "
              + GraphImport.firstLine(e)
              + ".",
          "Copy or export the model again.",
          e);
    }
  }

  private static List<List<VariableSpec>> chunks(List<VariableSpec> variables) {
    List<List<VariableSpec>> chunks = new ArrayList<>();
    long bytes = CHUNK;
    for (VariableSpec variable : variables) {
      long size = variable.size() * 4;
      if (bytes + size > CHUNK) {
        chunks.add(new ArrayList<>());
        bytes = 0;
      }
      chunks.get(chunks.size() - 1).add(variable);
      bytes += size;
    }
    return chunks;
  }

  @SuppressWarnings("unchecked") // handles and restored values take any tensor type
  private List<Op> assign(Ops tf, Operand<TString> path, List<VariableSpec> chunk) {
    var restored =
        tf.train.restore(
            path,
            tf.array(chunk.stream().map(v -> v.checkpointKeys().get(0)).toArray(String[]::new)),
            tf.array(chunk.stream().map(v -> "").toArray(String[]::new)),
            chunk.stream().<Class<? extends TType>>map(v -> type(v.dtype())).toList());
    List<Op> assigns = new ArrayList<>();
    for (int i = 0; i < chunk.size(); i++) {
      Operand<TType> handle =
          (Operand<TType>) (Operand<?>) graph.operationOrThrow(chunk.get(i).name()).output(0);
      assigns.add(tf.assignVariableOp(handle, restored.tensors().get(i)));
    }
    return assigns;
  }

  private static Class<? extends TType> type(DataType dtype) {
    return TensorTypeRegistry.find(dtype).type();
  }
}
