package org.kerasgraft.graph;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.kerasgraft.savedmodel.ImportedModel;
import org.kerasgraft.savedmodel.ModelFormat;
import org.kerasgraft.savedmodel.Scans;
import org.kerasgraft.savedmodel.Signature;
import org.kerasgraft.savedmodel.TensorSpec;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.FunctionDefLibrary;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.types.TFloat32;

/**
 * A model by hand: one placeholder {@code x}, float32 of one fixed shape, goes into a call of the
 * function {@code main}, whose results are the signature's outputs.
 */
final class CallingModel {

  private final FunctionDefLibrary.Builder library = FunctionDefLibrary.newBuilder();
  private final Shape shape;
  private FunctionDef last;

  CallingModel(Shape shape) {
    this.shape = shape;
  }

  /** A node; all float32, attribute {@code T} included. */
  static NodeDef.Builder node(String name, String op, String... inputs) {
    return NodeDef.newBuilder()
        .setName(name)
        .setOp(op)
        .addAllInput(List.of(inputs))
        .putAttr("T", type(DataType.DT_FLOAT));
  }

  static AttrValue type(DataType type) {
    return AttrValue.newBuilder().setType(type).build();
  }

  static AttrValue floats(int count) {
    AttrValue.ListValue.Builder list = AttrValue.ListValue.newBuilder();
    for (int i = 0; i < count; i++) {
      list.addType(DataType.DT_FLOAT);
    }
    return AttrValue.newBuilder().setList(list).build();
  }

  static NodeDef integer(String name, int value) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_INT32)
            .setTensorShape(TensorShapeProto.getDefaultInstance())
            .addIntVal(value);
    return NodeDef.newBuilder()
        .setName(name)
        .setOp("Const")
        .putAttr("dtype", type(DataType.DT_INT32))
        .putAttr("value", AttrValue.newBuilder().setTensor(tensor).build())
        .build();
  }

  /** A call of a function with so many results. */
  static NodeDef call(String name, String function, int results, String... inputs) {
    return NodeDef.newBuilder()
        .setName(name)
        .setOp("PartitionedCall")
        .addAllInput(List.of(inputs))
        .putAttr("Tin", floats(inputs.length))
        .putAttr("Tout", floats(results))
        .putAttr(
            "f",
            AttrValue.newBuilder().setFunc(NameAttrList.newBuilder().setName(function)).build())
        .build();
  }

  /**
   * Adds a function of float32 arguments; {@code returns} gives its results r0, r1, …; the last of
   * several is called {@code output}, as the result of a call op is.
   */
  CallingModel function(
      String name, List<String> arguments, List<NodeDef> body, List<String> returns) {
    OpDef.Builder signature = OpDef.newBuilder().setName(name);
    arguments.forEach(a -> signature.addInputArg(argument(a)));
    FunctionDef.Builder function = FunctionDef.newBuilder().addAllNodeDef(body);
    for (int i = 0; i < returns.size(); i++) {
      String result = i > 0 && i == returns.size() - 1 ? "output" : "r" + i;
      signature.addOutputArg(argument(result));
      function.putRet(result, returns.get(i));
    }
    last = function.setSignature(signature).build();
    library.addFunction(last);
    return this;
  }

  private static OpDef.ArgDef argument(String name) {
    return OpDef.ArgDef.newBuilder().setName(name).setType(DataType.DT_FLOAT).build();
  }

  /** The model that calls the function added last, as TensorFlow would read it. */
  ImportedModel build() {
    int results = last.getSignature().getOutputArgCount();
    TensorShapeProto.Builder proto = TensorShapeProto.newBuilder();
    for (long size : shape.asArray()) {
      proto.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
    }
    NodeDef placeholder =
        NodeDef.newBuilder()
            .setName("serving_x")
            .setOp("Placeholder")
            .putAttr("dtype", type(DataType.DT_FLOAT))
            .putAttr("shape", AttrValue.newBuilder().setShape(proto).build())
            .build();
    String[] inputs = new String[last.getSignature().getInputArgCount()];
    Arrays.fill(inputs, "serving_x");
    GraphDef graph =
        GraphDef.newBuilder()
            .addNode(placeholder)
            .addNode(call("call", last.getSignature().getName(), results, inputs))
            .setLibrary(library)
            .build();
    Map<String, TensorSpec> outputs = new TreeMap<>();
    for (int i = 0; i < results; i++) {
      outputs.put("out" + i, new TensorSpec("call:" + i, DataType.DT_FLOAT, Shape.unknown()));
    }
    TensorSpec input = new TensorSpec("serving_x:0", DataType.DT_FLOAT, shape);
    Signature signature = new Signature("serving_default", Map.of("x", input), outputs);
    return new ImportedModel(
        Path.of("by-hand"),
        ModelFormat.SAVED_MODEL,
        "2.18.0",
        Map.of("serving_default", signature),
        List.of(),
        Map.of(),
        List.of(),
        Optional.empty(),
        MetaGraphDef.newBuilder().setGraphDef(graph).build(),
        Scans.CLEAN,
        Scans.NO_WEIGHTS);
  }

  static FlatGraph inline(ImportedModel model) {
    return Inliner.inline(model, model.signatures().get("serving_default"));
  }

  /** The values of a model's outputs as TensorFlow runs its calls. */
  static List<float[]> called(ImportedModel model, float[] x) {
    TensorSpec input = model.signatures().get("serving_default").inputs().get("x");
    return run(
        model.metaGraph().getGraphDef(),
        input,
        model.signatures().get("serving_default").outputs(),
        x);
  }

  /** The values of the outputs of the inlined graph. */
  static List<float[]> inlined(FlatGraph flat, float[] x) {
    return run(flat.graphDef(), flat.inputs().get("x"), new TreeMap<>(flat.outputs()), x);
  }

  private static float[] floats(Tensor tensor) {
    float[] copy = new float[(int) tensor.size()];
    tensor.asRawTensor().data().asFloats().read(copy);
    return copy;
  }

  private static List<float[]> run(
      GraphDef def, TensorSpec input, Map<String, TensorSpec> outputs, float[] x) {
    try (Graph graph = new Graph();
        TFloat32 feed = TFloat32.tensorOf(input.shape(), DataBuffers.of(x, true, false))) {
      graph.importGraphDef(def);
      try (Session session = new Session(graph, false)) {
        Session.Runner runner = session.runner().feed(input.tensor(), feed);
        List<String> computed =
            outputs.values().stream().map(TensorSpec::tensor).distinct().toList();
        computed = computed.stream().filter(t -> !t.equals(input.tensor())).toList();
        computed.forEach(runner::fetch);
        List<float[]> values = new ArrayList<>();
        try (Result result = computed.isEmpty() ? null : runner.run()) {
          for (TensorSpec output : outputs.values()) {
            int at = computed.indexOf(output.tensor());
            values.add(at < 0 ? x : floats(result.get(at)));
          }
        }
        return values;
      }
    }
  }
}
