package org.kerasgraft.export;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kerasgraft.data.ImageSize;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/**
 * The functions that Python and the {@code serving_bytes} signature call. One holds the network's
 * nodes; the signatures' own functions call it. Each takes its argument, then every variable's
 * handle in the order of the variables, and returns the results in the order of their keys.
 */
final class ServingFunctions {

  /** What {@code model(x)} and {@code model.serve(x)} run. */
  static final String SERVE = "__inference_serve_1";

  /** What the signature {@code serving_default} runs in Python. */
  static final String DEFAULT = "__inference_signature_wrapper_serving_default_2";

  /** What the signature {@code serving_bytes} runs everywhere. */
  static final String BYTES = "__inference_signature_wrapper_serving_bytes_3";

  private static final String CALL = "serve";

  private final ServingBody body;

  ServingFunctions(ServingBody body) {
    this.body = body;
  }

  List<FunctionDef> all(Optional<ImageSize> images) {
    List<FunctionDef> functions = new ArrayList<>(body.functions());
    functions.add(serve());
    String argument = argumentName(body.input());
    functions.add(caller(DEFAULT, body.input(), List.of(call(argument))));
    images.ifPresent(
        size -> {
          functions.add(ImageDecoding.function(size));
          functions.add(
              caller(
                  BYTES,
                  ImageDecoding.INPUT,
                  List.of(ImageDecoding.batched(size), call(ImageDecoding.DECODED_IN_FUNCTION))));
        });
    return functions;
  }

  /** A main graph's node that runs {@link #BYTES} on an input and the handles. */
  NodeDef callOfBytes(String name, String input) {
    NodeDef.Builder node = calling(BYTES, name, DataType.DT_STRING).addInput(input);
    body.variables().forEach(variable -> node.addInput(variable.node()));
    return node.build();
  }

  private FunctionDef serve() {
    Map<String, String> arguments = new HashMap<>();
    arguments.put(body.inputNode(), argumentName(body.input()));
    for (int i = 0; i < body.variables().size(); i++) {
      arguments.put(body.variables().get(i).node(), capture(i));
    }
    Map<String, NodeDef> byName = new HashMap<>();
    body.nodes().forEach(node -> byName.put(node.getName(), node));
    FunctionDef.Builder function = function(SERVE, body.input());
    for (NodeDef node : body.nodes()) {
      NodeDef.Builder inside = node.toBuilder().clearInput();
      node.getInputList()
          .forEach(text -> reference(TensorRef.parse(text), arguments, byName, inside));
      function.addNodeDef(inside);
    }
    body.outputTensors()
        .forEach(
            (key, tensor) ->
                function.putRet(
                    key,
                    RegisteredOps.outputInFunction(byName.get(tensor.node()), tensor.index())));
    return function.build();
  }

  private static void reference(
      TensorRef from,
      Map<String, String> arguments,
      Map<String, NodeDef> byName,
      NodeDef.Builder to) {
    String argument = arguments.get(from.node());
    if (argument != null) {
      if (!from.control()) {
        to.addInput(argument);
      }
    } else if (from.control()) {
      to.addInput(from.inGraph());
    } else {
      to.addInput(RegisteredOps.outputInFunction(byName.get(from.node()), from.index()));
    }
  }

  private FunctionDef caller(String name, ServedTensor input, List<NodeDef> nodes) {
    FunctionDef.Builder function = function(name, input).addAllNodeDef(nodes);
    for (int i = 0; i < body.outputs().size(); i++) {
      function.putRet(body.outputs().get(i).key(), CALL + ":output:" + i);
    }
    return function.build();
  }

  private NodeDef call(String input) {
    NodeDef.Builder node = calling(SERVE, CALL, body.input().dtype()).addInput(input);
    for (int i = 0; i < body.variables().size(); i++) {
      node.addInput(capture(i));
    }
    return node.build();
  }

  private NodeDef.Builder calling(String function, String name, DataType input) {
    List<DataType> inputs = new ArrayList<>(List.of(input));
    body.variables().forEach(variable -> inputs.add(DataType.DT_RESOURCE));
    return Attributes.node("StatefulPartitionedCall", name)
        .putAttr("Tin", Attributes.types(inputs))
        .putAttr(
            "Tout", Attributes.types(body.outputs().stream().map(ServedTensor::dtype).toList()))
        .putAttr("f", Attributes.function(function));
  }

  private FunctionDef.Builder function(String name, ServedTensor input) {
    OpDef.Builder signature = OpDef.newBuilder().setName(name).setIsStateful(true);
    signature.addInputArg(
        OpDef.ArgDef.newBuilder().setName(argumentName(input)).setType(input.dtype()));
    for (int i = 0; i < body.variables().size(); i++) {
      signature.addInputArg(
          OpDef.ArgDef.newBuilder().setName(capture(i)).setType(DataType.DT_RESOURCE));
    }
    for (ServedTensor output : body.outputs()) {
      signature.addOutputArg(
          OpDef.ArgDef.newBuilder().setName(output.key()).setType(output.dtype()));
    }
    return FunctionDef.newBuilder()
        .setSignature(signature)
        .putArgAttr(
            0,
            FunctionDef.ArgAttrs.newBuilder()
                .putAttr("_output_shapes", Attributes.shapes(input.shape()))
                .putAttr("_user_specified_name", Attributes.string(input.key()))
                .build());
  }

  private static String capture(int index) {
    return "capture_" + index;
  }

  /** Function arguments may hold only lower-case letters, digits and {@code _}. */
  private static String argumentName(ServedTensor input) {
    return input.key().matches("[a-z][a-z0-9_]*") ? input.key() : "inputs";
  }
}
