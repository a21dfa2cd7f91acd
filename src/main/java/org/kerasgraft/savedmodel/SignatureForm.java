package org.kerasgraft.savedmodel;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.kerasgraft.error.InvalidModelException;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedConcreteFunction;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObjectGraph;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.Struct.StructuredValue;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Whether the signatures are those of the graph: TensorFlow says each end of a signature again at
 * the placeholder that it feeds, at the function that it calls, and in the object graph's specs of
 * that function.
 */
final class SignatureForm {

  private static final AttrValue NO_ATTRIBUTE = AttrValue.getDefaultInstance();

  private final Path directory;
  private final SavedObjectGraph objects;
  private final Map<String, NodeDef> nodes = new HashMap<>();
  private final Map<String, FunctionDef> functions = new HashMap<>();

  private SignatureForm(Path directory, MetaGraphDef metaGraph) {
    this.directory = directory;
    this.objects = metaGraph.getObjectGraphDef();
    metaGraph.getGraphDef().getNodeList().forEach(n -> nodes.put(n.getName(), n));
    metaGraph
        .getGraphDef()
        .getLibrary()
        .getFunctionList()
        .forEach(f -> functions.put(f.getSignature().getName(), f));
  }

  /**
   * Checks all signatures.
   *
   * @param initializer the key that is no signature
   * @throws InvalidModelException naming signature, end and contradiction
   */
  static void check(Path directory, MetaGraphDef metaGraph, String initializer) {
    SignatureForm form = new SignatureForm(directory, metaGraph);
    Map<String, SignatureDef> signatures = new HashMap<>(metaGraph.getSignatureDefMap());
    signatures.remove(initializer);
    signatures.forEach(form::check);
    form.listed()
        .ifPresent(
            listed -> {
              if (!listed.keySet().equals(signatures.keySet())) {
                throw form.differ(
                    "it has the signatures "
                        + signatures.keySet()
                        + ", its objects "
                        + listed.keySet());
              }
              listed.forEach((name, function) -> form.check(name, signatures.get(name), function));
            });
  }

  /** Signature to function, as the object graph lists them, where it does. */
  private Optional<Map<String, String>> listed() {
    if (objects.getNodesCount() == 0) {
      return Optional.empty();
    }
    return objects.getNodes(0).getChildrenList().stream()
        .filter(c -> c.getLocalName().equals("signatures"))
        .map(c -> objects.getNodes(c.getNodeId()))
        .filter(o -> o.getUserObject().getIdentifier().equals("signature_map"))
        .findFirst()
        .map(
            map -> {
              Map<String, String> found = new HashMap<>();
              map.getChildrenList()
                  .forEach(
                      c ->
                          found.put(
                              c.getLocalName(),
                              objects
                                  .getNodes(c.getNodeId())
                                  .getBareConcreteFunction()
                                  .getConcreteFunctionName()));
              return found;
            });
  }

  private void check(String name, SignatureDef signature) {
    signature.getInputsMap().forEach((key, info) -> checkInput(place(name, "input", key), info));
    if (signature.getOutputsCount() == 0) {
      throw differ("the signature '" + name + "' has no output");
    }
    signature.getOutputsMap().forEach((key, info) -> checkOutput(place(name, "output", key), info));
  }

  private void checkInput(String place, TensorInfo info) {
    NodeDef node = node(place, info);
    if (!node.containsAttr("dtype") || !node.containsAttr("shape")) {
      return;
    }
    DataType dtype = node.getAttrOrThrow("dtype").getType();
    TensorShapeProto shape = node.getAttrOrThrow("shape").getShape();
    requireEqual(place, info, dtype, shape, "'" + node.getName() + "'");
  }

  private void checkOutput(String place, TensorInfo info) {
    NodeDef node = node(place, info);
    FunctionDef function =
        functions.get(node.getAttrOrDefault("f", NO_ATTRIBUTE).getFunc().getName());
    if (function == null) {
      return;
    }
    int index = index(info.getName());
    if (index < 0 || index >= function.getSignature().getOutputArgCount()) {
      throw differ(place + " is '" + info.getName() + "', which '" + node.getName() + "' has not");
    }
    DataType dtype = function.getSignature().getOutputArg(index).getType();
    if (dtype != info.getDtype()) {
      throw differ(place + " is " + info.getDtype() + ", but its function's " + dtype);
    }
  }

