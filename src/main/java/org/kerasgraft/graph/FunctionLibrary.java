package org.kerasgraft.graph;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.savedmodel.ImportedModel;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.FunctionDefLibrary;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/** The functions of a model's graph, as calls name them. */
final class FunctionLibrary {

  /** Calls, and nodes of the bodies put in their place; twice as many as the scan allows. */
  private static final long MOST = 500_000;

  private final Map<String, FunctionDef> functions = new HashMap<>();
  private final Set<String> checked = new HashSet<>();
  private final ImportedModel model;
  private long inlined;

  FunctionLibrary(ImportedModel model) {
    this.model = model;
    model
        .metaGraph()
        .getGraphDef()
        .getLibrary()
        .getFunctionList()
        .forEach(f -> functions.put(f.getSignature().getName(), f));
  }

  /** Whether a node calls a function, by a call op or by the function's name. */
  boolean isCall(NodeDef node) {
    return node.getOp().equals("StatefulPartitionedCall")
        || node.getOp().equals("PartitionedCall")
        || functions.containsKey(node.getOp());
  }

  /** What a call calls. */
  FunctionDef function(NodeDef call) {
    String name =
        call.containsAttr("f") ? call.getAttrOrThrow("f").getFunc().getName() : call.getOp();
    FunctionDef function = functions.get(name);
    if (function == null) {
      throw damaged("node '" + call.getName() + "' calls the absent function '" + name + "'");
    }
    return function;
  }

  /**
   * What a call calls, to be put in its place: its body is checked, and what has been put in place
   * so far is counted.
   *
   * @throws ModelRefusedException if calls within calls make too much of it
   */
  FunctionDef inlined(NodeDef call) {
    FunctionDef function = function(call);
    inlined += 1 + function.getNodeDefCount();
    if (inlined > MOST) {
      throw new ModelRefusedException(
          String.format(
              Locale.ROOT,
              "The graph of '%s' has more than %,d nodes when its calls are replaced by what they"
                  + " call, at '%s' in the function '%s'.",
              model.directory(),
              MOST,
              call.getName(),
              function.getSignature().getName()),
          "No export of Keras has as many; do not use this model.");
    }
    if (checked.add(function.getSignature().getName())) {
      BodyForm.check(this, function);
    }
    return function;
  }

  /** The index among all outputs of {@code node} of output {@code index} of {@code result}. */
  int resultIndex(NodeDef node, String result, int index) {
    if (!functions.containsKey(node.getOp())) {
      return OpTable.index(node, result, index);
    }
    List<String> results =
        function(node).getSignature().getOutputArgList().stream()
            .map(OpDef.ArgDef::getName)
            .toList();
    if (!results.contains(result)) {
      throw damaged("'" + node.getName() + "' has no result '" + result + "'");
    }
    return results.indexOf(result) + index;
  }

  /** The functions that nodes name otherwise than by calling them. */
  FunctionDefLibrary needed(Collection<NodeDef> nodes) {
    return FunctionNames.needed(nodes, functions);
  }

  /** Whether a node, or a function that it names, is random or writes state. */
  boolean isUnsteady(NodeDef node) {
    return !FunctionNames.unsteadyOp(node, functions).isEmpty();
  }

  /** The error for a graph that does not fit together. */
  InvalidModelException damaged(String what) {
    return new InvalidModelException(
        "The graph of '" + model.directory() + "' is damaged: " + what + ".",
        "Copy or export the model again.");
  }
}
