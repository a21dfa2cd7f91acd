package org.kerasgraft.savedmodel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.error.ModelRefusedException;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;

/** Counting comes before parsing, since empty objects are not empty in memory. */
class PartCountTest {

  private static final ModelLimits TIGHT = new ModelLimits(1 << 20, 100, 10, 8, 8, 5, 1, 1, 6, 3);

  @TempDir private Path directory;

  private static void count(byte[] model) throws IOException {
    PartCount.require(Path.of("a-file"), model, SavedModel.getDescriptor(), TIGHT);
  }

  /** A field with bytes in it. */
  private static byte[] field(int number, byte[] content) {
    ByteString.Output out = ByteString.newOutput();
    try {
      var coded = com.google.protobuf.CodedOutputStream.newInstance(out);
      coded.writeByteArray(number, content);
      coded.flush();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return out.toByteString().toByteArray();
  }

  private static byte[] graph(byte[] content) {
    return field(2, field(2, content));
  }

  private static byte[] repeated(int times, int... bytes) {
    byte[] all = new byte[times * bytes.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) bytes[i % bytes.length];
    }
    return all;
  }

  private static byte[] node(NodeDef.Builder node) {
    return graph(field(1, node.build().toByteArray()));
  }

  private static NodeDef.Builder holding(AttrValue.ListValue.Builder list) {
    return NodeDef.newBuilder().putAttr("a", AttrValue.newBuilder().setList(list).build());
  }

  static Stream<Arguments> tooMuch() {
    AttrValue.ListValue.Builder numbers = AttrValue.ListValue.newBuilder();
    AttrValue.ListValue.Builder shapes = AttrValue.ListValue.newBuilder();
    NodeDef.Builder inputs = NodeDef.newBuilder();
    for (int i = 0; i < 800; i++) {
      numbers.addI(0);
    }
    for (int i = 0; i < 100; i++) {
      shapes.addShapeBuilder();
      inputs.addInput("x");
    }
    return Stream.of(
        Arguments.of(graph(repeated(9, 0x0a, 0)), "has more than 8 nodes"),
        Arguments.of(graph(field(2, repeated(6, 0x0a, 0))), "has more than 5 functions"),
        Arguments.of(graph(field(2, field(1, repeated(9, 0x1a, 0)))), "has more than 8 nodes"),
        Arguments.of(repeated(101, 0x12, 0), "describes more than 100 parts"),
        Arguments.of(node(holding(shapes)), "describes more than 100 parts"),
        Arguments.of(node(holding(numbers)), "describes more than 100 parts"),
        Arguments.of(node(inputs), "describes more than 100 parts"),
        Arguments.of(repeated(26, 0x78, 0), "describes more than 100 parts"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource
  void tooMuch(byte[] model, String reason) {
    ModelRefusedException e = assertThrows(ModelRefusedException.class, () -> count(model), reason);
    assertEquals("'a-file' " + reason + ".", e.getMessage());
  }

  @Test
  void whatIsJustWithinPasses() throws IOException {
    count(graph(repeated(8, 0x0a, 0)));
    count(repeated(100, 0x12, 0));
    count(repeated(25, 0x78, 0));
  }

  @Test
  void nestingCountsFromTheOutermost() throws IOException {
    AttrValue value = AttrValue.getDefaultInstance(); // in: graph, node, entry
    count(node(NodeDef.newBuilder().putAttr("a", value)));
    byte[] nested = node(NodeDef.newBuilder().putAttr("a", functions(2)));
    ModelRefusedException e = assertThrows(ModelRefusedException.class, () -> count(nested));
    assertEquals("'a-file' is nested more than 10 levels deep.", e.getMessage());
  }

  private static AttrValue functions(int levels) {
    AttrValue value = AttrValue.getDefaultInstance();
    for (int i = 0; i < levels; i++) {
      AttrValue.Builder outer = AttrValue.newBuilder();
      outer.getFuncBuilder().putAttr("", value);
      value = outer.build();
    }
    return value;
  }

  @Test
  void groupsAndCutMessagesAreDamaged() {
    for (byte[] damaged : List.of(new byte[] {0x0b, 0x0c}, new byte[] {0x12, 5, 0})) {
      assertThrows(InvalidProtocolBufferException.class, () -> count(damaged));
    }
  }

  @Test
  void aFileOfEmptyNodesIsRefusedBeforeItIsParsed() throws IOException {
    Path file = directory.resolve("saved_model.pb");
    Files.write(file, graph(repeated(20_000_000, 0x0a, 0)));
    ModelRefusedException e =
        assertThrows(
            ModelRefusedException.class, () -> ModelProto.read(directory, ModelLimits.STANDARD));
    assertEquals("'" + file + "' has more than 1,000,000 nodes.", e.getMessage());
    Files.write(file, new byte[] {0x0b});
    assertThrows(
        InvalidModelException.class, () -> ModelProto.read(directory, ModelLimits.STANDARD));
  }
}
