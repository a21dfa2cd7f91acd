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
import java.util.Optional;
import java.util.Set;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.savedmodel.ImportedModel;
import org.kerasgraft.savedmodel.Signature;
import org.kerasgraft.savedmodel.TensorSpec;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/**
 * Inlines the function calls behind a signature into one flat graph. Nodes keep the names they have
 * in the innermost function body, below the scope of a call that has one, and the order of the
 * body; variables' handles take their Keras paths; placeholders take the signature's argument
 * names. Control edges are dropped: a model whose inference is random or writes state is refused.
 */
final class Inliner {

  private final Map<String, FunctionDef> library = new HashMap<>();
  private final Map<String, VariableSpec> variables = new LinkedHashMap<>();
  private final List<NodeDef> nodes = new ArrayList<>();
  private final Set<String> used = new HashSet<>();
  private final ImportedModel model;

  private static final int DEEPEST = 50;

  private Inliner(ImportedModel model) {
    this.model = model;
    model
        .metaGraph()
        .getGraphDef()
        .getLibrary()
        .getFunctionList()
        .forEach(f -> library.put(f.getSignature().getName(), f));
  }

  /**
   * Inlines.
   *
   * @param model the model
   * @param signature one of its signatures
   * @return the flat graph; nodes still carry {@code _output_shapes} where the file had them
   */
  static FlatGraph inline(ImportedModel model, Signature signature) {
    return new Inliner(model).run(signature);
  }

  private FlatGraph run(Signature signature) {
    Scope main = new Scope(model.metaGraph().getGraphDef().getNodeList(), "", 0);
    Map<String, TensorSpec> inputs = new LinkedHashMap<>();
    signature
        .inputs()
        .forEach(
            (argument, spec) -> {
              String name = unique(argument);
              NodeDef placeholder = main.node(node(spec.tensor()));
              nodes.add(publicPart(placeholder).setName(name).build());
              main.values.put(placeholder.getName(), List.of(name));
              inputs.put(argument, new TensorSpec(name + ":0", spec.dtype(), spec.shape()));
            });
    handles(main, signature);
    main.emitFor(signature.outputs().values().stream().map(TensorSpec::tensor).toList(), List.of());
    Map<String, TensorSpec> outputs = new LinkedHashMap<>();
    signature
        .outputs()
        .forEach(
            (result, spec) -> {
              String tensor = main.resolve(spec.tensor());
              outputs.put(
                  result,
                  new TensorSpec(
                      tensor.contains(":") ? tensor : tensor + ":0", spec.dtype(), spec.shape()));
            });
    return new FlatGraph(
        GraphDef.newBuilder()
            .setVersions(model.metaGraph().getGraphDef().getVersions())
            .addAllNode(nodes)
            .setLibrary(FunctionNames.needed(nodes, library))
            .build(),
        inputs,
        outputs,
        variables);
  }

  /** Emits each variable's handle once, under its Keras path, and binds the main graph's to it. */
  private void handles(Scope main, Signature signature) {
    Map<String, VariableSpec> byNode = new LinkedHashMap<>();
    for (TensorSpec output : signature.outputs().values()) {
      NodeDef call = main.node(node(output.tensor()));
      if (!isCall(call)) {
        continue;
      }
      List<String> arguments =
          call.getInputList().stream().filter(in -> !in.startsWith("^")).toList();
      List<Optional<VariableSpec>> captured =
          model.captures().getOrDefault(function(call).getSignature().getName(), List.of());
      int first = arguments.size() - captured.size();
      for (int i = 0; i < captured.size(); i++) {
        String handle = node(arguments.get(first + i));
        captured.get(i).ifPresent(variable -> byNode.putIfAbsent(handle, variable));
      }
    }
    if (byNode.isEmpty()) {
      Map<String, VariableSpec> byName = new HashMap<>();
      model.variables().forEach(v -> byName.put(v.name(), v));
      for (NodeDef node : model.metaGraph().getGraphDef().getNodeList()) {
        VariableSpec variable = byName.get(node.getName());
        if (variable != null && node.getOp().equals("VarHandleOp")) {
          byNode.put(node.getName(), variable);
        }
      }
    }
    byNode.forEach(
        (handle, variable) -> {
          if (variables.putIfAbsent(variable.name(), variable) == null) {
            used.add(variable.name());
            nodes.add(Handles.of(variable));
          }
          main.values.put(handle, List.of(variable.name()));
        });
  }

  private boolean isCall(NodeDef node) {
    return node.getOp().equals("StatefulPartitionedCall")
        || node.getOp().equals("PartitionedCall")
        || library.containsKey(node.getOp());
  }

  private FunctionDef function(NodeDef call) {
    String name =
        call.containsAttr("f") ? call.getAttrOrThrow("f").getFunc().getName() : call.getOp();
    FunctionDef function = library.get(name);
    if (function == null) {
      throw damaged("node '" + call.getName() + "' calls the absent function '" + name + "'");
    }
    return function;
  }

