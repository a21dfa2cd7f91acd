package org.kerasgraft.promises;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.tensorflow.proto.AssetFileDef;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.CollectionDef;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GradientDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/** Makes a real model do something that leaves a trace. */
enum Canary {
  WRITE_FILE_IN_THE_INIT_OP("WriteFile", "main graph, below the init op", true),
  WRITE_FILE_IN_AN_OLD_INIT_OP("WriteFile", "main graph, below the init op", true),
  ABORT_IN_THE_INIT_OP("Abort", "main graph, below the init op", false),
  PYTHON_IN_THE_INIT_OP("EagerPyFunc", "main graph, below the init op", false),
  WRITE_FILE_IN_THE_SIGNATURE("WriteFile", "main graph", true),
  SAVE_WITH_A_CONSTANT_PATH("SaveV2", "main graph", true),
  SAVE_WITH_A_CONSTANT_PATH_IN_THE_SAVER("SaveV2", "main graph", true),
  SAVE_OVER_THE_CHECKPOINT_WHEN_RESTORED("SaveV2", "main graph", false),
  DELETE_A_CHECKPOINT("MergeV2Checkpoints", "main graph", false),
  PRINT_TO_A_FILE("PrintV2", "main graph", true),
  DUMP_TO_A_FILE("DebugIdentityV2", "main graph", true),
  EVENT_FILES("CreateSummaryFileWriter", "main graph", true),
  READ_A_FILE("ReadFile", "main graph", false),
  LIST_A_FOLDER("MatchingFiles", "main graph", false),
  GRAPH_IN_A_DATASET("DatasetFromGraph", "main graph", false),
  GRAPH_IN_A_CONSTANT("", "main graph", false),
  WRITE_FILE_IN_A_FUNCTION_THAT_NOTHING_CALLS("WriteFile", "function 'canary'", false),
  WRITE_FILE_IN_A_GRADIENT_FUNCTION("WriteFile", "function 'canary'", false),
  WRITE_FILE_IN_ANOTHER_META_GRAPH("WriteFile", "main graph", false),
  FUNCTION_NAMED_AS_AN_OP("WriteFile", "library", false),
  FUNCTION_PASSED_TO_A_FUNCTION("", "main graph: it passes a function", true),
  FUNCTION_PASSED_WHEN_RESTORED("", "main graph: it passes a function", true),
  FUNCTION_EXCHANGED("SaveV2", "function 'save_of_canary'", true),
  FUNCTION_EXCHANGED_WHEN_RESTORED("SaveV2", "function 'save_of_canary'", true),
  NODE_NAMED_AS_THE_SAVERS_ARGUMENT("SaveV2", "function 'save_of_canary'", false),
  LIST_BEFORE_THE_SAVERS_ARGUMENT("SaveV2", "function 'save_of_canary'", false),
  ASSET_ABOVE_THE_MODEL("", "directory", false),
  WEIGHTS_BY_A_LINK("", "directory", false);

  static final String NAME = "canary";

  private final String op;
  private final String place;
  private final boolean traced;

  Canary(String op, String place, boolean traced) {
    this.op = op;
    this.place = place;
    this.traced = traced;
  }

  /** What a refusal must name: the op and where it stands. */
  List<String> named() {
    return op.isEmpty() ? List.of(place) : List.of(op + " at '", "in the " + place);
  }

  /** Whether TensorFlow itself, loading and running the model, makes the trace. */
  boolean isTraced() {
    return traced;
  }

  /**
   * Changes a model.
   *
   * @param model its directory
   * @param trace absent; what the canary would make or find
   */
  void putInto(Path model, Path trace) throws IOException {
    if (this == WEIGHTS_BY_A_LINK) {
      Path outside = model.resolveSibling(model.getFileName() + "-outside");
      Files.move(model.resolve("variables"), outside);
      Files.createSymbolicLink(model.resolve("variables"), outside);
      return;
    }
    Path file = model.resolve("saved_model.pb");
    SavedModel.Builder changed = SavedModel.parseFrom(Files.readAllBytes(file)).toBuilder();
    MetaGraphDef.Builder meta = changed.getMetaGraphsBuilder(0);
    change(meta, trace);
    if (this == WRITE_FILE_IN_ANOTHER_META_GRAPH) {
      MetaGraphDef.Builder other = MetaGraphDef.newBuilder();
      other.getMetaInfoDefBuilder().addTags("train");
      other.getGraphDefBuilder().addAllNode(writer(trace));
      changed.addMetaGraphs(other);
    }
    Files.write(file, changed.build().toByteArray());
    Files.deleteIfExists(model.resolve("fingerprint.pb"));
  }

