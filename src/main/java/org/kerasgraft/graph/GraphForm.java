package org.kerasgraft.graph;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.savedmodel.ImportedModel;
import org.kerasgraft.savedmodel.TensorSpec;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * Checks a flat graph against the op registry before TensorFlow sees it, which ends the whole
 * process at some contradictions: each attribute is there, of its kind and one of the allowed
 * values; each op gets as many inputs as it takes, of the types that it takes; constants hold what
 * their type and shape say; the signature's ends have the types that it promises. Bodies of loops
 * and branches are checked alike.
 */
public final class GraphForm {

  /** Tensors between nodes, in all; a few bytes can say that an op has many. */
  private static final long MOST_TENSORS = 10_000_000;

  private final ImportedModel model;
  private final FunctionLibrary library;
  private final Map<String, FunctionDef> functions = new HashMap<>();
  private long tensors;

  private GraphForm(ImportedModel model, GraphDef graph) {
    this.model = model;
    this.library = new FunctionLibrary(model);
    graph.getLibrary().getFunctionList().forEach(f -> functions.put(f.getSignature().getName(), f));
  }

  /**
   * Checks.
   *
   * @param flat the whole graph
   * @param model where it came from, for messages
   * @throws InvalidModelException naming node and contradiction
   */
  static void check(FlatGraph flat, ImportedModel model) {
    GraphForm form = new GraphForm(model, flat.graphDef());
    Map<String, List<DataType>> types =
        form.check(flat.graphDef().getNodeList(), new HashMap<>(), "");
    flat.inputs().values().forEach(spec -> form.checkEnd(types, spec, "input"));
    flat.outputs().values().forEach(spec -> form.checkEnd(types, spec, "output"));
    form.functions.values().forEach(form::check);
  }

  /**
   * Checks a graph that is not flat.
   *
   * @param graph nodes and the functions that they call
   * @param model where it came from, for messages
   * @throws InvalidModelException naming node and contradiction
   */
  public static void check(GraphDef graph, ImportedModel model) {
    GraphForm form = new GraphForm(model, graph);
    form.check(graph.getNodeList(), new HashMap<>(), "");
    form.functions.values().forEach(form::check);
  }

  private void checkEnd(Map<String, List<DataType>> types, TensorSpec spec, String end) {
    DataType actual = type(types, spec.tensor(), Map.of());
    if (actual != spec.dtype()) {
      throw damaged(
          "the signature's "
              + end
              + " is "
              + spec.dtype()
              + ", but '"
              + spec.tensor()
              + "' is "
              + (actual == DataType.DT_INVALID ? "no tensor" : actual.toString()));
    }
  }

  private void check(FunctionDef function) {
    Map<String, List<DataType>> types = new HashMap<>();
    function
        .getSignature()
        .getInputArgList()
        .forEach(a -> types.put(a.getName(), List.of(a.getType())));
    String place = " of the function '" + function.getSignature().getName() + "'";
    List<NodeDef> nodes = function.getNodeDefList();
    check(nodes, types, place);
    Map<String, NodeDef> named = byName(nodes);
    function
        .getSignature()
        .getOutputArgList()
        .forEach(
            result -> {
              String returned = function.getRetOrDefault(result.getName(), "");
              if (type(types, returned, named) != result.getType()) {
                throw damaged(
                    "the result '"
                        + result.getName()
                        + "'"
                        + place
                        + " is "
                        + result.getType()
                        + ", but '"
                        + returned
                        + "' is "
                        + type(types, returned, named));
              }
            });
  }

  /** Checks some nodes, which may stand in any order, and gives the types of their outputs. */
  private Map<String, List<DataType>> check(
      List<NodeDef> nodes, Map<String, List<DataType>> types, String place) {
    for (NodeDef node : nodes) {
      List<DataType> outputs = outputs(node, place);
      if (types.put(node.getName(), outputs) != null) {
        throw damaged("there are two nodes '" + node.getName() + "'" + place);
      }
      tensors += outputs.size();
      if (tensors > MOST_TENSORS) {
        throw damaged(node, place, "there are more than " + MOST_TENSORS + " tensors");
      }
    }
    Map<String, NodeDef> named = byName(nodes);
    for (NodeDef node : nodes) {
      checkInputs(node, types, named, place);
    }
    return types;
  }

