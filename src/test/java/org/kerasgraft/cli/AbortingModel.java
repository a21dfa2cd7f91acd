package org.kerasgraft.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * A model that gives images back as they are, unless all values of one are above 250: then it ends
 * the process, from within TensorFlow. The random images that an export is checked with never are.
 */
final class AbortingModel {

  static final int SIDE = 4;

  /** The node to cut at. */
  static final String AT = "features";

  private static final float LIMIT = 250;

  /** The side of the tiny VGG's images. */
  static final int VGG_SIDE = 32;

  private static final String GUARD = "branch";

  /** A model must have a checkpoint; nothing of this one's is used but by itself. */
  private static final Path VGG = Path.of("src/test/resources/models/tiny-vgg-keras3");

  private static final String VGG_INPUT = "serving_default_input_layer";

  private AbortingModel() {}

  /**
   * Writes it.
   *
   * @param success whether it ends the process with exit code 0, else by an abort
   */
  static Path write(Path directory, boolean success) throws IOException {
    TensorShapeProto shape = shape(-1, SIDE, SIDE, 3);
    GraphDef.Builder graph = GraphDef.newBuilder();
    graph.addNode(
        node("x", "Placeholder").putAttr("dtype", type()).putAttr("shape", shapeOf(shape)));
    guard(graph, "x", shape, success);
    graph.addNode(node(AT, "Identity", GUARD).putAttr("T", type()));
    MetaGraphDef.Builder meta = MetaGraphDef.newBuilder().setGraphDef(graph);
    meta.getMetaInfoDefBuilder().addTags("serve");
    meta.putSignatureDef(
        "serving_default",
        SignatureDef.newBuilder()
            .setMethodName("tensorflow/serving/predict")
            .putInputs("x", tensor("x:0", shape))
            .putOutputs("y", tensor(AT + ":0", shape))
            .build());
    copyVariables(directory);
    SavedModel model =
        SavedModel.newBuilder().setSavedModelSchemaVersion(1).addMetaGraphs(meta).build();
    Files.write(directory.resolve("saved_model.pb"), model.toByteArray());
    return directory;
  }

  private static void copyVariables(Path directory) throws IOException {
    Path variables = Files.createDirectories(directory.resolve("variables"));
    for (String name : List.of("variables.index", "variables.data-00000-of-00001")) {
      Files.copy(VGG.resolve("variables").resolve(name), variables.resolve(name));
    }
  }

  /**
   * Writes the tiny VGG, which can be trained, with such an end before its first layer.
   *
   * @param success whether it ends the process with exit code 0, else by an abort
   */
  static Path writeVgg(Path directory, boolean success) throws IOException {
    copyVariables(directory);
    SavedModel.Builder model =
        SavedModel.parseFrom(Files.readAllBytes(VGG.resolve("saved_model.pb"))).toBuilder();
    GraphDef.Builder graph = model.getMetaGraphsBuilder(0).getGraphDefBuilder();
    guard(graph, VGG_INPUT, shape(-1, VGG_SIDE, VGG_SIDE, 3), success);
    graph.getNodeBuilderList().stream()
        .filter(node -> !List.of("least", GUARD).contains(node.getName()))
        .filter(node -> node.getInputList().contains(VGG_INPUT))
        .forEach(node -> node.setInput(node.getInputList().indexOf(VGG_INPUT), GUARD));
    Files.write(directory.resolve("saved_model.pb"), model.build().toByteArray());
    return directory;
  }

