package org.kerasgraft.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;

/** The bytes are those of the HDF5 specification; that HDF5 reads them is shown with Keras. */
class Hdf5FileTest {

  @TempDir Path directory;

  private static Hdf5Array floats(Shape shape, float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return new Hdf5Array(Hdf5Array.Type.FLOAT32, shape, bytes);
  }

  /** Follows the superblock, symbol tables and headers as a reader does. */
  private record Reader(ByteBuffer file) {

    static Reader of(Path path) throws IOException {
      return new Reader(ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN));
    }

    long root() {
      assertEquals(0x0a1a0a0d46444889L, file.getLong(0));
      assertEquals(file.capacity(), file.getLong(40), "the end of the file");
      return file.getLong(64);
    }

    /** Message type to the place of its content; attributes by name. */
    Map<String, Integer> messages(long header) {
      int at = (int) header;
      assertEquals(0, at % 8);
      int count = file.getShort(at + 2);
      int next = at + 16;
      Map<String, Integer> messages = new HashMap<>();
      for (int i = 0; i < count; i++) {
        int type = file.getShort(next);
        int content = next + 8;
        messages.put(type == 0x0c ? "@" + text(content + 8) : Integer.toHexString(type), content);
        next = content + file.getShort(next + 2);
      }
      assertEquals(at + 16 + file.getInt(at + 8), next);
      return messages;
    }

    Map<String, Long> members(long group) {
      int table = messages(group).get("11");
      int tree = (int) file.getLong(table);
      int names = (int) file.getLong((int) file.getLong(table + 8) + 24);
      Map<String, Long> members = new TreeMap<>();
      int leaves = file.getShort(tree + 6);
      String last = "";
      for (int i = 0; i < leaves; i++) {
        int leaf = (int) file.getLong(tree + 32 + 16 * i);
        int entries = file.getShort(leaf + 6);
        for (int e = 0; e < entries; e++) {
          int entry = leaf + 8 + 40 * e;
          String name = text(names + (int) file.getLong(entry));
          assertTrue(last.compareTo(name) < 0, name + " after " + last);
          last = name;
          members.put(name, file.getLong(entry + 8));
        }
        assertEquals(last, text(names + (int) file.getLong(tree + 40 + 16 * i)), "key of the tree");
      }
      return members;
    }

    float value(long array, int index) {
      int layout = messages(array).get("8");
      assertEquals(3 | 1 << 8, file.getShort(layout));
      return file.getFloat((int) file.getLong(layout + 2) + 4 * index);
    }

    String text(int at) {
      StringBuilder text = new StringBuilder();
      for (int i = at; file.get(i) != 0; i++) {
        text.append((char) file.get(i));
      }
      return text.toString();
    }
  }

  @Test
  void arraysAreFoundByTheirPathWithShapeAndValues() throws IOException {
    Path path = directory.resolve("a.h5");
    try (Hdf5File file = Hdf5File.create(path)) {
      file.array("layers/dense/vars/0", floats(Shape.of(2, 3), 1, 2, 3, 4, 5, 6), Map.of());
      file.array("layers/dense/vars/1", floats(Shape.of(3), 7, 8, 9), Map.of("path", "dense/bias"));
      file.array("scalar", floats(Shape.scalar(), 0.5f), Map.of());
      file.group("vars");
    }
    Reader reader = Reader.of(path);
    Map<String, Long> root = reader.members(reader.root());
    assertEquals(List.of("layers", "scalar", "vars"), List.copyOf(root.keySet()));
    assertEquals(Map.of(), reader.members(root.get("vars")));
    long vars = reader.members(reader.members(root.get("layers")).get("dense")).get("vars");
    long kernel = reader.members(vars).get("0");
    int space = reader.messages(kernel).get("1");
    assertEquals(2, reader.file().get(space + 1));
    assertEquals(2, reader.file().getLong(space + 8));
    assertEquals(3, reader.file().getLong(space + 16));
    assertEquals(6, reader.value(kernel, 5));
    assertEquals(8, reader.value(reader.members(vars).get("1"), 1));
    assertEquals(0.5f, reader.value(root.get("scalar"), 0));
    assertTrue(reader.messages(reader.members(vars).get("1")).containsKey("@path"));
  }

  @Test
  void aGroupMayHaveManyMembersAndNames() throws IOException {
    Path path = directory.resolve("many.h5");
    int count = 700;
    try (Hdf5File file = Hdf5File.create(path)) {
      for (int i = 0; i < count; i++) {
        file.array("layers/batch_normalization_" + i + "/0", floats(Shape.of(1), i), Map.of());
      }
    }
    Reader reader = Reader.of(path);
    Map<String, Long> layers = reader.members(reader.members(reader.root()).get("layers"));
    assertEquals(count, layers.size());
    for (int i = 0; i < count; i++) {
      long layer = layers.get("batch_normalization_" + i);
      assertEquals(i, reader.value(reader.members(layer).get("0"), 0));
    }
  }

  @Test
  void attributesHoldTextsOfEqualWidth() throws IOException {
    Path path = directory.resolve("texts.h5");
    try (Hdf5File file = Hdf5File.create(path)) {
      file.attribute("", "layer_names", List.of("dense", "dense_1"));
    }
    Reader reader = Reader.of(path);
    int attribute = reader.messages(reader.root()).get("@layer_names");
    int type = attribute + 8 + 16;
    assertEquals(7, reader.file().getInt(type + 4), "width");
    assertEquals(2, reader.file().getLong(type + 8 + 8), "how many");
    assertEquals("dense", reader.text(type + 8 + 16));
    assertEquals("dense_1", reader.text(type + 8 + 16 + 7));
  }

  @Test
  void nothingIsOverwritten() throws IOException {
    Path path = directory.resolve("once.h5");
    try (Hdf5File file = Hdf5File.create(path)) {
      file.array("a", floats(Shape.of(1), 1), Map.of());
      assertThrows(
          IllegalArgumentException.class, () -> file.array("a", floats(Shape.of(1), 2), Map.of()));
      assertThrows(IllegalArgumentException.class, () -> file.group("a/b"));
    }
    assertThrows(IllegalArgumentException.class, () -> floats(Shape.of(2), 1));
  }

  @Test
  void aGroupMayHaveASecondName() throws IOException {
    Path path = directory.resolve("linked.h5");
    try (Hdf5File file = Hdf5File.create(path)) {
      file.array("layers/functional/vars/0", floats(Shape.of(1), 4), Map.of());
      file.link("layers/sequential", "layers/functional");
      file.array("layers/functional/vars/1", floats(Shape.of(1), 5), Map.of());
      assertThrows(
          IllegalArgumentException.class,
          () -> file.link("layers/sequential", "layers/functional"));
    }
    Reader reader = Reader.of(path);
    Map<String, Long> layers = reader.members(reader.members(reader.root()).get("layers"));
    assertEquals(List.of("functional", "sequential"), List.copyOf(layers.keySet()));
    assertEquals(layers.get("functional"), layers.get("sequential"));
    long vars = reader.members(layers.get("sequential")).get("vars");
    assertEquals(5, reader.value(reader.members(vars).get("1"), 0));
  }
}
