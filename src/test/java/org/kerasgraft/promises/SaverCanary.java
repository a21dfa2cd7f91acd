package org.kerasgraft.promises;

import static org.kerasgraft.promises.Canary.NAME;
import static org.kerasgraft.promises.Canary.node;
import static org.kerasgraft.promises.Canary.text;
import static org.kerasgraft.promises.Canary.texts;
import static org.kerasgraft.promises.Canary.type;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.util.List;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.FunctionDefLibrary;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/**
 * Canaries that give the model's saver one more function, which saves where its argument says, and
 * then lead another path to it. What they return stands in the main graph, {@link Canary#NAME} in
 * it.
 */
final class SaverCanary {

  private static final String SAVE = "save_of_canary";
  private static final String CALL = "call_of_canary";
  private static final String PATH = "path_of_canary";
  private static final String ARGUMENT = "p";

  private SaverCanary() {}

  /** A relay runs what its caller passes, and is passed the saver's function. */
  static List<NodeDef> passed(MetaGraphDef.Builder meta, Path trace) {
    FunctionDefLibrary.Builder library = withSaver(meta);
    library.addFunction(saving(ARGUMENT));
    FunctionDef.Builder relay = function("relay_of_canary");
    relay.getSignatureBuilder().addAttrBuilder().setName("F").setType("func");
    library.addFunction(
        relay
            .addNodeDef(
                call("inner", AttrValue.newBuilder().setPlaceholder("F").build(), 1, ARGUMENT))
            .putRet("o", "inner:output:0")
            .putControlRet("c", "inner"));
    NameAttrList.Builder relayed = NameAttrList.newBuilder().setName("relay_of_canary");
    relayed.putAttr("F", named(SAVE));
    return List.of(
        text(PATH, trace.toString()),
        call(NAME, AttrValue.newBuilder().setFunc(relayed).build(), 1, PATH));
  }

  /** A function that does nothing is called; TensorFlow puts the saver's in its place. */
  static List<NodeDef> exchanged(MetaGraphDef.Builder meta, Path trace) {
    FunctionDefLibrary.Builder library = withSaver(meta);
    library.addFunction(
        saving(ARGUMENT)
            .putAttr("api_implements", string("canary"))
            .putAttr("api_preferred_device", string("CPU")));
    library.addFunction(
        function("idle_of_canary")
            .putAttr("api_implements", string("canary"))
            .putAttr("api_preferred_device", string("GPU"))
            .addNodeDef(identity("r", ARGUMENT))
            .putRet("o", "r:output:0"));
    NodeDef.Builder call = call(NAME, named("idle_of_canary"), 1, PATH).toBuilder();
    return List.of(
        text(PATH, trace.toString()),
        call.setDevice("/job:localhost/replica:0/task:0/device:CPU:0").build());
  }

  /** A constant has the name of the argument. */
  static void ambiguous(MetaGraphDef.Builder meta, Path trace) {
    withSaver(meta)
        .addFunction(saving(ARGUMENT + ":output:0").addNodeDef(text(ARGUMENT, trace.toString())));
  }

  /** The first argument takes two tensors, so that the constant is the second. */
  static void shifted(MetaGraphDef.Builder meta, Path trace) {
    FunctionDef.Builder save = saving(ARGUMENT);
    OpDef.ArgDef list = OpDef.ArgDef.newBuilder().setName("l").setTypeListAttr("T").build();
    save.getSignatureBuilder()
        .addInputArg(0, list)
        .addAttrBuilder()
        .setName("T")
        .setType("list(type)");
    withSaver(meta).addFunction(save);
    AttrValue.Builder f = named(SAVE).toBuilder();
    f.getFuncBuilder().putAttr("T", strings(2));
    for (NodeDef.Builder call : meta.getGraphDefBuilder().getNodeBuilderList()) {
      if (call.getName().equals(CALL)) {
        call.addInput(call.getInput(0)).addInput(PATH);
        call.putAttr("f", f.build()).putAttr("Tin", strings(3));
      }
    }
    meta.getGraphDefBuilder().addNode(text(PATH, trace.toString()));
  }

  /** Lets the saver call the function, with the checkpoint's name. */
  private static FunctionDefLibrary.Builder withSaver(MetaGraphDef.Builder meta) {
    String file = meta.getSaverDef().getFilenameTensorName().replaceFirst(":0$", "");
    meta.getGraphDefBuilder()
        .addNode(call(CALL, named(SAVE), 1, file))
        .addNode(identity("saved_by_canary", meta.getSaverDef().getSaveTensorName(), "^" + CALL));
    meta.getSaverDefBuilder().setSaveTensorName("saved_by_canary:0");
    return meta.getGraphDefBuilder().getLibraryBuilder();
  }

  private static FunctionDef.Builder saving(String path) {
    return function(SAVE)
        .addNodeDef(texts("names", "x"))
        .addNodeDef(texts("slices", ""))
        .addNodeDef(text("what", "the model has acted"))
        .addNodeDef(
            node("SaveV2", "write", path, "names:output:0", "slices:output:0", "what:output:0")
                .toBuilder()
                .putAttr("dtypes", strings(1)))
        .addNodeDef(identity("r", ARGUMENT, "^write"))
        .putRet("o", "r:output:0")
        .putControlRet("c", "write");
  }

  private static FunctionDef.Builder function(String name) {
    FunctionDef.Builder function = FunctionDef.newBuilder();
    function
        .getSignatureBuilder()
        .setName(name)
        .setIsStateful(true)
        .addInputArg(OpDef.ArgDef.newBuilder().setName(ARGUMENT).setType(DataType.DT_STRING))
        .addOutputArg(OpDef.ArgDef.newBuilder().setName("o").setType(DataType.DT_STRING));
    return function;
  }

  private static NodeDef call(String name, AttrValue function, int inputs, String... given) {
    return node("StatefulPartitionedCall", name, given).toBuilder()
        .putAttr("f", function)
        .putAttr("Tin", strings(inputs))
        .putAttr("Tout", strings(1))
        .build();
  }

  private static NodeDef identity(String name, String... inputs) {
    return node("Identity", name, inputs).toBuilder()
        .putAttr("T", type(DataType.DT_STRING))
        .build();
  }

  private static AttrValue named(String function) {
    return AttrValue.newBuilder().setFunc(NameAttrList.newBuilder().setName(function)).build();
  }

  private static AttrValue string(String text) {
    return AttrValue.newBuilder().setS(ByteString.copyFromUtf8(text)).build();
  }

  private static AttrValue strings(int count) {
    AttrValue.Builder types = AttrValue.newBuilder();
    for (int i = 0; i < count; i++) {
      types.getListBuilder().addType(DataType.DT_STRING);
    }
    return types.build();
  }
}
