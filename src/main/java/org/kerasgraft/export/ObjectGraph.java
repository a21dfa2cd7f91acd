package org.kerasgraft.export;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedBareConcreteFunction;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedConcreteFunction;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedFunction;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObject;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObjectGraph;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedUserObject;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedVariable;
import org.tensorflow.proto.TrackableObjectGraphOuterClass.TrackableObjectGraph;
import org.tensorflow.proto.TrackableObjectGraphOuterClass.TrackableObjectGraph.TrackableObject;
import org.tensorflow.proto.TrackableObjectGraphOuterClass.TrackableObjectGraph.TrackableObject.ObjectReference;
import org.tensorflow.proto.VersionDef;

/**
 * The objects that Python's {@code tf.saved_model.load} makes of an exported model: a root with
 * lists of variables, a map of signatures, and the callable {@code serve}, which is the root's
 * {@code __call__} too. Node numbers: 0 root, 1–3 lists, 4 signatures, 5 {@code serve}, then the
 * variables, then the signatures' functions.
 */
final class ObjectGraph {

  private static final int LIST_ALL = 1;
  private static final int LIST_TRAINABLE = 2;
  private static final int LIST_FROZEN = 3;
  private static final int SIGNATURES = 4;
  private static final int SERVE = 5;
  private static final int FIRST_VARIABLE = 6;

  private final ServingBody body;
  private final SavedObjectGraph saved;

  /**
   * Builds it.
   *
   * @param body what is served
   * @param bytes whether there is a signature {@code serving_bytes}
   */
  ObjectGraph(ServingBody body, boolean bytes) {
    this.body = body;
    int firstSignature = FIRST_VARIABLE + body.variables().size();
    Map<String, Integer> signatures = new LinkedHashMap<>();
    signatures.put(MainGraph.SERVING_DEFAULT, firstSignature);
    if (bytes) {
      signatures.put(MainGraph.SERVING_BYTES, firstSignature + 1);
    }
    SavedObjectGraph.Builder graph = SavedObjectGraph.newBuilder().addNodes(root());
    graph.addNodes(list(body.variables()));
    graph.addNodes(list(body.variables().stream().filter(v -> v.trainable()).toList()));
    graph.addNodes(list(body.variables().stream().filter(v -> !v.trainable()).toList()));
    graph.addNodes(userObject("signature_map", signatures));
    graph.addNodes(serve());
    body.variables().forEach(variable -> graph.addNodes(variable(variable)));
    graph.addNodes(signature(ServingFunctions.DEFAULT, body.input()));
    graph.putConcreteFunctions(ServingFunctions.SERVE, concrete(positional(body.input())));
    graph.putConcreteFunctions(ServingFunctions.DEFAULT, concrete(byKeyword(body.input())));
    if (bytes) {
      graph.addNodes(signature(ServingFunctions.BYTES, ImageDecoding.INPUT));
      graph.putConcreteFunctions(ServingFunctions.BYTES, concrete(byKeyword(ImageDecoding.INPUT)));
    }
    this.saved = graph.build();
  }

  SavedObjectGraph saved() {
    return saved;
  }

  /** The same objects as the checkpoint stores them: which key holds which variable's value. */
  TrackableObjectGraph trackable() {
    TrackableObjectGraph.Builder graph = TrackableObjectGraph.newBuilder();
    for (int id = 0; id < saved.getNodesCount(); id++) {
      TrackableObject.Builder node =
          TrackableObject.newBuilder().addAllChildren(saved.getNodes(id).getChildrenList());
      if (saved.getNodes(id).hasVariable()) {
        int index = id - FIRST_VARIABLE;
        node.addAttributes(
            TrackableObject.SerializedTensor.newBuilder()
                .setName("VARIABLE_VALUE")
                .setFullName(body.variables().get(index).name())
                .setCheckpointKey(ExportedVariable.checkpointKey(index)));
      }
      graph.addNodes(node);
    }
    return graph.build();
  }

  private static SavedObject root() {
    Map<String, Integer> children = new LinkedHashMap<>();
    children.put("variables", LIST_ALL);
    children.put("trainable_variables", LIST_TRAINABLE);
    children.put("non_trainable_variables", LIST_FROZEN);
    children.put("signatures", SIGNATURES);
    children.put("serve", SERVE);
    children.put("__call__", SERVE);
    return userObject("_generic_user_object", children);
  }

  private SavedObject list(List<ExportedVariable> members) {
    Map<String, Integer> children = new LinkedHashMap<>();
    for (ExportedVariable member : members) {
      children.put(
          String.valueOf(children.size()), FIRST_VARIABLE + body.variables().indexOf(member));
    }
    return userObject("trackable_list_wrapper", children);
  }

  /** A version is required: without it Python makes an object that cannot be used. */
  private static SavedObject userObject(String identifier, Map<String, Integer> children) {
    SavedObject.Builder node =
        SavedObject.newBuilder()
            .setUserObject(
                SavedUserObject.newBuilder()
                    .setIdentifier(identifier)
                    .setVersion(VersionDef.newBuilder().setProducer(1).setMinConsumer(1)));
    children.forEach(
        (name, id) ->
            node.addChildren(ObjectReference.newBuilder().setLocalName(name).setNodeId(id)));
    return node.build();
  }

  private SavedObject serve() {
    return SavedObject.newBuilder()
        .setFunction(
            SavedFunction.newBuilder()
                .addConcreteFunctions(ServingFunctions.SERVE)
                .setFunctionSpec(
                    StructuredValues.functionSpec(List.of(body.input().key()), List.of())))
        .build();
  }

  private static SavedObject variable(ExportedVariable variable) {
    return SavedObject.newBuilder()
        .setVariable(
            SavedVariable.newBuilder()
                .setDtype(variable.spec().dtype())
                .setShape(Attributes.shapeProto(variable.spec().shape()))
                .setTrainable(variable.trainable())
                .setName(variable.name()))
        .build();
  }

  /** One positional argument is allowed, for callers such as Keras' TFSMLayer. */
  private static SavedObject signature(String function, ServedTensor input) {
    return SavedObject.newBuilder()
        .setBareConcreteFunction(
            SavedBareConcreteFunction.newBuilder()
                .setConcreteFunctionName(function)
                .addArgumentKeywords(input.key())
                .setAllowedPositionalArguments(1)
                .setFunctionSpec(StructuredValues.functionSpec(List.of(), List.of(input.key()))))
        .build();
  }

  private SavedConcreteFunction.Builder positional(ServedTensor input) {
    return SavedConcreteFunction.newBuilder()
        .setCanonicalizedInputSignature(
            StructuredValues.tuple(
                StructuredValues.tuple(StructuredValues.tensorSpec(input)),
                StructuredValues.dict(List.of())));
  }

  private SavedConcreteFunction.Builder byKeyword(ServedTensor input) {
    return SavedConcreteFunction.newBuilder()
        .setCanonicalizedInputSignature(
            StructuredValues.tuple(
                StructuredValues.tuple(), StructuredValues.dict(List.of(input))));
  }

  private SavedConcreteFunction concrete(SavedConcreteFunction.Builder function) {
    List<Integer> handles = new ArrayList<>();
    for (int i = 0; i < body.variables().size(); i++) {
      handles.add(FIRST_VARIABLE + i);
    }
    return function
        .addAllBoundInputs(handles)
        .setOutputSignature(StructuredValues.dict(body.outputs()))
        .build();
  }
}
