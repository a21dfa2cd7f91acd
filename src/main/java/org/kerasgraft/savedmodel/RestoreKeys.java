package org.kerasgraft.savedmodel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedConcreteFunction;
import org.tensorflow.proto.TensorProto;

/**
 * Which checkpoint key the model's own restore op assigns to each variable handle of the main
 * graph. Keras 3 exports keep two copies of each value: this finds the one that C++ restores.
 */
final class RestoreKeys {

  /** Savers put one Identity between; a chain may also be a circle. */
  private static final int DEEPEST = 20;

  private final Map<String, String> keys = new HashMap<>();

  private RestoreKeys() {}

  /** Node name of the handle to the checkpoint key; empty where nothing is restored. */
  static Map<String, String> of(MetaGraphDef metaGraph) {
    RestoreKeys found = new RestoreKeys();
    GraphDef graph = metaGraph.getGraphDef();
    String restore = node(metaGraph.getSaverDef().getRestoreOpName());
    for (NodeDef call : graph.getNodeList()) {
      if (call.getName().equals(restore) && call.containsAttr("f")) {
        String name = call.getAttrOrThrow("f").getFunc().getName();
        graph.getLibrary().getFunctionList().stream()
            .filter(f -> f.getSignature().getName().equals(name))
            .forEach(f -> found.add(f, call));
      }
    }
    found.add(graph.getNodeList(), Map.of());
    return found.keys;
  }

  /**
   * Id of each captured object to the key that its handle is restored from.
   *
   * @param metaGraph the model
   * @param calls the functions that signatures call, with the nodes that call them
   */
  static Map<Integer, String> byObject(MetaGraphDef metaGraph, Map<String, NodeDef> calls) {
    Map<String, String> byHandle = of(metaGraph);
    Map<Integer, String> keys = new HashMap<>();
    calls.forEach(
        (function, call) -> {
          List<Integer> bound =
              metaGraph
                  .getObjectGraphDef()
                  .getConcreteFunctionsOrDefault(
                      function, SavedConcreteFunction.getDefaultInstance())
                  .getBoundInputsList();
          List<String> given =
              call.getInputList().stream().filter(i -> !i.startsWith("^")).toList();
          int first = given.size() - bound.size();
          for (int i = 0; first >= 0 && i < bound.size(); i++) {
            String key = byHandle.get(node(given.get(first + i)));
            if (key != null) {
              keys.putIfAbsent(bound.get(i), key);
            }
          }
        });
    return keys;
  }

  private void add(FunctionDef function, NodeDef call) {
    List<String> given = call.getInputList().stream().filter(i -> !i.startsWith("^")).toList();
    Map<String, String> arguments = new HashMap<>();
    for (int i = 0; i < Math.min(given.size(), function.getSignature().getInputArgCount()); i++) {
      arguments.put(function.getSignature().getInputArg(i).getName(), node(given.get(i)));
    }
    add(function.getNodeDefList(), arguments);
  }

  private void add(List<NodeDef> nodes, Map<String, String> arguments) {
    Map<String, NodeDef> byName = new HashMap<>();
    nodes.forEach(n -> byName.put(n.getName(), n));
    Map<String, List<String>> constants = new HashMap<>();
    for (NodeDef assign : nodes) {
      if (!assign.getOp().equals("AssignVariableOp") || assign.getInputCount() < 2) {
        continue;
      }
      String value = assign.getInput(1);
      NodeDef source = byName.get(node(value));
      for (int step = 0; step < DEEPEST && isPassedOn(source); step++) {
        value = source.getInput(0);
        source = byName.get(node(value));
      }
      if (source != null && source.getOp().equals("RestoreV2") && source.getInputCount() > 1) {
        List<String> names =
            constants.computeIfAbsent(node(source.getInput(1)), name -> strings(byName.get(name)));
        int index = index(value);
        if (index < names.size()) {
          String handle = node(assign.getInput(0));
          keys.putIfAbsent(arguments.getOrDefault(handle, handle), names.get(index));
        }
      }
    }
  }

  private static boolean isPassedOn(NodeDef node) {
    return node != null && node.getOp().equals("Identity") && node.getInputCount() > 0;
  }

  private static List<String> strings(NodeDef constant) {
    if (constant == null || !constant.containsAttr("value")) {
      return List.of();
    }
    TensorProto tensor = constant.getAttrOrThrow("value").getTensor();
    List<String> texts = new ArrayList<>();
    tensor.getStringValList().forEach(s -> texts.add(s.toStringUtf8()));
    return texts;
  }

  private static String node(String tensor) {
    int colon = tensor.indexOf(':');
    return colon < 0 ? tensor : tensor.substring(0, colon);
  }

  /** The last number of {@code node:index} or {@code node:argument:index}. */
  private static int index(String tensor) {
    String last = tensor.substring(tensor.lastIndexOf(':') + 1);
    return last.matches("\\d{1,9}") ? Integer.parseInt(last) : 0;
  }
}
