package org.kerasgraft.savedmodel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.error.ModelRefusedException;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObjectGraph;
import org.tensorflow.proto.TrackableObjectGraphOuterClass.TrackableObjectGraph;

/** Short files that could keep a reader busy for minutes, or for ever. */
class ShortFilesTest {

  /** Well above what reading takes, well below what it took. */
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir private Path directory;

  /** A node of {@code keras_metadata.pb}. */
  private static byte[] layer(String path, String json) throws IOException {
    ByteString.Output node = ByteString.newOutput();
    CodedOutputStream fields = CodedOutputStream.newInstance(node);
    fields.writeString(3, path);
    fields.writeString(4, "_tf_keras_layer");
    fields.writeString(5, json);
    fields.flush();
    ByteString.Output file = ByteString.newOutput();
    CodedOutputStream entry = CodedOutputStream.newInstance(file);
    entry.writeBytes(1, node.toByteString());
    entry.flush();
    return file.toByteString().toByteArray();
  }

  private List<KerasLayer> layers(byte[]... nodes) throws IOException {
    ByteString.Output file = ByteString.newOutput();
    for (byte[] node : nodes) {
      file.write(node);
    }
    Files.write(directory.resolve("keras_metadata.pb"), file.toByteString().toByteArray());
    return KerasMetadata.read(directory, List.of());
  }

  @Test
  void kerasPathsAndNamesAreShort() throws IOException {
    byte[] root = layer("root", "{}");
    byte[] short1 = layer("root.a", "{\"name\": \"a\"}");
    assertEquals(1, layers(root, short1).size());
    assertThrows(
        ModelRefusedException.class, () -> layers(root, layer("root" + ".a".repeat(600), "{}")));
    byte[] outer = layer("root.a", "{\"name\": \"" + "a".repeat(1000) + "\"}");
    byte[] inner = layer("root.a.b", "{\"name\": \"" + "b".repeat(30) + "\"}");
    assertEquals(1, layers(root, outer).size());
    ModelRefusedException e =
        assertThrows(ModelRefusedException.class, () -> layers(root, outer, inner));
    assertTrue(e.getMessage().contains("more than 1024 characters"), e.getMessage());
  }

  @Test
  void equalNamesOfVariablesAreNumberedAtOnce() {
    SavedObjectGraph.Builder saved = SavedObjectGraph.newBuilder();
    int count = 50_000;
    for (int i = 0; i < count; i++) {
      saved.addNodesBuilder().getVariableBuilder().setName("kernel".repeat(60));
    }
    ObjectGraph objects =
        new ObjectGraph(
            saved.build(), TrackableObjectGraph.getDefaultInstance(), Map.of(), Set.of(), Set.of());
    Set<String> names =
        assertTimeoutPreemptively(
            SOON,
            () ->
                IntStream.range(0, count)
                    .mapToObj(i -> objects.variable(i).orElseThrow().name())
                    .collect(java.util.stream.Collectors.toSet()));
    assertEquals(count, names.size());
    assertTrue(names.contains("kernel".repeat(60)) && names.contains("kernel".repeat(60) + "_1"));
  }

  @Test
  void aCircleBeforeAnAssignmentEnds() {
    MetaGraphDef.Builder meta = MetaGraphDef.newBuilder();
    meta.getGraphDefBuilder()
        .addNode(HostileModel.node("AssignVariableOp", "assign", "handle", "a"))
        .addNode(HostileModel.node("Identity", "a", "b"))
        .addNode(HostileModel.node("Identity", "b", "a"));
    assertEquals(Map.of(), assertTimeoutPreemptively(SOON, () -> RestoreKeys.of(meta.build())));
  }
}