  private void change(MetaGraphDef.Builder meta, Path trace) {
    switch (this) {
      case WRITE_FILE_IN_THE_INIT_OP -> initialized(meta, writer(trace));
      case WRITE_FILE_IN_AN_OLD_INIT_OP -> {
        initialized(meta, writer(trace));
        meta.removeSignatureDef("__saved_model_init_op");
        CollectionDef.Builder collection = CollectionDef.newBuilder();
        collection.getNodeListBuilder().addValue("init_of_canary");
        meta.putCollectionDef("saved_model_main_op", collection.build());
      }
      case ABORT_IN_THE_INIT_OP ->
          initialized(
              meta,
              List.of(
                  node("Abort", NAME).toBuilder()
                      .putAttr("exit_without_error", AttrValue.newBuilder().setB(true).build())
                      .build()));
      case PYTHON_IN_THE_INIT_OP -> initialized(meta, List.of(node("EagerPyFunc", NAME)));
      case WRITE_FILE_IN_THE_SIGNATURE -> served(meta, writer(trace));
      case SAVE_WITH_A_CONSTANT_PATH -> served(meta, saver(text("path", trace.toString())));
      case SAVE_WITH_A_CONSTANT_PATH_IN_THE_SAVER ->
          restored(meta, saver(text("path", trace.toString())));
      case SAVE_OVER_THE_CHECKPOINT_WHEN_RESTORED ->
          restored(
              meta, saver(node("Identity", "path", meta.getSaverDef().getFilenameTensorName())));
      case DELETE_A_CHECKPOINT ->
          served(
              meta,
              List.of(
                  text("from", trace.toString()),
                  text("to", trace.toString()),
                  node("MergeV2Checkpoints", NAME, "from", "to")));
      case PRINT_TO_A_FILE ->
          served(meta, List.of(text("what", "x"), to(node("PrintV2", NAME, "what"), trace)));
      case DUMP_TO_A_FILE ->
          served(
              meta,
              List.of(
                  text("what", "x"), typed(to(node("DebugIdentityV2", NAME, "what"), trace), "T")));
      case EVENT_FILES -> served(meta, eventWriter(trace));
      case READ_A_FILE ->
          served(meta, List.of(text("path", "/etc/hostname"), node("ReadFile", NAME, "path")));
      case LIST_A_FOLDER ->
          served(meta, List.of(text("path", "/etc/*"), node("MatchingFiles", NAME, "path")));
      case GRAPH_IN_A_DATASET ->
          served(meta, List.of(node("DatasetFromGraph", NAME, "hidden"), hidden(trace)));
      case GRAPH_IN_A_CONSTANT -> meta.getGraphDefBuilder().addNode(hidden(trace));
      case WRITE_FILE_IN_A_FUNCTION_THAT_NOTHING_CALLS -> function(meta, NAME, writer(trace));
      case WRITE_FILE_IN_A_GRADIENT_FUNCTION -> {
        function(meta, NAME, writer(trace));
        function(meta, "differentiated", List.of());
        meta.getGraphDefBuilder()
            .getLibraryBuilder()
            .addGradient(
                GradientDef.newBuilder().setFunctionName("differentiated").setGradientFunc(NAME));
      }
      case FUNCTION_NAMED_AS_AN_OP -> function(meta, "WriteFile", List.of());
      case FUNCTION_PASSED_TO_A_FUNCTION -> served(meta, SaverCanary.passed(meta, trace));
      case FUNCTION_PASSED_WHEN_RESTORED -> restored(meta, SaverCanary.passed(meta, trace));
      case FUNCTION_EXCHANGED -> served(meta, SaverCanary.exchanged(meta, trace));
      case FUNCTION_EXCHANGED_WHEN_RESTORED -> restored(meta, SaverCanary.exchanged(meta, trace));
      case NODE_NAMED_AS_THE_SAVERS_ARGUMENT -> SaverCanary.ambiguous(meta, trace);
      case LIST_BEFORE_THE_SAVERS_ARGUMENT -> SaverCanary.shifted(meta, trace);
      case ASSET_ABOVE_THE_MODEL ->
          meta.addAssetFileDef(AssetFileDef.newBuilder().setFilename("../../canary"));
      case WRITE_FILE_IN_ANOTHER_META_GRAPH, WEIGHTS_BY_A_LINK -> {
        // the file holds, or the directory is, what is wrong
      }
    }
  }

  /** Runs a node when the model is loaded. */
  private static void initialized(MetaGraphDef.Builder meta, List<NodeDef> nodes) {
    meta.getGraphDefBuilder().addAllNode(nodes).addNode(node("NoOp", "init_of_canary", "^" + NAME));
    TensorInfo output = TensorInfo.newBuilder().setName("init_of_canary").build();
    meta.putSignatureDef(
        "__saved_model_init_op",
        SignatureDef.newBuilder().putOutputs("__saved_model_init_op", output).build());
  }

