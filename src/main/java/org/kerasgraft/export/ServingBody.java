package org.kerasgraft.export;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.graph.TrainableForm;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * The part of a live graph that is served: everything between the input and the outputs, nothing
 * that exists only to train.
 *
 * @param inputNode the placeholder's name in the exported graph
 * @param input the argument of {@code serving_default}
 * @param outputs the results by key, in the order of their keys, as Python flattens them
 * @param outputTensors key to the tensor in the exported graph
 * @param variables every variable that is read, in the model's order
 * @param nodes the nodes between, each after its inputs; the handles and the placeholder left out
 * @param functions functions that nodes name in attributes; nearly always empty
 */
record ServingBody(
    String inputNode,
    ServedTensor input,
    List<ServedTensor> outputs,
    Map<String, TensorRef> outputTensors,
    List<ExportedVariable> variables,
    List<NodeDef> nodes,
    List<FunctionDef> functions) {

  static final String PROBABILITIES = "probabilities";
  static final String LOGITS = "logits";

  private static final Pattern NODE_NAME = Pattern.compile("[A-Za-z0-9.][A-Za-z0-9_.\\-/]*");

  static ServingBody of(ExportSpec spec, ServedTensor input) {
    GraphDef live = TrainableForm.undone(spec.network().graph().toGraphDef());
    Map<String, NodeDef> byName = new HashMap<>();
    live.getNodeList().forEach(node -> byName.put(node.getName(), node));
    String liveInput = spec.network().input().op().name();
    TensorRef probabilities = TensorRef.parse(spec.outputs().probabilities());
    TensorRef logits = TensorRef.parse(spec.outputs().logits());

    List<NodeDef> needed = ancestors(byName, liveInput, List.of(probabilities, logits));
    List<ExportedVariable> variables = variables(spec, needed);
    Map<String, String> renamed = new HashMap<>();
    variables.forEach(variable -> renamed.put(variable.liveHandle(), variable.node()));
    Set<String> taken = new HashSet<>(renamed.values());
    needed.forEach(node -> taken.add(node.getName()));
    String inputNode = "serving_default_" + input.key();
    while (taken.contains(inputNode)) {
      inputNode += "_";
    }
    renamed.put(liveInput, inputNode);

    List<NodeDef> nodes = new ArrayList<>();
    for (NodeDef node : needed) {
      if (!renamed.containsKey(node.getName())) {
        nodes.add(rewired(RegisteredOps.stripped(node), renamed));
      }
    }
    boolean callsFunctions =
        nodes.stream().flatMap(n -> n.getAttrMap().values().stream()).anyMatch(a -> a.hasFunc());
    return new ServingBody(
        inputNode,
        input,
        List.of(served(spec, LOGITS, logits), served(spec, PROBABILITIES, probabilities)),
        new TreeMap<>(Map.of(LOGITS, logits, PROBABILITIES, probabilities)),
        variables,
        nodes,
        callsFunctions ? live.getLibrary().getFunctionList() : List.of());
  }

  private static ServedTensor served(ExportSpec spec, String key, TensorRef tensor) {
    Output<?> output = spec.network().tensor(tensor.inSignature());
    Shape shape = output.shape();
    if (!shape.isUnknown() && shape.numDimensions() > 0) {
      long[] sizes = shape.asArray();
      sizes[0] = Shape.UNKNOWN_SIZE;
      shape = Shape.of(sizes);
    }
    return new ServedTensor(key, output.dataType(), shape);
  }

  /**
   * Everything the outputs need, each node after its inputs, a layer's input before its weights:
   * layers then stand in the order in which they run. Iterative, for graphs are deep.
   */
  private static List<NodeDef> ancestors(
      Map<String, NodeDef> byName, String input, List<TensorRef> outputs) {
    Set<String> done = new LinkedHashSet<>();
    Deque<String> open = new ArrayDeque<>();
    outputs.forEach(output -> open.push(output.node()));
    Set<String> entered = new HashSet<>();
    while (!open.isEmpty()) {
      String name = open.peek();
      NodeDef node = byName.get(name);
      if (node == null) {
        throw new IllegalArgumentException("The graph has no node '" + name + "'");
      }
      if (entered.add(name) && !name.equals(input)) {
        requireServable(node);
        for (int i = node.getInputCount() - 1; i >= 0; i--) {
          String other = TensorRef.parse(node.getInput(i)).node();
          if (!entered.contains(other)) {
            open.push(other);
          }
        }
      } else {
        open.pop();
        done.add(name);
      }
    }
    if (!done.contains(input)) {
      throw new ModelRefusedException(
          "The outputs do not depend on the input '" + input + "'.", "Nothing could be served.");
    }
    return done.stream().map(byName::get).toList();
  }

  private static void requireServable(NodeDef node) {
    if (node.getOp().startsWith("Placeholder")) {
      throw new IllegalArgumentException(
          "The outputs depend on '" + node.getName() + "', which is fed only while training");
    }
  }

  private static List<ExportedVariable> variables(ExportSpec spec, List<NodeDef> needed) {
    Map<String, VariableSpec> known =
        new LinkedHashMap<>(spec.network().network().graph().variables());
    spec.headVariables().forEach(variable -> known.put(variable.name(), variable));
    Set<String> handles = new LinkedHashSet<>();
    needed.stream()
        .filter(node -> node.getOp().equals("VarHandleOp"))
        .forEach(node -> handles.add(node.getName()));
    Set<String> trained = Set.copyOf(spec.provenance().training().variables());
    List<ExportedVariable> variables = new ArrayList<>();
    known.forEach(
        (node, variable) -> {
          if (handles.remove(node)) {
            boolean trainable = trained.contains(variable.name());
            variables.add(
                new ExportedVariable(variable, node, nodeName(variable, node), trainable));
          }
        });
    requireKnown(handles, trained, variables);
    return variables;
  }

  private static String nodeName(VariableSpec variable, String live) {
    return NODE_NAME.matcher(variable.name()).matches() ? variable.name() : live;
  }

  private static void requireKnown(
      Set<String> left, Set<String> trained, List<ExportedVariable> variables) {
    if (!left.isEmpty()) {
      throw new IllegalArgumentException(
          "The outputs read variables that are neither the network's nor the head's: " + left);
    }
    Set<String> missing = new LinkedHashSet<>(trained);
    variables.forEach(variable -> missing.remove(variable.name()));
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException(
          "Trained variables that the outputs do not read cannot be exported: " + missing);
    }
  }

  private static NodeDef rewired(NodeDef node, Map<String, String> renamed) {
    NodeDef.Builder rewired = node.toBuilder().clearInput();
    for (String input : node.getInputList()) {
      TensorRef from = TensorRef.parse(input);
      String name = renamed.getOrDefault(from.node(), from.node());
      rewired.addInput(new TensorRef(name, from.index()).inGraph());
    }
    return rewired.build();
  }
}
