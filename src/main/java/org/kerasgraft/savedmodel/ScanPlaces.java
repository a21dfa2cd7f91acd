package org.kerasgraft.savedmodel;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.kerasgraft.savedmodel.OpPolicy.Position;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SaverDef;

/**
 * Which nodes and functions of a meta graph belong to its saver and to its init op. What the saver
 * shares with anything else is not the saver's.
 */
final class ScanPlaces {

  private final Map<String, NodeDef> main = new HashMap<>();
  private final Map<String, FunctionDef> functions = new HashMap<>();
  private final Set<String> saverNodes;
  private final Set<String> initNodes;
  private final Set<String> restoreNodes;
  private final Set<String> saverFunctions = new HashSet<>();
  private final Set<String> initFunctions;
  private final Set<String> restoreFunctions;
  private final SaverDef saver;

  /**
   * Where a node stands.
   *
   * @param position what is allowed there
   * @param restores whether it runs when the weights are restored
   */
  record Place(Position position, boolean restores) {

    /** For a person, after the name of the graph or function. */
    String words() {
      return position == Position.INITIALIZATION ? ", below the init op" : "";
    }
  }

  ScanPlaces(MetaGraphDef metaGraph, Collection<String> initTensors) {
    metaGraph.getGraphDef().getNodeList().forEach(n -> main.putIfAbsent(n.getName(), n));
    metaGraph
        .getGraphDef()
        .getLibrary()
        .getFunctionList()
        .forEach(f -> functions.put(f.getSignature().getName(), f));
    this.saver = metaGraph.getSaverDef();
    this.initNodes = PrefixFlow.ancestors(main, initTensors);
    this.saverNodes =
        PrefixFlow.ancestors(main, List.of(saver.getSaveTensorName(), saver.getRestoreOpName()));
    Set<String> served = new HashSet<>();
    metaGraph.getSignatureDefMap().values().stream()
        .flatMap(signature -> signature.getOutputsMap().values().stream())
        .forEach(output -> served.add(output.getName()));
    saverNodes.removeAll(PrefixFlow.ancestors(main, served));
    saverNodes.removeAll(initNodes);
    this.initFunctions = called(initNodes);
    this.restoreNodes = PrefixFlow.ancestors(main, List.of(saver.getRestoreOpName()));
    this.restoreFunctions = called(restoreNodes);
    saverNodes.forEach(node -> saverFunctions.addAll(named(main.get(node))));
    main.values().stream()
        .filter(node -> !saverNodes.contains(node.getName()))
        .forEach(node -> saverFunctions.removeAll(named(node)));
    functions.values().stream()
        .flatMap(function -> function.getNodeDefList().stream())
        .forEach(node -> saverFunctions.removeAll(named(node)));
  }

  boolean isFunction(String op) {
    return functions.containsKey(op);
  }

  Place ofNode(String name) {
    return place(initNodes.contains(name), saverNodes.contains(name), restoreNodes.contains(name));
  }

  Place ofFunction(String name) {
    return place(
        initFunctions.contains(name),
        saverFunctions.contains(name),
        restoreFunctions.contains(name));
  }

  private static Place place(boolean init, boolean saver, boolean restores) {
    Position position = saver ? Position.SAVER : Position.COMPUTATION;
    return new Place(init ? Position.INITIALIZATION : position, restores);
  }

  /** The node of the main graph to which loaders feed the checkpoint's name. */
  Set<String> filenames() {
    NodeDef node = main.get(PrefixFlow.nodeOf(saver.getFilenameTensorName()));
    return node != null && node.getOp().startsWith("Placeholder")
        ? Set.of(node.getName())
        : Set.of();
  }

  /** The arguments to which every call of a saver function gives that name. */
  Set<String> filenameArguments(FunctionDef function, PrefixFlow flow) {
    String name = function.getSignature().getName();
    if (!saverFunctions.contains(name)) {
      return Set.of();
    }
    Set<String> arguments = new LinkedHashSet<>();
    for (int i = 0; i < function.getSignature().getInputArgCount(); i++) {
      int index = i;
      boolean always =
          saverNodes.stream()
              .map(main::get)
              .filter(node -> named(node).contains(name))
              .allMatch(
                  call -> index < call.getInputCount() && flow.isPrefix(call.getInput(index)));
      if (always) {
        arguments.add(function.getSignature().getInputArg(i).getName());
      }
    }
    return arguments;
  }

  /** The functions that nodes call, and those that these call in turn. */
  private Set<String> called(Collection<String> nodes) {
    Set<String> found = new LinkedHashSet<>();
    Deque<NodeDef> open = new ArrayDeque<>();
    nodes.forEach(node -> open.add(main.get(node)));
    while (!open.isEmpty()) {
      for (String name : named(open.pop())) {
        if (found.add(name)) {
          open.addAll(functions.get(name).getNodeDefList());
        }
      }
    }
    return found;
  }

  /** The functions that a node may call: its op, or what its attributes name. */
  private Set<String> named(NodeDef node) {
    Set<String> names = new LinkedHashSet<>(Set.of(node.getOp()));
    for (AttrValue value : node.getAttrMap().values()) {
      if (value.hasFunc()) {
        names.add(value.getFunc().getName());
      }
      value.getList().getFuncList().forEach(f -> names.add(f.getName()));
    }
    names.retainAll(functions.keySet());
    return names;
  }
}