  private NodeDef node(String place, TensorInfo info) {
    String name = info.getName().replaceFirst(":\\d+$", "");
    NodeDef node = nodes.get(name);
    if (node == null || info.getDtype() == DataType.DT_INVALID) {
      throw differ(
          place + (node == null ? " is '" + name + "', which the graph has not" : " has no type"));
    }
    return node;
  }

  /** Compares with what the object graph says of the signature's function. */
  private void check(String name, SignatureDef signature, String function) {
    for (TensorInfo output : signature.getOutputsMap().values()) {
      String called =
          nodes
              .get(output.getName().replaceFirst(":\\d+$", ""))
              .getAttrOrDefault("f", NO_ATTRIBUTE)
              .getFunc()
              .getName();
      if (!called.isEmpty() && !called.equals(function)) {
        throw differ(
            "the signature '"
                + name
                + "' calls '"
                + called
                + "', by its objects '"
                + function
                + "'");
      }
    }
    SavedConcreteFunction concrete = objects.getConcreteFunctionsMap().get(function);
    if (concrete == null) {
      return;
    }
    StructuredValue arguments = concrete.getCanonicalizedInputSignature();
    if (arguments.getTupleValue().getValuesCount() == 2) {
      compare(name, "input", signature.getInputsMap(), arguments.getTupleValue().getValues(1));
    }
    compare(name, "output", signature.getOutputsMap(), concrete.getOutputSignature());
  }

  private void compare(
      String name, String end, Map<String, TensorInfo> infos, StructuredValue recorded) {
    if (!recorded.hasDictValue()) {
      return;
    }
    Map<String, StructuredValue> specs = recorded.getDictValue().getFieldsMap();
    Map<String, TensorInfo> named = new HashMap<>();
    infos.forEach((key, info) -> named.put(specs.containsKey(key) ? key : argument(key), info));
    if (!specs.keySet().equals(named.keySet())) {
      throw differ(
          "the signature '"
              + name
              + "' has the "
              + end
              + "s "
              + infos.keySet()
              + ", its function "
              + specs.keySet());
    }
    specs.forEach(
        (key, spec) -> {
          if (spec.hasTensorSpecValue()) {
            requireEqual(
                place(name, end, key),
                named.get(key),
                spec.getTensorSpecValue().getDtype(),
                spec.getTensorSpecValue().getShape(),
                "its function's");
          }
        });
  }

  /**
   * What TensorFlow calls the argument for an end of a signature: other signs than letters and
   * digits become {@code _} (sanitize_arg_name in its core/function/polymorphism/function_type.py).
   */
  private static String argument(String key) {
    StringBuilder name = new StringBuilder();
    key.codePoints().forEach(c -> name.appendCodePoint(Character.isLetterOrDigit(c) ? c : '_'));
    boolean startsWithLetter = !name.isEmpty() && Character.isLetter(name.codePointAt(0));
    return startsWithLetter ? name.toString() : "arg_" + name;
  }

  private void requireEqual(
      String place, TensorInfo info, DataType dtype, TensorShapeProto shape, String other) {
    if (info.getDtype() != dtype || !sizes(info.getTensorShape()).equals(sizes(shape))) {
      throw differ(
          place
              + " is "
              + info.getDtype()
              + " "
              + sizes(info.getTensorShape())
              + ", but "
              + other
              + " "
              + dtype
              + " "
              + sizes(shape));
    }
  }

  private static Object sizes(TensorShapeProto shape) {
    return shape.getUnknownRank()
        ? "of unknown shape"
        : shape.getDimList().stream().map(d -> d.getSize()).toList();
  }

  private static int index(String tensor) {
    String last = tensor.substring(tensor.lastIndexOf(':') + 1);
    return last.matches("\\d{1,9}") ? Integer.parseInt(last) : 0;
  }

  private static String place(String signature, String end, String key) {
    return "the " + end + " '" + key + "' of the signature '" + signature + "'";
  }

  private InvalidModelException differ(String what) {
    return new InvalidModelException(
        "'" + directory + "' contradicts itself: " + what + ".", "Copy or export the model again.");
  }
}
