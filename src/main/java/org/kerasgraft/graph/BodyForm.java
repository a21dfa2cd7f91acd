package org.kerasgraft.graph;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kerasgraft.error.InvalidModelException;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Checks the body of a function that is inlined: TensorFlow numbers what it captures, writes each
 * node once and after its inputs, returns a tensor for each result and no more, and records the
 * shapes of all outputs or of none. Where an op keeps its input's shape, the recorded shapes must
 * be one.
 */
final class BodyForm {

  /** Ops whose output has the shape of their first input. */
  private static final Set<String> KEEPS_SHAPE =
      Set.of(
          "Identity",
          "Relu",
          "Relu6",
          "LeakyRelu",
          "Elu",
          "Selu",
          "Sigmoid",
          "Tanh",
          "Softplus",
          "Softmax",
          "LogSoftmax",
          "Neg",
          "Exp",
          "Sqrt",
          "Rsqrt",
          "Square",
          "Cast",
          "BiasAdd",
          "FusedBatchNormV3",
          "StopGradient");

  /** How TensorFlow names the arguments for what a function captures. */
  private static final Pattern CAPTURED = Pattern.compile("unknown(?:_(\\d{1,6}))?");

  private final FunctionLibrary library;
  private final FunctionDef function;
  private final Set<String> arguments = new HashSet<>();
  private final Map<String, NodeDef> earlier = new HashMap<>();

  private BodyForm(FunctionLibrary library, FunctionDef function) {
    this.library = library;
    this.function = function;
  }

  /**
   * Checks.
   *
   * @throws InvalidModelException naming function, node and contradiction
   */
  static void check(FunctionLibrary library, FunctionDef function) {
    new BodyForm(library, function).check();
  }

  private void check() {
    Set<String> names = new HashSet<>();
    function.getSignature().getInputArgList().forEach(a -> arguments.add(a.getName()));
    arguments.forEach(a -> requireNew(names, a));
    function.getNodeDefList().forEach(n -> requireNew(names, n.getName()));
    checkCaptures();
    Set<String> results = new HashSet<>();
    function.getSignature().getOutputArgList().stream()
        .map(OpDef.ArgDef::getName)
        .forEach(results::add);
    if (!function.getRetMap().keySet().equals(results)
        || results.size() != function.getSignature().getOutputArgCount()) {
      throw damaged("returns " + function.getRetMap().keySet() + " for " + results);
    }
    boolean shapes =
        function.getNodeDefList().stream().anyMatch(n -> n.containsAttr(Shapes.ATTRIBUTE));
    for (NodeDef node : function.getNodeDefList()) {
      checkOrder(node, names);
      if (shapes) {
        checkShapes(node);
      }
      earlier.put(node.getName(), node);
    }
  }

  /** They are numbered in their order: unknown, unknown_0, unknown_1 … */
  private void checkCaptures() {
    int last = Integer.MIN_VALUE;
    for (OpDef.ArgDef argument : function.getSignature().getInputArgList()) {
      Matcher captured = CAPTURED.matcher(argument.getName());
      if (argument.getType() == DataType.DT_RESOURCE && captured.matches()) {
        int number = captured.group(1) == null ? -1 : Integer.parseInt(captured.group(1));
        if (number <= last) {
          throw damaged("takes '" + argument.getName() + "' out of its order");
        }
        last = number;
      }
    }
  }

  private void requireNew(Set<String> names, String name) {
    if (!names.add(name)) {
      throw damaged("has two nodes '" + name + "'");
    }
  }

  private void checkOrder(NodeDef node, Set<String> names) {
    for (String input : node.getInputList()) {
      String name = Inliner.node(input.startsWith("^") ? input.substring(1) : input);
      boolean known = input.startsWith("^") ? names.contains(name) : earlier.containsKey(name);
      if (!known && !arguments.contains(name)) {
        throw damaged(
            "reads '" + input + "' at '" + node.getName() + "', which is not there before");
      }
    }
  }

  private void checkShapes(NodeDef node) {
    List<TensorShapeProto> shapes = shapes(node);
    Optional<OpForm> form = OpTable.form(node.getOp());
    if (form.isEmpty()) {
      return;
    }
    int outputs = form.get().types(node, form.get().outputs()).size();
    if (shapes.size() != outputs) {
      throw damaged(
          "records "
              + shapes.size()
              + " shapes of the "
              + outputs
              + " outputs of '"
              + node.getName()
              + "'");
    }
    NodeDef source = node.getInputCount() == 0 ? null : earlier.get(Inliner.node(node.getInput(0)));
    if (source != null && KEEPS_SHAPE.contains(node.getOp())) {
      requireSame(node, shapes.get(0), source);
    }
  }

  private void requireSame(NodeDef node, TensorShapeProto shape, NodeDef source) {
    String[] parts = node.getInput(0).split(":", -1);
    int index =
        parts.length == 3 ? library.resultIndex(source, parts[1], Integer.parseInt(parts[2])) : 0;
    List<TensorShapeProto> shapes = shapes(source);
    if (index < shapes.size() && !sizes(shapes.get(index)).equals(sizes(shape))) {
      throw damaged(
          "records the shape "
              + sizes(shape)
              + " of '"
              + node.getName()
              + "' ("
              + node.getOp()
              + "), but "
              + sizes(shapes.get(index))
              + " of its input '"
              + source.getName()
              + "'");
    }
  }

  private static List<TensorShapeProto> shapes(NodeDef node) {
    return node.getAttrOrDefault(Shapes.ATTRIBUTE, AttrValue.getDefaultInstance())
        .getList()
        .getShapeList();
  }

  private static Object sizes(TensorShapeProto shape) {
    return shape.getUnknownRank()
        ? "unknown"
        : shape.getDimList().stream().map(d -> d.getSize()).toList();
  }

  private InvalidModelException damaged(String what) {
    return library.damaged("the function '" + function.getSignature().getName() + "' " + what);
  }
}