  /** Adds a node that gives its input on, or ends the process. */
  private static void guard(
      GraphDef.Builder graph, String input, TensorShapeProto shape, boolean success) {
    graph.addNode(constant("each", numbers(1, 2, 3)));
    graph.addNode(constant("all", numbers(0)));
    graph.addNode(reduction("least", "Min", input, "each"));
    graph.addNode(reduction("most", "Max", "least", "all"));
    graph.addNode(
        constant(
            "limit",
            TensorProto.newBuilder()
                .setDtype(DataType.DT_FLOAT)
                .setTensorShape(shape())
                .addFloatVal(LIMIT)));
    graph.addNode(node("over", "Greater", "most", "limit").putAttr("T", type()));
    graph.addNode(
        node(GUARD, "If", "over", input)
            .putAttr("Tcond", type(DataType.DT_BOOL))
            .putAttr("Tin", types())
            .putAttr("Tout", types())
            .putAttr("then_branch", function("ending"))
            .putAttr("else_branch", function("passing"))
            .putAttr("output_shapes", AttrValue.newBuilder().setList(shapes(shape)).build()));
    NodeDef abort =
        node("abort", "Abort")
            .putAttr("exit_without_error", AttrValue.newBuilder().setB(success).build())
            .build();
    graph
        .getLibraryBuilder()
        .addFunction(branch("passing", false).addNodeDef(identity("x")))
        .addFunction(branch("ending", true).addNodeDef(abort).addNodeDef(identity("x", "^abort")));
  }

  private static FunctionDef.Builder branch(String name, boolean stateful) {
    return FunctionDef.newBuilder()
        .setSignature(
            OpDef.newBuilder()
                .setName(name)
                .setIsStateful(stateful)
                .addInputArg(argument("x"))
                .addOutputArg(argument("y")))
        .putRet("y", "same:output:0");
  }

  private static OpDef.ArgDef argument(String name) {
    return OpDef.ArgDef.newBuilder().setName(name).setType(DataType.DT_FLOAT).build();
  }

  private static NodeDef identity(String... inputs) {
    return node("same", "Identity", inputs).putAttr("T", type()).build();
  }

  private static NodeDef.Builder node(String name, String op, String... inputs) {
    return NodeDef.newBuilder().setName(name).setOp(op).addAllInput(List.of(inputs));
  }

  private static NodeDef constant(String name, TensorProto.Builder value) {
    return node(name, "Const")
        .putAttr("dtype", type(value.getDtype()))
        .putAttr("value", AttrValue.newBuilder().setTensor(value).build())
        .build();
  }

  private static NodeDef.Builder reduction(String name, String op, String of, String axes) {
    return node(name, op, of, axes)
        .putAttr("T", type())
        .putAttr("Tidx", type(DataType.DT_INT32))
        .putAttr("keep_dims", AttrValue.newBuilder().setB(false).build());
  }

  private static TensorProto.Builder numbers(Integer... values) {
    return TensorProto.newBuilder()
        .setDtype(DataType.DT_INT32)
        .setTensorShape(shape(values.length))
        .addAllIntVal(List.of(values));
  }

  private static TensorInfo tensor(String name, TensorShapeProto shape) {
    return TensorInfo.newBuilder()
        .setName(name)
        .setDtype(DataType.DT_FLOAT)
        .setTensorShape(shape)
        .build();
  }

  private static TensorShapeProto shape(int... dimensions) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (int size : dimensions) {
      shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
    }
    return shape.build();
  }

  private static AttrValue shapeOf(TensorShapeProto shape) {
    return AttrValue.newBuilder().setShape(shape).build();
  }

  private static AttrValue.ListValue shapes(TensorShapeProto shape) {
    return AttrValue.ListValue.newBuilder().addShape(shape).build();
  }

  private static AttrValue type() {
    return type(DataType.DT_FLOAT);
  }

  private static AttrValue type(DataType type) {
    return AttrValue.newBuilder().setType(type).build();
  }

  private static AttrValue types() {
    return AttrValue.newBuilder()
        .setList(AttrValue.ListValue.newBuilder().addType(DataType.DT_FLOAT))
        .build();
  }

  private static AttrValue function(String name) {
    return AttrValue.newBuilder().setFunc(NameAttrList.newBuilder().setName(name)).build();
  }
}
