package org.kerasgraft.savedmodel;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GradientDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorProto;

/**
 * A small model with a place for a node of each position: what a Keras export looks like to a scan.
 */
public class HostileModel {

  private final GraphDef.Builder main = GraphDef.newBuilder();
  private final MetaGraphDef.Builder meta = MetaGraphDef.newBuilder();
  private final FunctionDef.Builder served = function("served", "x");
  private final FunctionDef.Builder init = function("init");
  private final FunctionDef.Builder save = function("save", "file_prefix");
  private final FunctionDef.Builder restore = function("restore", "file_prefix");
  private final FunctionDef.Builder unreachable = function("unreachable", "x");

  HostileModel() {
    main.addNode(node("Placeholder", "input"))
        .addNode(node("Placeholder", "saver_filename"))
        .addNode(call("served", "call", "input"))
        .addNode(call("init", "run_init"))
        .addNode(call("save", "call_save", "saver_filename"))
        .addNode(call("restore", "call_restore", "saver_filename"));
    meta.getMetaInfoDefBuilder().addTags("serve");
    meta.putSignatureDef("serving_default", signature("call:0"));
    meta.putSignatureDef("__saved_model_init_op", signature("run_init"));
    meta.setSaverDef(
        SaverDef.newBuilder()
            .setFilenameTensorName("saver_filename:0")
            .setSaveTensorName("call_save:0")
            .setRestoreOpName("call_restore"));
  }

  static NodeDef node(String op, String name, String... inputs) {
    return NodeDef.newBuilder()
        .setOp(op)
        .setName(name)
        .addAllInput(java.util.List.of(inputs))
        .build();
  }

  static NodeDef text(String name, ByteString value) {
    TensorProto tensor =
        TensorProto.newBuilder().setDtype(DataType.DT_STRING).addStringVal(value).build();
    return node("Const", name).toBuilder()
        .putAttr("value", AttrValue.newBuilder().setTensor(tensor).build())
        .build();
  }

  static NodeDef text(String name, String value) {
    return text(name, ByteString.copyFromUtf8(value));
  }

  static NodeDef call(String function, String name, String... inputs) {
    AttrValue f =
        AttrValue.newBuilder().setFunc(NameAttrList.newBuilder().setName(function)).build();
    return node("StatefulPartitionedCall", name, inputs).toBuilder().putAttr("f", f).build();
  }

  private static SignatureDef signature(String output) {
    return SignatureDef.newBuilder()
        .putOutputs("out", TensorInfo.newBuilder().setName(output).build())
        .build();
  }

  private static FunctionDef.Builder function(String name, String... arguments) {
    OpDef.Builder signature = OpDef.newBuilder().setName(name);
    for (String argument : arguments) {
      signature.addInputArg(OpDef.ArgDef.newBuilder().setName(argument));
    }
    return FunctionDef.newBuilder().setSignature(signature);
  }

  HostileModel inMain(NodeDef... nodes) {
    main.addAllNode(java.util.List.of(nodes));
    return this;
  }

  HostileModel inServed(NodeDef... nodes) {
    served.addAllNodeDef(java.util.List.of(nodes));
    return this;
  }

  HostileModel inInit(NodeDef... nodes) {
    init.addAllNodeDef(java.util.List.of(nodes));
    return this;
  }

  HostileModel inSave(NodeDef... nodes) {
    save.addAllNodeDef(java.util.List.of(nodes));
    return this;
  }

  HostileModel inRestore(NodeDef... nodes) {
    restore.addAllNodeDef(java.util.List.of(nodes));
    return this;
  }

  HostileModel inUnreachable(NodeDef... nodes) {
    unreachable.addAllNodeDef(java.util.List.of(nodes));
    return this;
  }

  /** Another function of the library, of that name. */
  HostileModel named(String function) {
    main.getLibraryBuilder().addFunction(function(function, "x"));
    return this;
  }

  /** The saver's function, to be changed. */
  FunctionDef.Builder save() {
    return save;
  }

  /** The main graph, to be changed. */
  GraphDef.Builder main() {
    return main;
  }

  /** Makes one function the gradient of another. */
  HostileModel gradient(String of, String by) {
    main.getLibraryBuilder()
        .addGradient(GradientDef.newBuilder().setFunctionName(of).setGradientFunc(by));
    return this;
  }

  /** The meta graph, to be changed. */
  MetaGraphDef.Builder meta() {
    return meta;
  }

  SavedModel build() {
    GraphDef.Builder graph = main.clone();
    graph
        .getLibraryBuilder()
        .addFunction(served)
        .addFunction(init)
        .addFunction(save)
        .addFunction(restore)
        .addFunction(unreachable);
    return SavedModel.newBuilder().addMetaGraphs(meta.clone().setGraphDef(graph)).build();
  }

  ScanReport scan(Path directory) {
    return scan(directory, OpPolicy.listed(), ModelLimits.STANDARD);
  }

  ScanReport scan(Path directory, OpPolicy policy, ModelLimits limits) {
    return ModelScan.of(new ModelProto(directory, build(), ""), policy, limits);
  }

  /** Where a scan meets a node. */
  public enum Spot {
    MAIN_GRAPH,
    FUNCTION_THAT_NOTHING_CALLS,
    GRADIENT_FUNCTION,
    INIT_FUNCTION,
    SAVER_FUNCTION
  }

  /** Whether a model passes that has a node with this op there; a saver's takes the file prefix. */
  public static boolean passes(String op, Spot spot, Path directory) {
    return with(op, spot).scan(directory).findings().isEmpty();
  }

  static HostileModel with(String op, Spot spot) {
    HostileModel model = new HostileModel();
    return switch (spot) {
      case MAIN_GRAPH -> model.inMain(node(op, "odd", "input", "input"));
      case FUNCTION_THAT_NOTHING_CALLS -> model.inUnreachable(node(op, "odd", "x", "x"));
      case GRADIENT_FUNCTION ->
          model.inUnreachable(node(op, "odd", "x", "x")).gradient("served", "unreachable");
      case INIT_FUNCTION -> model.inInit(node(op, "odd"));
      case SAVER_FUNCTION -> model.inSave(node(op, "odd", "file_prefix", "file_prefix"));
    };
  }
}
