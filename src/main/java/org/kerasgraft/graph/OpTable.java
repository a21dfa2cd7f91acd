package org.kerasgraft.graph;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.kerasgraft.savedmodel.OpRegistry;
import org.tensorflow.proto.NodeDef;

/**
 * The ops that the runtime's TensorFlow registers: results, attributes and arguments, from {@link
 * OpRegistry}. {@link OpForm} and {@link OpAttribute} say how a line is written.
 */
final class OpTable {

  private static final Map<String, String> LINES = read();

  private OpTable() {}

  /** What the registry says of an op; empty if it does not have it. */
  static Optional<OpForm> form(String op) {
    return Optional.ofNullable(LINES.get(op)).map(OpForm::of);
  }

  /** The attributes that the runtime's op has; empty if it does not have the op. */
  static Optional<Set<String>> attributes(String op) {
    return form(op).map(f -> f.attributes().keySet());
  }

  /**
   * The index among all outputs of {@code node} of output {@code index} of {@code result}: a
   * function body says {@code node:result:0}, a flat graph {@code node:k}.
   */
  static int index(NodeDef node, String result, int index) {
    Optional<OpForm> form = form(node.getOp());
    if (form.isEmpty()) {
      return index;
    }
    int offset = 0;
    for (OpForm.Argument next : form.get().outputs()) {
      if (next.name().equals(result)) {
        return offset + index;
      }
      offset += form.get().count(node, next);
    }
    throw new IllegalArgumentException("The op " + node.getOp() + " has no result " + result);
  }

  private static Map<String, String> read() {
    Map<String, String> table = new HashMap<>();
    OpRegistry.lines().forEach(line -> table.put(line.substring(0, line.indexOf('|')), line));
    return table;
  }
}
