package org.kerasgraft.export;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.kerasgraft.internal.NewFile;

/**
 * Writes an HDF5 file: groups, arrays, attributes of text; arrays go to the file as they come.
 *
 * <p>The format is that of the HDF5 File Format Specification's version 0 superblock, which every
 * HDF5 library reads: groups are symbol tables (a B-tree over nodes of sorted names, with the names
 * in a local heap), arrays are contiguous.
 */
final class Hdf5File implements AutoCloseable {

  private static final int SUPERBLOCK = 96;

  /** Half of the entries of a symbol table node. */
  private static final int LEAF_K = 4;

  /** HDF5's default, half of the children of a B-tree node. */
  private static final int LEAST_INTERNAL_K = 16;

  private static final byte[] SIGNATURE = {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};

  /** A place in the tree: a group, or the address of an array that is written already. */
  private static final class Node {
    private final Map<String, Node> children = new TreeMap<>();
    private final List<byte[]> attributes = new ArrayList<>();
    private long address = -1;
  }

  private final NewFile file;
  private final Node root = new Node();
  private long end = SUPERBLOCK;
  private boolean open = true;

  private Hdf5File(NewFile file) {
    this.file = file;
  }

  /**
   * Starts a file, to be closed by the caller.
   *
   * @param path must not exist
   */
  static Hdf5File create(Path path) {
    return new Hdf5File(NewFile.create(path));
  }

  /** Makes a group and those above it. */
  void group(String path) {
    node(path);
  }

  /** Gives a group an attribute: one text. */
  void attribute(String group, String name, String value) {
    node(group).attributes.add(Hdf5Messages.attribute(name, List.of(value), true));
  }

  /** Gives a group an attribute: a list of texts. */
  void attribute(String group, String name, List<String> values) {
    node(group).attributes.add(Hdf5Messages.attribute(name, values, false));
  }

  /**
   * Writes an array.
   *
   * @param path its place; the groups above are made
   * @param array what to write; of no use to this file afterwards
   * @param attributes texts to keep beside it
   */
  void array(String path, Hdf5Array array, Map<String, String> attributes) {
    Node node = node(path);
    if (node.address >= 0 || !node.children.isEmpty()) {
      throw new IllegalArgumentException("'" + path + "' is there already");
    }
    long data = append(array.bytes().duplicate());
    List<byte[]> messages = new ArrayList<>(Hdf5Messages.array(array, data));
    attributes.forEach(
        (name, value) -> messages.add(Hdf5Messages.attribute(name, List.of(value), true)));
    node.address = append(Hdf5Messages.header(messages));
  }

  /**
   * Gives a group a second name.
   *
   * @param path the other name; nothing is there yet
   * @param group the group, which may get more content afterwards
   */
  void link(String path, String group) {
    int slash = path.lastIndexOf('/');
    Map<String, Node> siblings = node(path.substring(0, Math.max(0, slash))).children;
    if (siblings.putIfAbsent(path.substring(slash + 1), node(group)) != null) {
      throw new IllegalArgumentException("'" + path + "' is there already");
    }
  }

  private Node node(String path) {
    Node node = root;
    for (String name : path.split("/", -1)) {
      if (!name.isEmpty()) {
        if (node.address >= 0) {
          throw new IllegalArgumentException("'" + path + "' leads through an array");
        }
        node = node.children.computeIfAbsent(name, n -> new Node());
      }
    }
    return node;
  }

  /** Writes at the end, on a multiple of 8; answers where. */
  private long append(ByteBuffer bytes) {
    long at = end;
    end = (end + bytes.remaining() + 7) / 8 * 8;
    file.write(bytes, at);
    return at;
  }

  /** Writes the groups and the superblock. Idempotent. */
  @Override
  public void close() {
    if (!open) {
      return;
    }
    open = false;
    try (file) {
      int internalK = Math.max(LEAST_INTERNAL_K, (leaves(mostChildren(root)) + 1) / 2);
      write(root, internalK);
      // The file ends where the superblock says, padding included.
      file.write(ByteBuffer.wrap(new byte[] {0}), end);
      end++;
      file.write(superblock(internalK), 0);
    }
  }

  private static int mostChildren(Node node) {
    int most = node.children.size();
    for (Node child : node.children.values()) {
      most = Math.max(most, mostChildren(child));
    }
    return most;
  }

  private static int leaves(int children) {
    return (children + 2 * LEAF_K - 1) / (2 * LEAF_K);
  }

  /** A group, those below it first. */
  private void write(Node group, int internalK) {
    List<String> names = List.copyOf(group.children.keySet());
    Hdf5Messages.Heap heap = new Hdf5Messages.Heap();
    List<Long> offsets = new ArrayList<>();
    for (String name : names) {
      Node child = group.children.get(name);
      if (child.address < 0) {
        write(child, internalK);
      }
      offsets.add(heap.add(name));
    }
    ByteBuffer tree = Hdf5Messages.buffer(24 + (4 * internalK + 1) * 8);
    tree.put(new byte[] {'T', 'R', 'E', 'E', 0, 0}).putShort((short) leaves(names.size()));
    tree.putLong(-1).putLong(-1).putLong(0);
    for (int first = 0; first < names.size(); first += 2 * LEAF_K) {
      int next = Math.min(names.size(), first + 2 * LEAF_K);
      ByteBuffer leaf = Hdf5Messages.buffer(8 + 2 * LEAF_K * 40);
      leaf.put(new byte[] {'S', 'N', 'O', 'D', 1, 0}).putShort((short) (next - first));
      for (int i = first; i < next; i++) {
        leaf.putLong(offsets.get(i)).putLong(group.children.get(names.get(i)).address);
        leaf.putLong(0).putLong(0).putLong(0);
      }
      tree.putLong(append(leaf.clear())).putLong(offsets.get(next - 1));
    }
    long names0 = append(heap.data());
    long heapAddress = append(heap.header(names0));
    List<byte[]> messages = new ArrayList<>();
    messages.add(Hdf5Messages.symbolTable(append(tree.clear()), heapAddress));
    messages.addAll(group.attributes);
    group.address = append(Hdf5Messages.header(messages));
  }

  private ByteBuffer superblock(int internalK) {
    ByteBuffer block = Hdf5Messages.buffer(SUPERBLOCK);
    block.put(SIGNATURE).put(new byte[] {0, 0, 0, 0, 0, 8, 8, 0});
    block.putShort((short) LEAF_K).putShort((short) internalK).putInt(0);
    block.putLong(0).putLong(-1).putLong(end).putLong(-1);
    block.putLong(0).putLong(root.address);
    return block.clear();
  }
}