  private List<String> call(NodeDef call, List<String> arguments, String prefix, int depth) {
    if (depth > DEEPEST) {
      throw damaged("its functions call each other in a circle");
    }
    FunctionDef function = function(call);
    Scope scope = new Scope(function.getNodeDefList(), prefix, depth);
    List<OpDef.ArgDef> declared = function.getSignature().getInputArgList();
    if (declared.size() != arguments.size()) {
      throw damaged(
          "'"
              + call.getName()
              + "' passes "
              + arguments.size()
              + " of "
              + declared.size()
              + " arguments");
    }
    for (int i = 0; i < declared.size(); i++) {
      scope.values.put(declared.get(i).getName(), List.of(arguments.get(i)));
    }
    scope.emitFor(function.getRetMap().values(), function.getControlRetMap().values());
    List<String> results = new ArrayList<>();
    for (OpDef.ArgDef result : function.getSignature().getOutputArgList()) {
      results.add(scope.resolve(function.getRetOrThrow(result.getName())));
    }
    return results;
  }

  /** A node's op and attributes, without name, inputs, device and private attributes. */
  private static NodeDef.Builder publicPart(NodeDef node) {
    NodeDef.Builder part = NodeDef.newBuilder().setOp(node.getOp());
    for (Map.Entry<String, AttrValue> attribute : node.getAttrMap().entrySet()) {
      if (!attribute.getKey().startsWith("_") || attribute.getKey().equals(Shapes.ATTRIBUTE)) {
        part.putAttr(attribute.getKey(), attribute.getValue());
      }
    }
    return part;
  }

  private String unique(String name) {
    String free = name;
    for (int i = 1; !used.add(free); i++) {
      free = name + "__" + i;
    }
    return free;
  }

  private InvalidModelException damaged(String what) {
    return new InvalidModelException(
        "The graph of '" + model.directory() + "' is damaged: " + what + ".",
        "Copy or export the model again.");
  }

  /** The node part of a tensor's name. */
  static String node(String tensor) {
    int colon = tensor.indexOf(':');
    return colon < 0 ? tensor : tensor.substring(0, colon);
  }

  /** One body being inlined: the main graph, or a function with its arguments bound. */
  private final class Scope {
    private final Map<String, NodeDef> body = new LinkedHashMap<>();
    private final String prefix;
    private final int depth;

    /** Node or argument to the flat tensors of its outputs; nodes only once they are emitted. */
    private final Map<String, List<String>> values = new HashMap<>();

    private final Map<String, String> emitted = new HashMap<>();

    Scope(List<NodeDef> ownNodes, String prefix, int depth) {
      this.prefix = prefix;
      this.depth = depth;
      ownNodes.forEach(n -> body.put(n.getName(), n));
    }

    NodeDef node(String name) {
      NodeDef node = body.get(name);
      if (node == null) {
        throw damaged("there is no node '" + name + "'");
      }
      return node;
    }

    /** Emits what some references need, in the body's order; looks at what runs beside it. */
    void emitFor(Collection<String> references, Collection<String> controls) {
      Set<String> run = reachable(references, true);
      run.addAll(reachable(controls, true));
      run.forEach(name -> StatefulOps.requireInference(body.get(name)));
      Set<String> needed = reachable(references, false);
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
              yield library.containsKey(node.getOp())
                  ? resultIndex(node, parts[1]) + own
                  : OpResults.index(node, parts[1], own);
            }
          };
      String name = emitted.get(parts[0]);
      return bound != null ? bound.get(index) : index == 0 ? name : name + ":" + index;
    }

    /**
     * Emits a node after all it needs, without recursion: bodies may be thousands of nodes deep.
     */
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
        List<String> inputs =
            node.getInputList().stream().filter(in -> !in.startsWith("^")).toList();
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
          throw damaged("node '" + name + "' depends on itself");
        }
      }
    }

    private void finish(NodeDef node, List<String> inputs) {
      String path = prefix + node.getName();
      if (isCall(node)) {
        String below = node.getName().indexOf('/') < 0 ? prefix : path + "/";
        values.put(node.getName(), call(node, inputs, below, depth + 1));
        return;
      }
      String name = unique(path);
      NodeDef flat = publicPart(node).setName(name).addAllInput(inputs).build();
      List<NodeDef> forms = GradientForms.of(flat, Inliner.this::unique);
      nodes.addAll(forms);
      if (flat.getOp().equals(GradientForms.IDENTITIES)) {
        values.put(node.getName(), forms.stream().map(NodeDef::getName).toList());
      } else {
        emitted.put(node.getName(), name);
      }
    }

    /** The place of a function's named result, where it is called as an op of its name. */
    private int resultIndex(NodeDef call, String result) {
      List<String> results =
          function(call).getSignature().getOutputArgList().stream()
              .map(OpDef.ArgDef::getName)
              .toList();
      if (!results.contains(result)) {
        throw damaged("'" + call.getName() + "' has no result '" + result + "'");
      }
      return results.indexOf(result);
    }
  }
}
