package org.kerasgraft.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/** One body being inlined: the main graph, or a function with its arguments bound. */
final class FunctionBody {

  private static final int DEEPEST = 50;

  private final FunctionLibrary library;
  private final FlatNodes flat;
  private final Map<String, NodeDef> body = new LinkedHashMap<>();
  private final String prefix;
  private final int depth;

  /** Node or argument to the flat tensors of its outputs; nodes only once they are emitted. */
  private final Map<String, List<String>> values = new HashMap<>();

  private final Map<String, String> emitted = new HashMap<>();

  private FunctionBody(
      FunctionLibrary library, FlatNodes flat, List<NodeDef> nodes, String prefix, int depth) {
    this.library = library;
    this.flat = flat;
    this.prefix = prefix;
    this.depth = depth;
    nodes.forEach(n -> body.put(n.getName(), n));
  }

  /** The main graph, whose calls go below no scope. */
  static FunctionBody main(FunctionLibrary library, FlatNodes flat, List<NodeDef> nodes) {
    return new FunctionBody(library, flat, nodes, "", 0);
  }

  /** Binds a node or argument to flat tensors, one an output. */
  void bind(String name, List<String> tensors) {
    values.put(name, tensors);
  }

  NodeDef node(String name) {
    NodeDef node = body.get(name);
    if (node == null) {
      throw library.damaged("there is no node '" + name + "'");
    }
    return node;
  }

  /**
   * Emits what some references need, in the body's order, and what is random or writes state beside
   * it, on which nothing may depend but by control edges.
   */
  void emitFor(Collection<String> references, Collection<String> controls) {
    Set<String> wanted = reachable(references, true);
    wanted.addAll(reachable(controls, true));
    wanted.removeIf(name -> !library.isUnsteady(body.get(name)));
    wanted.addAll(references);
    Set<String> needed = reachable(wanted, false);
    body.keySet().stream().filter(needed::contains).forEach(this::emit);
  }

  private Set<String> reachable(Collection<String> references, boolean byControl) {
    Set<String> reached = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(references);
    while (!open.isEmpty()) {
      String reference = open.pop();
      String name = Inliner.node(reference.startsWith("^") ? reference.substring(1) : reference);
      if (!values.containsKey(name) && body.containsKey(name) && reached.add(name)) {
        body.get(name).getInputList().stream()
            .filter(in -> byControl || !in.startsWith("^"))
            .forEach(open::push);
      }
    }
    return reached;
  }

  /** The flat tensor of a reference, emitting what it needs first. */
  String resolve(String reference) {
    String wanted = Inliner.node(reference);
    if (!values.containsKey(wanted) && !emitted.containsKey(wanted)) {
      emit(wanted);
    }
    return tensor(reference);
  }

  private String tensor(String reference) {
    String[] parts = reference.split(":", -1);
    List<String> bound = values.get(parts[0]);
    int index =
        switch (parts.length) {
          case 1 -> 0;
          case 2 -> Integer.parseInt(parts[1]);
          default -> {
            NodeDef node = body.get(parts[0]);
            int own = Integer.parseInt(parts[2]);
            yield library.resultIndex(node, parts[1], own);
          }
        };
    String name = emitted.get(parts[0]);
    return bound != null ? bound.get(index) : index == 0 ? name : name + ":" + index;
  }

  /** Emits a node after all it needs, without recursion: bodies may be thousands of nodes deep. */
  private void emit(String root) {
    Deque<String> open = new ArrayDeque<>(List.of(root));
    Set<String> entered = new HashSet<>();
    while (!open.isEmpty()) {
      String name = open.peek();
      if (values.containsKey(name) || emitted.containsKey(name)) {
        open.pop();
        continue;
      }
      NodeDef node = node(name);
      List<String> inputs = node.getInputList().stream().filter(in -> !in.startsWith("^")).toList();
      List<String> missing =
          inputs.stream()
              .map(Inliner::node)
              .filter(in -> !values.containsKey(in) && !emitted.containsKey(in))
              .toList();
      if (missing.isEmpty()) {
        open.pop();
        finish(node, inputs.stream().map(this::tensor).toList());
      } else if (entered.add(name)) {
        missing.forEach(open::push);
      } else {
        throw library.damaged("node '" + name + "' depends on itself");
      }
    }
  }

  private void finish(NodeDef node, List<String> inputs) {
    String path = prefix + node.getName();
    if (library.isCall(node)) {
      String below = node.getName().indexOf('/') < 0 ? prefix : path + "/";
      values.put(node.getName(), call(node, inputs, below));
      return;
    }
    String name = flat.unique(path);
    NodeDef copy = FlatNodes.publicPart(node).setName(name).addAllInput(inputs).build();
    if (copy.getOp().equals(GradientForms.IDENTITIES)) {
      List<NodeDef> identities = GradientForms.identities(copy, flat::unique);
      identities.forEach(flat::add);
      values.put(node.getName(), identities.stream().map(NodeDef::getName).toList());
    } else {
      flat.add(copy);
      emitted.put(node.getName(), name);
    }
  }

  private List<String> call(NodeDef call, List<String> arguments, String below) {
    if (depth >= DEEPEST) {
      throw library.damaged("its functions call each other in a circle");
    }
    FunctionDef function = library.inlined(call);
    FunctionBody callee =
        new FunctionBody(library, flat, function.getNodeDefList(), below, depth + 1);
    List<OpDef.ArgDef> declared = function.getSignature().getInputArgList();
    if (declared.size() != arguments.size()) {
      throw library.damaged(
          "'"
              + call.getName()
              + "' passes "
              + arguments.size()
              + " of "
              + declared.size()
              + " arguments");
    }
    for (int i = 0; i < declared.size(); i++) {
      callee.bind(declared.get(i).getName(), List.of(arguments.get(i)));
    }
    callee.emitFor(function.getRetMap().values(), function.getControlRetMap().values());
    List<String> results = new ArrayList<>();
    for (OpDef.ArgDef result : function.getSignature().getOutputArgList()) {
      results.add(callee.resolve(function.getRetOrThrow(result.getName())));
    }
    return results;
  }
}
