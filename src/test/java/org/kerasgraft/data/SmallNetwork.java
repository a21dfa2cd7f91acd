package org.kerasgraft.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kerasgraft.graph.FlatGraph;
import org.kerasgraft.graph.Layer;
import org.kerasgraft.graph.Network;
import org.kerasgraft.savedmodel.ImportedModel;
import org.kerasgraft.savedmodel.ModelFormat;
import org.kerasgraft.savedmodel.RecordedPreprocessing;
import org.kerasgraft.savedmodel.Scans;
import org.kerasgraft.savedmodel.TensorSpec;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;

/** A placeholder followed by an Identity, with layers of any names, for tests. */
record SmallNetwork(
    String placeholder, DataType dtype, Shape shape, Optional<RecordedPreprocessing> recorded) {

  static SmallNetwork of(long... shape) {
    return new SmallNetwork("x", DataType.DT_FLOAT, Shape.of(shape), Optional.empty());
  }

  SmallNetwork named(String name) {
    return new SmallNetwork(name, dtype, shape, recorded);
  }

  SmallNetwork typed(DataType type) {
    return new SmallNetwork(placeholder, type, shape, recorded);
  }

  SmallNetwork recording(RecordedPreprocessing value) {
    return new SmallNetwork(placeholder, dtype, shape, Optional.of(value));
  }

  /** The network; the first layer stands for the placeholder, the others for the Identity. */
  Network with(String... layerNames) {
    NodeDef input =
        NodeDef.newBuilder()
            .setName(placeholder)
            .setOp("Placeholder")
            .putAttr("dtype", AttrValue.newBuilder().setType(dtype).build())
            .build();
    NodeDef identity =
        NodeDef.newBuilder()
            .setName("y")
            .setOp("Identity")
            .addInput(placeholder)
            .putAttr("T", AttrValue.newBuilder().setType(dtype).build())
            .build();
    TensorSpec in = new TensorSpec(placeholder + ":0", dtype, shape);
    TensorSpec out = new TensorSpec("y:0", dtype, shape);
    FlatGraph graph =
        new FlatGraph(
            GraphDef.newBuilder().addNode(input).addNode(identity).build(),
            Map.of("image", in),
            Map.of("output", out, "echo", in),
            Map.of());
    List<Layer> layers = new ArrayList<>();
    for (String name : layerNames) {
      TensorSpec output = layers.isEmpty() ? in : out;
      layers.add(Layer.calledOnce(name, Optional.empty(), output, List.of(), false));
    }
    return new Network(model(), graph, layers);
  }

  private ImportedModel model() {
    return new ImportedModel(
        Path.of("model"),
        ModelFormat.SAVED_MODEL,
        "",
        Map.of(),
        List.of(),
        Map.of(),
        List.of(),
        recorded,
        MetaGraphDef.getDefaultInstance(),
        Scans.CLEAN,
        Scans.NO_WEIGHTS);
  }
}