  private static Map<String, NodeDef> byName(List<NodeDef> nodes) {
    Map<String, NodeDef> named = new HashMap<>();
    nodes.forEach(node -> named.putIfAbsent(node.getName(), node));
    return named;
  }

  private List<DataType> outputs(NodeDef node, String place) {
    FunctionDef function = functions.get(node.getOp());
    if (function != null) {
      return function.getSignature().getOutputArgList().stream().map(a -> a.getType()).toList();
    }
    OpForm form =
        OpTable.form(node.getOp())
            .orElseThrow(() -> damaged(node, place, "there is no op " + node.getOp()));
    for (OpAttribute attribute : form.attributes().values()) {
      if (node.containsAttr(attribute.name())) {
        String fault = attribute.fault(node.getAttrOrThrow(attribute.name()));
        if (!fault.isEmpty()) {
          throw damaged(node, place, fault);
        }
      } else if (attribute.given().isEmpty()) {
        throw damaged(node, place, "it has no attribute '" + attribute.name() + "'");
      }
    }
    checkValue(node, place);
    return types(node, form, form.outputs(), place);
  }

  private void checkValue(NodeDef node, String place) {
    if (!node.getOp().equals("Const")) {
      return;
    }
    AttrValue value = node.getAttrOrThrow("value");
    DataType declared = node.getAttrOrThrow("dtype").getType();
    String fault =
        value.getTensor().getDtype() == declared
            ? ConstantForm.fault(value.getTensor())
            : "it is declared " + declared + ", but holds " + value.getTensor().getDtype();
    if (!fault.isEmpty()) {
      throw damaged(node, place, fault);
    }
  }

  private void checkInputs(
      NodeDef node, Map<String, List<DataType>> types, Map<String, NodeDef> nodes, String place) {
    FunctionDef function = functions.get(node.getOp());
    List<DataType> wanted;
    if (function != null) {
      wanted = function.getSignature().getInputArgList().stream().map(a -> a.getType()).toList();
    } else {
      OpForm form = OpTable.form(node.getOp()).orElseThrow();
      wanted = types(node, form, form.inputs(), place);
    }
    List<String> given = node.getInputList().stream().filter(in -> !in.startsWith("^")).toList();
    if (given.size() != wanted.size()) {
      throw damaged(node, place, "it has " + given.size() + " inputs, not " + wanted.size());
    }
    for (int i = 0; i < given.size(); i++) {
      DataType actual = type(types, given.get(i), nodes);
      if (actual != wanted.get(i)) {
        throw damaged(
            node,
            place,
            "its input "
                + i
                + " is to be "
                + wanted.get(i)
                + ", but '"
                + given.get(i)
                + "' is "
                + (actual == DataType.DT_INVALID ? "no tensor" : actual.toString()));
      }
    }
  }

  private List<DataType> types(
      NodeDef node, OpForm form, List<OpForm.Argument> arguments, String place) {
    try {
      return form.types(node, arguments);
    } catch (IllegalArgumentException e) {
      throw damaged(node, place, e.getMessage());
    }
  }

  /** The type of a reference; {@code DT_INVALID} if there is no such tensor. */
  private DataType type(
      Map<String, List<DataType>> types, String reference, Map<String, NodeDef> nodes) {
    String[] parts = reference.split(":", -1);
    List<DataType> outputs = types.getOrDefault(parts[0], List.of());
    int index = 0;
    try {
      if (parts.length == 2) {
        index = Integer.parseInt(parts[1]);
      } else if (parts.length == 3) {
        NodeDef node = Optional.ofNullable(nodes.get(parts[0])).orElseThrow();
        index = library.resultIndex(node, parts[1], Integer.parseInt(parts[2]));
      }
    } catch (IllegalArgumentException | NoSuchElementException e) {
      index = -1;
    }
    return index >= 0 && index < outputs.size() ? outputs.get(index) : DataType.DT_INVALID;
  }

  private InvalidModelException damaged(NodeDef node, String place, String what) {
    return damaged("at '" + node.getName() + "' (" + node.getOp() + ")" + place + ", " + what);
  }

  private InvalidModelException damaged(String what) {
    return new InvalidModelException(
        "The graph of '" + model.directory() + "' is damaged: " + what + ".",
        "Copy or export the model again.");
  }
}
