package org.kerasgraft.savedmodel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObject;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObjectGraph;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedVariable;
import org.tensorflow.proto.TrackableObjectGraphOuterClass.TrackableObjectGraph;

/** Variables get names that are unique and that a graph's node can have. */
class VariableNamesTest {

  private static List<String> names(String... saved) {
    SavedObjectGraph.Builder objects = SavedObjectGraph.newBuilder();
    for (String name : saved) {
      objects.addNodes(
          SavedObject.newBuilder().setVariable(SavedVariable.newBuilder().setName(name)));
    }
    ObjectGraph graph =
        new ObjectGraph(
            objects.build(),
            TrackableObjectGraph.getDefaultInstance(),
            Map.of(),
            Set.of(),
            Set.of("x"));
    return IntStream.range(0, saved.length)
        .mapToObj(id -> graph.variable(id).orElseThrow().name())
        .toList();
  }

  @Test
  void usualNamesStay() {
    assertEquals(
        List.of("m.1-2/conv_1/kernel", ".a>b", "y"), names("m.1-2/conv_1/kernel:0", ".a>b", "y:0"));
  }

  @Test
  void equalNamesAreNumbered() {
    assertEquals(List.of("c/k", "c/k_1", "c/k_2"), names("c/k:0", "c/k:0", "c/k"));
    assertEquals(List.of("k_1", "k", "k_2"), names("k_1", "k", "k"));
  }

  @Test
  void anInputKeepsItsNameToItself() {
    assertEquals(List.of("x_1", "layer/x"), names("x:0", "layer/x:0"));
  }

  @Test
  void whatNoNodeCanBeCalledIsReplaced() {
    assertEquals(
        List.of("a_b/_c", "variable_w", "variable", "variable_1"), names("a b/:c", "_w", "", ""));
  }

  /** Trying each number for each of them would take minutes. */
  @Test
  void manyEqualNamesAreNumberedAtOnce() {
    String[] equal = Collections.nCopies(50_000, "kernel".repeat(60)).toArray(String[]::new);
    List<String> names = assertTimeoutPreemptively(Duration.ofSeconds(20), () -> names(equal));
    assertEquals(equal.length, Set.copyOf(names).size());
    assertEquals(List.of(equal[0], equal[0] + "_1"), names.subList(0, 2));
  }
}
