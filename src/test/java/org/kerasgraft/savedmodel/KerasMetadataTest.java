package org.kerasgraft.savedmodel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.error.ModelRefusedException;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObject;

/** Names of layers, which hold those around them, and paths of objects, are as long as may be. */
class KerasMetadataTest {

  private static final String NAME = "a name or path of more than 1024 characters";

  @TempDir private Path directory;
  private final ByteString.Output file = ByteString.newOutput();

  /** One more object of {@code keras_metadata.pb}. */
  private KerasMetadataTest with(String path, String json) throws IOException {
    ByteString.Output node = ByteString.newOutput();
    CodedOutputStream fields = CodedOutputStream.newInstance(node);
    fields.writeString(3, path);
    fields.writeString(4, "_tf_keras_layer");
    fields.writeString(5, json);
    fields.flush();
    CodedOutputStream entry = CodedOutputStream.newInstance(file);
    entry.writeBytes(1, node.toByteString());
    entry.flush();
    return this;
  }

  private List<String> layers() throws IOException {
    Files.write(directory.resolve("keras_metadata.pb"), file.toByteString().toByteArray());
    return KerasMetadata.read(directory, List.of()).stream().map(KerasLayer::name).toList();
  }

  private void assertRefused(String what) {
    ModelRefusedException e = assertThrows(ModelRefusedException.class, this::layers);
    assertEquals("The Keras metadata of the model has " + what + ".", e.getMessage());
  }

  private static String named(String name) {
    return "{\"name\": \"" + name + "\"}";
  }

  /** A model in models of that name, so many, the innermost with one layer. */
  private static String nested(String name, int levels) {
    String layers = "{\"layers\": [{\"name\": \"x\"}]}";
    for (int level = 0; level < levels; level++) {
      String inner = "{\"name\": \"" + name + "\", " + layers.substring(1);
      layers = "{\"layers\": [{\"config\": " + inner + "}]}";
    }
    return "{\"config\": " + layers + "}";
  }

  @Test
  void aPathIsAsLongAsMayBe() throws IOException {
    String path = "root." + "a".repeat(1019);
    assertEquals(List.of("x"), with("root", "{}").with(path, named("x")).layers());
    with(path + "b", named("y")).assertRefused(NAME);
  }

  @Test
  void aNameIsAsLongAsMayBe() throws IOException {
    String name = "n".repeat(1024);
    assertEquals(List.of(name), with("root", "{}").with("root.a", named(name)).layers());
    with("root.b", named(name + "n")).assertRefused(NAME);
  }

  @Test
  void aNameCountsWithThoseOfTheObjectsAround() throws IOException {
    String outer = "o".repeat(1000);
    with("root", "{}").with("root.a", named(outer));
    assertEquals(
        List.of(outer, outer + "/" + "i".repeat(23)),
        with("root.a.b", named("i".repeat(23))).layers());
    with("root.a.c", named("j".repeat(24))).assertRefused(NAME);
  }

  @Test
  void aNameCountsWithThoseOfTheModelsAround() throws IOException {
    String hundred = "h".repeat(99);
    assertEquals(11, with("root", nested(hundred, 10)).layers().size());
    file.reset();
    with("root", nested(hundred, 11)).assertRefused(NAME);
  }

  @Test
  void objectsAreCounted() throws IOException {
    byte[] one = with("", "{}").file.toByteString().toByteArray();
    for (int i = 0; i < 100_000; i++) {
      file.write(one);
    }
    assertRefused("more than 100000 objects");
  }

  @Test
  void layersOfAConfigurationAreCounted() throws IOException {
    StringBuilder json = new StringBuilder("{\"config\":{\"layers\":[{\"name\":\"n\"}");
    for (int i = 0; i < 100_000; i++) {
      json.append(",{\"name\":\"").append(i).append("\"}");
    }
    with("root", json.append("]}}").toString()).assertRefused("more than 100000 layers");
  }

  @Test
  @SuppressWarnings("deprecation") // where TensorFlow up to 2.4 stored it
  void olderFormsAreMeasuredAlike() {
    SavedObject.Builder root = SavedObject.newBuilder();
    root.getUserObjectBuilder().setIdentifier("_tf_keras_model").setMetadata("{}");
    SavedObject.Builder layer = SavedObject.newBuilder();
    layer
        .getUserObjectBuilder()
        .setIdentifier("_tf_keras_layer")
        .setMetadata(named("n".repeat(1025)));
    List<SavedObject> objects = List.of(root.build(), layer.build());
    ModelRefusedException e =
        assertThrows(ModelRefusedException.class, () -> KerasMetadata.read(directory, objects));
    assertEquals("The Keras metadata of the model has " + NAME + ".", e.getMessage());
  }
}
