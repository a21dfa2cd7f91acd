package org.kerasgraft.savedmodel;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * How large functions get when each call is replaced by the body that it calls, as TensorFlow does
 * to run them: functions that call the next one twice double at each level.
 */
final class InlinedSize {

  /** Nodes, their inputs, characters of the names of both, and levels of calls below. */
  private record Size(long nodes, long inputs, long names, long levels) {}

  /** A call of a function, and how many characters its name puts before those of the body. */
  private record Call(String function, int name) {}

  /**
   * Characters of a node's name and inputs, on average over as many nodes as may be; real ones have
   * some 250.
   */
  private static final int USUAL_NAME = 400;

  private final ModelLimits limits;
  private final Map<String, FunctionDef> functions = new LinkedHashMap<>();
  private final Map<String, List<Call>> calls = new HashMap<>();
  private final Map<String, Size> sizes = new HashMap<>();

  private InlinedSize(GraphDef graph, ModelLimits limits) {
    this.limits = limits;
    graph.getLibrary().getFunctionList().forEach(f -> functions.put(f.getSignature().getName(), f));
    functions.forEach((name, function) -> calls.put(name, calls(function.getNodeDefList())));
  }

  /** The first function or graph that would be too large, or never ends; empty if none. */
  static Optional<ScanFinding> finding(GraphDef graph, ModelLimits limits) {
    InlinedSize all = new InlinedSize(graph, limits);
    for (String name : all.functions.keySet()) {
      Optional<ScanFinding> finding = all.measure(name);
      if (finding.isPresent()) {
        return finding;
      }
    }
    Size main = all.sum(graph.getNodeList(), all.calls(graph.getNodeList()));
    return all.tooMuch(main)
        .map(reason -> new ScanFinding("", ModelProto.FILE, "main graph", reason));
  }

  private List<Call> calls(List<NodeDef> nodes) {
    List<Call> called = new ArrayList<>();
    for (NodeDef node : nodes) {
      FunctionReferences.all(node).stream()
          .filter(functions::containsKey)
          .forEach(function -> called.add(new Call(function, node.getName().length() + 1)));
    }
    return called;
  }

  /** Measures a function after those that it calls, without recursion: chains may be long. */
  private Optional<ScanFinding> measure(String root) {
    Deque<String> open = new ArrayDeque<>(List.of(root));
    Set<String> entered = new HashSet<>();
    while (!open.isEmpty()) {
      String name = open.peek();
      if (sizes.containsKey(name)) {
        open.pop();
        continue;
      }
      Set<String> missing = new HashSet<>();
      calls.get(name).forEach(call -> missing.add(call.function()));
      missing.removeIf(sizes::containsKey);
      if (!missing.isEmpty() && entered.add(name)) {
        missing.forEach(open::push);
        continue;
      }
      if (!missing.isEmpty()) {
        return Optional.of(finding(name, "calls itself, directly or through others"));
      }
      Size size = sum(functions.get(name).getNodeDefList(), calls.get(name));
      Optional<String> reason = tooMuch(size);
      if (reason.isPresent()) {
        return Optional.of(finding(name, reason.get()));
      }
      sizes.put(name, size);
      open.pop();
    }
    return Optional.empty();
  }

  private static ScanFinding finding(String function, String reason) {
    return new ScanFinding("", function, "library", reason);
  }

  /** No sum overflows: what is summed is within the limits, and a list. */
  private Size sum(List<NodeDef> body, List<Call> called) {
    long nodes = body.size();
    long inputs = body.stream().mapToLong(NodeDef::getInputCount).sum();
    long names = body.stream().mapToLong(InlinedSize::characters).sum();
    long levels = 0;
    for (Call call : called) {
      Size callee = sizes.get(call.function());
      nodes += callee.nodes();
      inputs += callee.inputs();
      names += callee.names() + (callee.nodes() + callee.inputs()) * call.name();
      levels = Math.max(levels, callee.levels() + 1);
    }
    return new Size(nodes, inputs, names, levels);
  }

  private static long characters(NodeDef node) {
    return node.getName().length()
        + node.getInputList().stream().mapToLong(input -> input.length()).sum();
  }

  private Optional<String> tooMuch(Size size) {
    if (size.nodes() > limits.inlined()) {
      return Optional.of(
          String.format(
              Locale.ROOT,
              "has more than %,d nodes when its calls are replaced by what they call",
              limits.inlined()));
    }
    if (size.names() > limits.inlined() * USUAL_NAME) {
      return Optional.of(
          String.format(
              Locale.ROOT,
              "has more than %,d characters of nodes' names when its calls are replaced",
              limits.inlined() * USUAL_NAME));
    }
    return size.levels() > limits.depth()
        ? Optional.of("calls functions more than " + limits.depth() + " levels deep")
        : Optional.empty();
  }
}
