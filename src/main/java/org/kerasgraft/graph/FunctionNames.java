package org.kerasgraft.graph;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.kerasgraft.savedmodel.FunctionReferences;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.FunctionDefLibrary;
import org.tensorflow.proto.NodeDef;

/** Functions that loops and branches name in their attributes, which are not inlined. */
final class FunctionNames {

  private FunctionNames() {}

  /** The functions that nodes need, and those that they need in turn; nearly always none. */
  static FunctionDefLibrary needed(Collection<NodeDef> nodes, Map<String, FunctionDef> library) {
    Set<String> needed = new LinkedHashSet<>();
    Deque<NodeDef> open = new ArrayDeque<>(nodes);
    FunctionDefLibrary.Builder functions = FunctionDefLibrary.newBuilder();
    while (!open.isEmpty()) {
      NodeDef node = open.pop();
      for (String name : FunctionReferences.of(node)) {
        FunctionDef function = library.get(name);
        if (function != null && needed.add(name)) {
          functions.addFunction(function);
          open.addAll(function.getNodeDefList());
        }
      }
    }
    return functions.build();
  }

  /**
   * The first op that is random or writes state, of a node or in the functions that it names.
   *
   * @return the op; empty if there is none
   */
  static String unsteadyOp(NodeDef node, Map<String, FunctionDef> library) {
    Set<String> seen = new LinkedHashSet<>();
    Deque<NodeDef> open = new ArrayDeque<>(Set.of(node));
    while (!open.isEmpty()) {
      NodeDef next = open.pop();
      if (StatefulOps.isRandom(next.getOp()) || StatefulOps.isWriter(next.getOp())) {
        return next.getOp();
      }
      for (String name : FunctionReferences.of(next)) {
        if (library.containsKey(name) && seen.add(name)) {
          open.addAll(library.get(name).getNodeDefList());
        }
      }
    }
    return "";
  }
}
