package org.kerasgraft.savedmodel;

import java.util.ArrayDeque;
import java.util.ArrayList;
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
import org.tensorflow.proto.OpDef.ArgDef;
import org.tensorflow.proto.SaverDef;

/**
 * Which nodes and functions of a meta graph belong to its saver and to its init op. What the saver
 * shares with anything else is not the saver's, and no function for which TensorFlow may put
 * another.
 */
final class ScanPlaces {

  /** TensorFlow may put any other function with an equal attribute in the place of such a one. */
  private static final String EXCHANGED = "api_implements";

  /** Ops with one output, which loaders feed. */
  private static final Set<String> FED = Set.of("Placeholder", "PlaceholderWithDefault");

  /** Ops that give their inputs, all and in order, to the function that their attribute names. */
  private static final Set<String> CALLS = Set.of("PartitionedCall", "StatefulPartitionedCall");

  private static final String CALLEE = "f";

  private final Map<String, NodeDef> main = new HashMap<>();
  private final Map<String, FunctionDef> functions = new HashMap<>();
  private final Set<String> twice = new HashSet<>();
  private final Set<String> saverNodes;
  private final Set<String> initNodes;
  private final Set<String> restoreNodes;
  private final Set<String> saverFunctions = new HashSet<>();

  /** The functions that the saver's nodes name, with these nodes. */
  private final Map<String, List<NodeDef>> saverCalls = new HashMap<>();

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
        .forEach(
            f -> {
              if (functions.put(f.getSignature().getName(), f) != null) {
                twice.add(f.getSignature().getName());
              }
            });
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
    for (String name : saverNodes) {
      NodeDef call = main.get(name);
      named(call).forEach(f -> saverCalls.computeIfAbsent(f, k -> new ArrayList<>()).add(call));
    }
    saverFunctions.addAll(saverCalls.keySet());
    saverFunctions.removeAll(twice);
    saverFunctions.removeIf(name -> functions.get(name).containsAttr(EXCHANGED));
    main.values().stream()
        .filter(node -> !saverNodes.contains(node.getName()))
        .forEach(node -> saverFunctions.removeAll(named(node)));
    functions.values().stream()
        .flatMap(function -> function.getNodeDefList().stream())
        .forEach(node -> saverFunctions.removeAll(named(node)));
  }

  /** The functions whose names stand in the library more than once. */
  Set<String> twice() {
    return twice;
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
    return node != null && FED.contains(node.getOp()) && !isFunction(node.getOp())
        ? Set.of(node.getName())
        : Set.of();
  }

  /**
   * The arguments to which every call of a saver function gives that name. An argument that takes
   * several tensors shifts all behind it, and one that shares its name with a node cannot be told
   * from it; branches and loops do not give their inputs one by one: such functions have none.
   */
  Set<String> filenameArguments(FunctionDef function, PrefixFlow flow) {
    String name = function.getSignature().getName();
    if (!saverFunctions.contains(name)) {
      return Set.of();
    }
    List<ArgDef> declared = function.getSignature().getInputArgList();
    Set<String> names = new HashSet<>();
    function.getNodeDefList().forEach(node -> names.add(node.getName()));
    for (ArgDef argument : declared) {
      boolean several =
          !argument.getTypeListAttr().isEmpty() || !argument.getNumberAttr().isEmpty();
      if (several || !names.add(argument.getName())) {
        return Set.of();
      }
    }
    if (!saverCalls.get(name).stream().allMatch(call -> isPlainCall(call, name))) {
      return Set.of();
    }
    List<List<String>> calls = saverCalls.get(name).stream().map(PrefixFlow::dataInputs).toList();
    int given = calls.stream().mapToInt(List::size).min().orElse(0);
    Set<String> arguments = new LinkedHashSet<>();
    for (int i = 0; i < Math.min(given, declared.size()); i++) {
      int index = i;
      if (calls.stream().allMatch(inputs -> flow.isPrefix(inputs.get(index)))) {
        arguments.add(declared.get(i).getName());
      }
    }
    return arguments;
  }

  /** Whether a node's inputs are the function's arguments. */
  private static boolean isPlainCall(NodeDef node, String function) {
    return node.getOp().equals(function)
        || (CALLS.contains(node.getOp())
            && node.getAttrOrDefault(CALLEE, AttrValue.getDefaultInstance())
                .getFunc()
                .getName()
                .equals(function));
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

  /** The functions that a node may call. */
  private Set<String> named(NodeDef node) {
    Set<String> names = FunctionReferences.of(node);
    names.retainAll(functions.keySet());
    return names;
  }
}
