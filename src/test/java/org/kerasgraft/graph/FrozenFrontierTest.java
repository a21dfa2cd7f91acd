package org.kerasgraft.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.savedmodel.ImportedModel;
import org.kerasgraft.savedmodel.ModelFormat;
import org.kerasgraft.savedmodel.Scans;
import org.kerasgraft.savedmodel.TensorSpec;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;

class FrozenFrontierTest {

  /** A graph of named nodes; every node is a layer of that name unless it is a variable. */
  private static final class Nodes {
    private final GraphDef.Builder graph = GraphDef.newBuilder();
    private final Map<String, TensorSpec> inputs = new LinkedHashMap<>();
    private final Map<String, VariableSpec> variables = new LinkedHashMap<>();
    private final List<Layer> layers = new ArrayList<>();

    Nodes input(String name) {
      inputs.put(name, spec(name + ":0"));
      return node(name);
    }

    /** A layer without weights. */
    Nodes node(String name, String... reads) {
      add(name, reads);
      layers.add(Layer.calledOnce(name, Optional.empty(), spec(name + ":0"), List.of(), false));
      return this;
    }

    /** A node that belongs to no layer. */
    Nodes add(String name, String... reads) {
      graph.addNode(NodeDef.newBuilder().setName(name).setOp("Any").addAllInput(List.of(reads)));
      return this;
    }

    /** A layer that reads a variable of its own. */
    Nodes conv(String name, String read) {
      VariableSpec kernel =
          new VariableSpec(name + "/kernel", DataType.DT_FLOAT, Shape.of(1), true, List.of());
      variables.put(name + "/handle", kernel);
      add(name + "/handle").add(name + "/read", name + "/handle");
      return node(name, read, name + "/read");
    }

    Network endingIn(String output) {
      ImportedModel source =
          new ImportedModel(
              Path.of("model"),
              ModelFormat.SAVED_MODEL,
              "",
              Map.of(),
              List.copyOf(variables.values()),
              Map.of(),
              List.of(),
              Optional.empty(),
              MetaGraphDef.getDefaultInstance(),
              Scans.CLEAN,
              Scans.NO_WEIGHTS);
      FlatGraph flat =
          new FlatGraph(
              graph.build(), inputs, Map.of(Network.FEATURES, spec(output + ":0")), variables);
      return new Network(source, flat, layers);
    }

    private static TensorSpec spec(String tensor) {
      return new TensorSpec(tensor, DataType.DT_FLOAT, Shape.unknown());
    }
  }

  private static List<VariableSpec> chosen(Network network, String... layers) {
    List<String> wanted = List.of(layers);
    return network.graph().variables().values().stream()
        .filter(v -> wanted.contains(v.layer()))
        .toList();
  }

  private static Network chain() {
    return new Nodes()
        .input("images")
        .add("scale", "images")
        .conv("conv1", "scale")
        .node("pool1", "conv1")
        .conv("conv2", "pool1")
        .conv("conv3", "conv2")
        .node("pool3", "conv3")
        .endingIn("pool3");
  }

  @Test
  void inAChainItIsTheLastLayerBeforeTheFirstChosenOne() {
    Network network = chain();
    assertEquals("pool1:0", FrozenFrontier.of(network, chosen(network, "conv2", "conv3")));
    assertEquals("conv2:0", FrozenFrontier.of(network, chosen(network, "conv3")));
    assertEquals("pool1:0", FrozenFrontier.of(network, chosen(network, "conv2")));
  }

  @Test
  void withEverythingChosenItIsTheInputEvenBehindPreprocessing() {
    Network network = chain();
    assertEquals("images:0", FrozenFrontier.of(network, network.graph().variables().values()));
  }

  @Test
  void withNothingChosenItIsTheOutput() {
    assertEquals("pool3:0", FrozenFrontier.of(chain(), List.of()));
  }

  private static Network residual() {
    return new Nodes()
        .input("images")
        .conv("stem", "images")
        .node("pool", "stem")
        .conv("branch1", "pool")
        .conv("branch2", "branch1")
        .node("sum", "branch2", "pool")
        .conv("after", "sum")
        .endingIn("after");
  }

  @Test
  void aShortcutAroundAChosenLayerMovesItBeforeTheFork() {
    Network network = residual();
    assertEquals("pool:0", FrozenFrontier.of(network, chosen(network, "branch2")));
    assertEquals("pool:0", FrozenFrontier.of(network, chosen(network, "branch1")));
    assertEquals("sum:0", FrozenFrontier.of(network, chosen(network, "after")));
  }

  @Test
  void anOutputThatBypassesTheChosenLayerCounts() {
    Nodes nodes =
        new Nodes()
            .input("images")
            .conv("stem", "images")
            .conv("left", "stem")
            .conv("right", "stem")
            .node("sum", "left", "right");
    Network network = nodes.endingIn("sum");
    assertEquals("stem:0", FrozenFrontier.of(network, chosen(network, "left")));
  }

  @Test
  void aTensorThatNoLayerEndsWithIsNoFrontier() {
    Network network =
        new Nodes()
            .input("images")
            .conv("conv1", "images")
            .add("inner", "conv1")
            .conv("conv2", "inner")
            .endingIn("conv2");
    assertEquals("conv1:0", FrozenFrontier.of(network, chosen(network, "conv2")));
  }

  @Test
  void secondOutputsOfANodeAreTensorsOfTheirOwn() {
    Network network =
        new Nodes()
            .input("images")
            .conv("split", "images")
            .conv("conv2", "split:1")
            .node("sum", "conv2", "split")
            .endingIn("sum");
    assertEquals("images:0", FrozenFrontier.of(network, chosen(network, "conv2")));
  }

  @Test
  void controlEdgesAreNoPaths() {
    Network network =
        new Nodes()
            .input("images")
            .conv("conv1", "images")
            .node("pool", "conv1")
            .conv("conv2", "pool")
            .node("end", "conv2", "^images")
            .endingIn("end");
    assertEquals("pool:0", FrozenFrontier.of(network, chosen(network, "conv2")));
  }

  @Test
  void severalInputsNeedAFrontierBehindTheirMeeting() {
    Network network =
        new Nodes()
            .input("left")
            .input("right")
            .conv("a", "left")
            .conv("b", "right")
            .node("sum", "a", "b")
            .conv("after", "sum")
            .endingIn("after");
    assertEquals("sum:0", FrozenFrontier.of(network, chosen(network, "after")));
    ModelRefusedException refused =
        assertThrows(
            ModelRefusedException.class, () -> FrozenFrontier.of(network, chosen(network, "a")));
    assertTrue(refused.getMessage().contains("left"), refused.getMessage());
  }
}