  /** Runs a node whenever any output of the default signature is asked for. */
  private static void served(MetaGraphDef.Builder meta, List<NodeDef> nodes) {
    meta.getGraphDefBuilder().addAllNode(nodes);
    SignatureDef signature = meta.getSignatureDefOrThrow("serving_default");
    SignatureDef.Builder changed = signature.toBuilder();
    signature
        .getOutputsMap()
        .forEach(
            (key, output) -> {
              String name = "canary_" + key;
              meta.getGraphDefBuilder()
                  .addNode(
                      node("Identity", name, output.getName(), "^" + NAME).toBuilder()
                          .putAttr("T", type(output.getDtype())));
              changed.putOutputs(key, output.toBuilder().setName(name + ":0").build());
            });
    meta.putSignatureDef("serving_default", changed.build());
  }

  /** Runs a node when the weights are restored. */
  private static void restored(MetaGraphDef.Builder meta, List<NodeDef> nodes) {
    String restore = "restore_of_canary";
    String before = meta.getSaverDef().getRestoreOpName();
    meta.getGraphDefBuilder()
        .addAllNode(nodes)
        .addNode(node("NoOp", restore, "^" + before, "^" + NAME));
    meta.getSaverDefBuilder().setRestoreOpName(restore);
  }

  private static void function(MetaGraphDef.Builder meta, String name, List<NodeDef> body) {
    FunctionDef.Builder function =
        FunctionDef.newBuilder().setSignature(OpDef.newBuilder().setName(name));
    for (NodeDef node : body) {
      List<String> inputs = node.getInputList().stream().map(i -> i + ":output:0").toList();
      function.addNodeDef(node.toBuilder().clearInput().addAllInput(inputs));
    }
    meta.getGraphDefBuilder().getLibraryBuilder().addFunction(function);
  }

  private static List<NodeDef> writer(Path trace) {
    return List.of(
        text("path", trace.toString()),
        text("what", "the model has acted"),
        node("WriteFile", NAME, "path", "what"));
  }

  private static List<NodeDef> saver(NodeDef path) {
    NodeDef typed = path.getOp().equals("Identity") ? typed(path, "T") : path;
    NodeDef save = node("SaveV2", NAME, "path", "names", "slices", "what");
    AttrValue.Builder dtypes = AttrValue.newBuilder();
    dtypes.getListBuilder().addType(DataType.DT_STRING);
    return List.of(
        typed,
        texts("names", "x"),
        texts("slices", ""),
        text("what", "x"),
        save.toBuilder().putAttr("dtypes", dtypes.build()).build());
  }

  private static List<NodeDef> eventWriter(Path trace) {
    List<NodeDef> nodes = new ArrayList<>();
    nodes.add(node("CreateSummaryFileWriter", NAME, "writer", "path", "queue", "flush", "suffix"));
    nodes.add(node("SummaryWriter", "writer"));
    nodes.add(text("path", trace.toString()));
    for (String number : Set.of("queue", "flush")) {
      TensorProto one =
          TensorProto.newBuilder()
              .setDtype(DataType.DT_INT32)
              .setTensorShape(TensorShapeProto.getDefaultInstance())
              .addIntVal(1)
              .build();
      nodes.add(constant(number, one));
    }
    nodes.add(text("suffix", ".canary"));
    return nodes;
  }

  private static NodeDef hidden(Path trace) {
    GraphDef graph = GraphDef.newBuilder().addAllNode(writer(trace)).build();
    return constant("hidden", strings(graph.toByteString()));
  }

  /** Gives an op the file that it prints or dumps to. */
  private static NodeDef to(NodeDef node, Path trace) {
    ByteString url = ByteString.copyFromUtf8("file://" + trace);
    AttrValue.Builder urls = AttrValue.newBuilder();
    urls.getListBuilder().addS(url);
    return node.getOp().equals("PrintV2")
        ? node.toBuilder()
            .putAttr("output_stream", AttrValue.newBuilder().setS(url).build())
            .build()
        : node.toBuilder().putAttr("debug_urls", urls.build()).build();
  }

  private static NodeDef typed(NodeDef node, String attribute) {
    return node.toBuilder().putAttr(attribute, type(DataType.DT_STRING)).build();
  }

  static AttrValue type(DataType type) {
    return AttrValue.newBuilder().setType(type).build();
  }

  static NodeDef node(String op, String name, String... inputs) {
    return NodeDef.newBuilder().setOp(op).setName(name).addAllInput(List.of(inputs)).build();
  }

  static NodeDef text(String name, String value) {
    return constant(name, strings(ByteString.copyFromUtf8(value)));
  }

  static NodeDef texts(String name, String value) {
    TensorProto.Builder one = strings(ByteString.copyFromUtf8(value)).toBuilder();
    one.getTensorShapeBuilder().addDimBuilder().setSize(1);
    return constant(name, one.build());
  }

  private static TensorProto strings(ByteString value) {
    return TensorProto.newBuilder()
        .setDtype(DataType.DT_STRING)
        .setTensorShape(TensorShapeProto.getDefaultInstance())
        .addStringVal(value)
        .build();
  }

  private static NodeDef constant(String name, TensorProto value) {
    return node("Const", name).toBuilder()
        .putAttr("dtype", type(value.getDtype()))
        .putAttr("value", AttrValue.newBuilder().setTensor(value).build())
        .build();
  }
}
