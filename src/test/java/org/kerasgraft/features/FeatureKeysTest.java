package org.kerasgraft.features;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

class FeatureKeysTest {

  @TempDir private Path folder;

  @Test
  void onlyNodesThatLeadToTheTensorCount() {
    GraphDef small = graph(node("x", "A"), node("y", "B", "x"));
    GraphDef more = graph(node("x", "A"), node("y", "B", "x"), node("z", "C", "y"));
    GraphDef other = graph(node("x", "A2"), node("y", "B", "x"));
    String hash = FeatureKeys.graphHash(small, "y:0");
    assertEquals(hash, FeatureKeys.graphHash(more, "y:0"));
    assertNotEquals(hash, FeatureKeys.graphHash(other, "y:0"));
    assertNotEquals(hash, FeatureKeys.graphHash(small, "x:0"));
    assertNotEquals(hash, FeatureKeys.graphHash(small, "y:1"));
  }

  @Test
  void controlInputsAndCyclesAreFollowed() {
    GraphDef a = graph(node("x", "A", "y"), node("c", "C"), node("y", "B", "x:1", "^c"));
    GraphDef b = graph(node("x", "A", "y"), node("c", "C2"), node("y", "B", "x:1", "^c"));
    assertNotEquals(FeatureKeys.graphHash(a, "y:0"), FeatureKeys.graphHash(b, "y:0"));
  }

  @Test
  void theOrderInWhichAttributesWereSetDoesNotCount() {
    NodeDef.Builder one = NodeDef.newBuilder().setName("x").setOp("A");
    NodeDef.Builder two = NodeDef.newBuilder().setName("x").setOp("A");
    for (int i = 0; i < 40; i++) {
      one.putAttr("a" + i, AttrValue.newBuilder().setI(i).build());
      two.putAttr("a" + (39 - i), AttrValue.newBuilder().setI(39 - i).build());
    }
    assertEquals(
        FeatureKeys.graphHash(graph(one.build()), "x:0"),
        FeatureKeys.graphHash(graph(two.build()), "x:0"));
  }

  @Test
  void theModelsGraphAndEveryVariablesFileCount() throws IOException {
    Files.writeString(folder.resolve("saved_model.pb"), "graph");
    String bare = FeatureKey.modelHash(folder);
    Path variables = Files.createDirectory(folder.resolve("variables"));
    Files.writeString(variables.resolve("variables.index"), "index");
    String whole = FeatureKey.modelHash(folder);
    assertNotEquals(bare, whole);
    Files.writeString(folder.resolve("readme.txt"), "not part of the model");
    assertEquals(whole, FeatureKey.modelHash(folder));
    Files.writeString(variables.resolve("variables.index"), "indeX");
    assertNotEquals(whole, FeatureKey.modelHash(folder));
  }

  @Test
  void theStandardPlaceFollowsTheEnvironment() {
    assertEquals(
        Path.of("/c"),
        FeatureStore.standardDirectory(Map.of("GRAFT_CACHE", "/c", "XDG_CACHE_HOME", "/x"), "/h"));
    assertEquals(
        Path.of("/x/graft"), FeatureStore.standardDirectory(Map.of("XDG_CACHE_HOME", "/x"), "/h"));
    assertEquals(Path.of("/h/.cache/graft"), FeatureStore.standardDirectory(Map.of(), "/h"));
    assertEquals(
        Path.of("/h/.cache/graft"),
        FeatureStore.standardDirectory(
            Map.of("GRAFT_CACHE", "", "XDG_CACHE_HOME", "relative"), "/h"));
  }

  private static GraphDef graph(NodeDef... nodes) {
    GraphDef.Builder graph = GraphDef.newBuilder();
    for (NodeDef node : nodes) {
      graph.addNode(node);
    }
    return graph.build();
  }

  private static NodeDef node(String name, String op, String... inputs) {
    NodeDef.Builder node = NodeDef.newBuilder().setName(name).setOp(op);
    for (String input : inputs) {
      node.addInput(input);
    }
    return node.build();
  }
}
