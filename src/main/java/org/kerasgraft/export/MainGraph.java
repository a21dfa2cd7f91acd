package org.kerasgraft.export;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.kerasgraft.data.ImageSize;
import org.tensorflow.TensorFlow;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.VersionDef;

/**
 * The graph that TensorFlow's C++ loader runs (TensorFlow Java, TensorFlow Serving): flat for
 * {@code serving_default}, with nodes that save and restore. There is no init op: it would run
 * after the restore.
 */
final class MainGraph {

  static final String SERVING_DEFAULT = "serving_default";
  static final String SERVING_BYTES = "serving_bytes";

  /** TensorFlow Serving's Predict accepts this method name only. */
  static final String PREDICT = "tensorflow/serving/predict";

  private static final String BYTES_INPUT = SERVING_BYTES + "_" + ImageDecoding.INPUT.key();
  private static final String FILE = "save/filename";

  private final ServingBody body;
  private final Optional<ImageSize> images;

  MainGraph(ServingBody body, Optional<ImageSize> images) {
    this.body = body;
    this.images = images;
  }

  /** The whole meta graph, with tag {@code serve}. */
  MetaGraphDef metaGraph(VersionDef graphVersions) {
    MetaGraphDef.Builder meta =
        MetaGraphDef.newBuilder()
            .setMetaInfoDef(
                MetaGraphDef.MetaInfoDef.newBuilder()
                    .addTags("serve")
                    .setTensorflowVersion(TensorFlow.version())
                    .setStrippedDefaultAttrs(true))
            .setGraphDef(graph().setVersions(graphVersions))
            .setSaverDef(
                SaverDef.newBuilder()
                    .setFilenameTensorName(FILE + ":0")
                    .setSaveTensorName("save/control_dependency:0")
                    .setRestoreOpName("save/restore_all")
                    .setVersion(SaverDef.CheckpointFormatVersion.V2))
            .putSignatureDef(SERVING_DEFAULT, servingDefault())
            .setObjectGraphDef(new ObjectGraph(body, images.isPresent()).saved());
    images.ifPresent(size -> meta.putSignatureDef(SERVING_BYTES, servingBytes()));
    return meta.build();
  }

  private GraphDef.Builder graph() {
    GraphDef.Builder graph = GraphDef.newBuilder();
    graph.addNode(placeholder(body.inputNode(), body.input().dtype(), body.input().shape()));
    for (ExportedVariable variable : body.variables()) {
      graph.addNode(
          Attributes.node("VarHandleOp", variable.node())
              .putAttr("shared_name", Attributes.string(variable.name()))
              .putAttr("dtype", Attributes.type(variable.spec().dtype()))
              .putAttr("shape", Attributes.shape(variable.spec().shape())));
    }
    graph.addAllNode(body.nodes());
    ServingFunctions functions = new ServingFunctions(body);
    if (images.isPresent()) {
      graph.addNode(
          placeholder(BYTES_INPUT, ImageDecoding.INPUT.dtype(), ImageDecoding.INPUT.shape()));
      graph.addNode(functions.callOfBytes(SERVING_BYTES, BYTES_INPUT));
    }
    addSaver(graph);
    graph.getLibraryBuilder().addAllFunction(functions.all(images));
    return graph;
  }

  private void addSaver(GraphDef.Builder graph) {
    List<ExportedVariable> variables = body.variables();
    List<String> keys = new ArrayList<>();
    List<DataType> types = new ArrayList<>();
    List<NodeDef> reads = new ArrayList<>();
    for (int i = 0; i < variables.size(); i++) {
      keys.add(ExportedVariable.checkpointKey(i));
      types.add(variables.get(i).spec().dtype());
      reads.add(
          Attributes.node("ReadVariableOp", savedRead(i), variables.get(i).node())
              .putAttr("dtype", Attributes.type(types.get(i)))
              .build());
    }
    List<String> slices = keys.stream().map(key -> "").toList();
    String[] arguments = {FILE, "save/tensor_names", "save/shape_and_slices"};
    NodeDef.Builder save =
        Attributes.node("SaveV2", "save/SaveV2", arguments)
            .putAttr("dtypes", Attributes.types(types));
    NodeDef.Builder all = Attributes.node("NoOp", "save/restore_all");
    graph
        .addNode(placeholder(FILE, DataType.DT_STRING, Shape.scalar()))
        .addNode(Attributes.strings(arguments[1], keys))
        .addNode(Attributes.strings(arguments[2], slices))
        .addAllNode(reads);
    reads.forEach(read -> save.addInput(read.getName()));
    graph.addNode(save);
    graph.addNode(
        Attributes.node("Identity", "save/control_dependency", FILE, "^save/SaveV2")
            .putAttr("T", Attributes.type(DataType.DT_STRING)));
    graph.addNode(
        Attributes.node("RestoreV2", "save/RestoreV2", arguments)
            .putAttr("dtypes", Attributes.types(types)));
    for (int i = 0; i < variables.size(); i++) {
      String value = new TensorRef("save/RestoreV2", i).inGraph();
      graph.addNode(
          Attributes.node("AssignVariableOp", "save/Assign_" + i, variables.get(i).node(), value)
              .putAttr("dtype", Attributes.type(types.get(i))));
      all.addInput("^save/Assign_" + i);
    }
    graph.addNode(all);
  }

  /** The node that reads the {@code index}-th variable in the exported graph. */
  static String savedRead(int index) {
    return "save/Read_" + index;
  }

  private SignatureDef servingDefault() {
    SignatureDef.Builder signature =
        SignatureDef.newBuilder()
            .setMethodName(PREDICT)
            .putInputs(body.input().key(), info(body.input(), body.inputNode() + ":0"));
    for (ServedTensor output : body.outputs()) {
      String tensor = body.outputTensors().get(output.key()).inSignature();
      signature.putOutputs(output.key(), info(output, tensor));
    }
    return signature.build();
  }

  private SignatureDef servingBytes() {
    SignatureDef.Builder signature =
        SignatureDef.newBuilder()
            .setMethodName(PREDICT)
            .putInputs(ImageDecoding.INPUT.key(), info(ImageDecoding.INPUT, BYTES_INPUT + ":0"));
    for (int i = 0; i < body.outputs().size(); i++) {
      ServedTensor output = body.outputs().get(i);
      signature.putOutputs(output.key(), info(output, SERVING_BYTES + ":" + i));
    }
    return signature.build();
  }

  private static TensorInfo info(ServedTensor tensor, String name) {
    return TensorInfo.newBuilder()
        .setName(name)
        .setDtype(tensor.dtype())
        .setTensorShape(Attributes.shapeProto(tensor.shape()))
        .build();
  }

  private static NodeDef placeholder(String name, DataType type, Shape shape) {
    return Attributes.node("Placeholder", name)
        .putAttr("dtype", Attributes.type(type))
        .putAttr("shape", Attributes.shape(shape))
        .build();
  }
}
