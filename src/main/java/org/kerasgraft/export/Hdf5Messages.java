package org.kerasgraft.export;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * The parts of HDF5 object headers, version 1, and of local heaps, as the HDF5 File Format
 * Specification lays them out (section IV.A); little-endian, padded to multiples of 8.
 */
final class Hdf5Messages {

  private static final int DATASPACE = 0x01;
  private static final int DATATYPE = 0x03;
  private static final int FILL_VALUE = 0x05;
  private static final int LAYOUT = 0x08;
  private static final int ATTRIBUTE = 0x0c;
  private static final int SYMBOL_TABLE = 0x11;
  private static final int FIXED_STRING = 0x13;
  private static final int UTF_8 = 0x10;

  private Hdf5Messages() {}

  static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** What was written so far. */
  private static byte[] bytes(ByteBuffer written) {
    byte[] bytes = new byte[written.position()];
    written.flip().get(bytes);
    return bytes;
  }

  private static byte[] padded(ByteBuffer written) {
    byte[] bytes = bytes(written);
    return Arrays.copyOf(bytes, (bytes.length + 7) / 8 * 8);
  }

  /** An object header of these messages. */
  static ByteBuffer header(List<byte[]> messages) {
    int size = messages.stream().mapToInt(m -> m.length).sum();
    ByteBuffer header = buffer(16 + size);
    header.put(new byte[] {1, 0}).putShort((short) messages.size());
    header.putInt(1).putInt(size).putInt(0);
    messages.forEach(header::put);
    return header.flip();
  }

  private static byte[] message(int type, byte[] content) {
    if (content.length > 0xffff - 8) {
      throw new IllegalArgumentException("a message of " + content.length + " bytes");
    }
    ByteBuffer message = buffer(8 + content.length);
    message.putShort((short) type).putShort((short) content.length).putInt(0).put(content);
    return bytes(message);
  }

  static byte[] symbolTable(long tree, long heap) {
    return message(SYMBOL_TABLE, bytes(buffer(16).putLong(tree).putLong(heap)));
  }

  /** What an array's header says: dimensions, type, no fill value, where the elements are. */
  static List<byte[]> array(Hdf5Array array, long address) {
    byte[] fill = padded(buffer(8).put(new byte[] {2, 2, 2, 0}));
    ByteBuffer layout = buffer(24).put(new byte[] {3, 1});
    layout
        .putLong(array.bytes().remaining() == 0 ? -1 : address)
        .putLong(array.bytes().remaining());
    return List.of(
        message(DATASPACE, dataspace(array.shape().asArray())),
        message(DATATYPE, datatype(array.type())),
        message(FILL_VALUE, fill),
        message(LAYOUT, padded(layout)));
  }

  private static byte[] dataspace(long... dimensions) {
    ByteBuffer space = buffer(8 + 8 * dimensions.length);
    space.put(new byte[] {1, (byte) dimensions.length, 0, 0}).putInt(0);
    for (long dimension : dimensions) {
      space.putLong(dimension);
    }
    return bytes(space);
  }

  private static byte[] datatype(Hdf5Array.Type type) {
    int bits = 8 * type.size();
    ByteBuffer written = buffer(24);
    if (type.real()) {
      // IEEE 754: implied leading bit, sign on top, then exponent, then mantissa.
      int mantissa = type == Hdf5Array.Type.FLOAT32 ? 23 : 52;
      int exponent = bits - 1 - mantissa;
      written.put(new byte[] {0x11, 0x20, (byte) (bits - 1), 0}).putInt(type.size());
      written.putShort((short) 0).putShort((short) bits);
      written.put(new byte[] {(byte) mantissa, (byte) exponent, 0, (byte) mantissa});
      written.putInt((1 << (exponent - 1)) - 1);
    } else {
      written.put(new byte[] {0x10, 0x08, 0, 0}).putInt(type.size());
      written.putShort((short) 0).putShort((short) bits);
    }
    return padded(written);
  }

  /** An attribute of fixed-length UTF-8 texts, padded with zeros. */
  static byte[] attribute(String name, List<String> values, boolean scalar) {
    List<byte[]> texts =
        values.stream().map(value -> value.getBytes(StandardCharsets.UTF_8)).toList();
    int width = Math.max(1, texts.stream().mapToInt(t -> t.length).max().orElse(1));
    ByteBuffer type = buffer(8).put(new byte[] {FIXED_STRING, UTF_8 | 1, 0, 0}).putInt(width);
    byte[] space = scalar ? dataspace() : dataspace(texts.size());
    byte[] key = name.getBytes(StandardCharsets.UTF_8);
    ByteBuffer content = buffer(32 + key.length + space.length + width * texts.size());
    content.put(new byte[] {1, 0}).putShort((short) (key.length + 1));
    content.putShort((short) 8).putShort((short) space.length);
    content.put(Arrays.copyOf(key, (key.length + 8) / 8 * 8)).put(bytes(type)).put(space);
    texts.forEach(text -> content.put(Arrays.copyOf(text, width)));
    return message(ATTRIBUTE, padded(content));
  }

  /** Names of a group's members, each ended by a zero; the first is empty. */
  static final class Heap {
    private ByteBuffer names = buffer(256).position(8);

    /** Adds a name; answers its offset. */
    long add(String name) {
      byte[] text = name.getBytes(StandardCharsets.UTF_8);
      byte[] ended = Arrays.copyOf(text, (text.length + 8) / 8 * 8);
      if (names.remaining() < ended.length) {
        names = buffer(2 * names.capacity() + ended.length).put(names.flip());
      }
      long offset = names.position();
      names.put(ended);
      return offset;
    }

    ByteBuffer data() {
      return names.duplicate().flip();
    }

    /** The heap's header; 1 says that there is no free block. */
    ByteBuffer header(long data) {
      ByteBuffer header = buffer(32).put(new byte[] {'H', 'E', 'A', 'P', 0, 0, 0, 0});
      return header.putLong(names.position()).putLong(1).putLong(data).flip();
    }
  }
}
