package org.kerasgraft.graph;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.savedmodel.ImportedModel;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.FunctionDefLibrary;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/**
 * Fits the nodes of a model that a newer TensorFlow wrote to the runtime's. An attribute that the
 * runtime's op does not have is dropped if it holds its default, which the file states itself
 * ({@code meta_info_def.stripped_op_list}): then the op does what it always did. Otherwise, and
 * where the runtime does not have the op at all, the model is refused.
 */
final class NewerOps {

  /** The TensorFlow whose ops the table lists; a test holds it. */
  static final String RUNTIME = "2.18";

  private final ImportedModel model;
  private final Map<String, OpDef> stated = new HashMap<>();

  NewerOps(ImportedModel model) {
    this.model = model;
    model
        .metaGraph()
        .getMetaInfoDef()
        .getStrippedOpList()
        .getOpList()
        .forEach(op -> stated.put(op.getName(), op));
  }

  /**
   * Fits nodes.
   *
   * @param nodes of the serving path; not modified
   * @return the same nodes, without newer attributes
   * @throws ModelRefusedException if one cannot be fitted
   */
  List<NodeDef> fit(Collection<NodeDef> nodes) {
    return nodes.stream().map(node -> fit(node, Set.of())).toList();
  }

  /** Fits the bodies of functions, which may call each other by name. */
  FunctionDefLibrary fit(FunctionDefLibrary library) {
    Set<String> functions =
        library.getFunctionList().stream()
            .map(f -> f.getSignature().getName())
            .collect(Collectors.toSet());
    FunctionDefLibrary.Builder fitted = library.toBuilder();
    for (FunctionDef.Builder function : fitted.getFunctionBuilderList()) {
      List<NodeDef> nodes =
          function.getNodeDefList().stream().map(node -> fit(node, functions)).toList();
      function.clearNodeDef().addAllNodeDef(nodes);
    }
    return fitted.build();
  }

  private NodeDef fit(NodeDef node, Set<String> functions) {
    if (functions.contains(node.getOp())) {
      return node;
    }
    Set<String> known =
        OpTable.attributes(node.getOp())
            .orElseThrow(() -> refused(node, "has no op " + node.getOp()));
    NodeDef fitted = node;
    for (Map.Entry<String, AttrValue> attribute : node.getAttrMap().entrySet()) {
      String name = attribute.getKey();
      if (!name.startsWith("_") && !known.contains(name)) {
        if (!isDefault(node.getOp(), name, attribute.getValue())) {
          throw refused(node, "has no attribute '" + name + "' of the op " + node.getOp());
        }
        fitted = fitted.toBuilder().removeAttr(name).build();
      }
    }
    return fitted;
  }

  private boolean isDefault(String op, String attribute, AttrValue value) {
    return stated.getOrDefault(op, OpDef.getDefaultInstance()).getAttrList().stream()
        .anyMatch(
            a ->
                a.getName().equals(attribute)
                    && a.hasDefaultValue()
                    && a.getDefaultValue().equals(value));
  }

  private ModelRefusedException refused(NodeDef node, String what) {
    String version = model.tensorflowVersion();
    return new ModelRefusedException(
        "'"
            + model.directory()
            + "' was written by TensorFlow "
            + (version.isEmpty() ? "of unknown version" : version)
            + "; the TensorFlow "
            + RUNTIME
            + " that runs it here "
            + what
            + ", at '"
            + node.getName()
            + "'.",
        "Export the model with TensorFlow " + RUNTIME + " or older.");
  }
}
