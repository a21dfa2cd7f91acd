package org.kerasgraft.graph;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kerasgraft.savedmodel.ImportedModel;
import org.kerasgraft.savedmodel.Signature;
import org.kerasgraft.savedmodel.TensorSpec;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * Inlines the function calls behind a signature into one flat graph. Nodes keep the names they have
 * in the innermost function body, below the scope of a call that has one, and the order of the
 * body; variables' handles take their Keras paths; placeholders take the signature's argument
 * names. Control edges are dropped; nodes that are random or write state are kept even where only
 * they lead there, and refused by {@link ServingState} before anything runs.
 */
final class Inliner {

  private final Map<String, VariableSpec> variables = new LinkedHashMap<>();
  private final FlatNodes flat = new FlatNodes();
  private final FunctionLibrary library;
  private final ImportedModel model;

  private Inliner(ImportedModel model) {
    this.model = model;
    this.library = new FunctionLibrary(model);
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
    FunctionBody main =
        FunctionBody.main(library, flat, model.metaGraph().getGraphDef().getNodeList());
    Map<String, TensorSpec> inputs = new LinkedHashMap<>();
    signature
        .inputs()
        .forEach(
            (argument, spec) -> {
              String name = flat.unique(argument);
              NodeDef placeholder = main.node(node(spec.tensor()));
              flat.add(FlatNodes.publicPart(placeholder).setName(name).build());
              main.bind(placeholder.getName(), List.of(name));
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
    NewerOps newer = new NewerOps(model);
    return new FlatGraph(
        GraphDef.newBuilder()
            .setVersions(model.metaGraph().getGraphDef().getVersions())
            .addAllNode(newer.fit(flat.list()))
            .setLibrary(newer.fit(library.needed(flat.list())))
            .build(),
        inputs,
        outputs,
        variables);
  }

  /** Emits each variable's handle once, under its Keras path, and binds the main graph's to it. */
  private void handles(FunctionBody main, Signature signature) {
    Map<String, VariableSpec> byNode = new LinkedHashMap<>();
    for (TensorSpec output : signature.outputs().values()) {
      NodeDef call = main.node(node(output.tensor()));
      if (!library.isCall(call)) {
        continue;
      }
      List<String> arguments =
          call.getInputList().stream().filter(in -> !in.startsWith("^")).toList();
      List<Optional<VariableSpec>> captured =
          model.captures().getOrDefault(library.function(call).getSignature().getName(), List.of());
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
            flat.unique(variable.name());
            flat.add(Handles.of(variable));
          }
          main.bind(handle, List.of(variable.name()));
        });
  }

  /** The node part of a tensor's name. */
  static String node(String tensor) {
    int colon = tensor.indexOf(':');
    return colon < 0 ? tensor : tensor.substring(0, colon);
  }
}
