package org.kerasgraft.promises;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Archives of arrays that mean harm, byte by byte: a writer of zips would refuse to make them. */
final class HostileArchives {

  /** A member; what its headers say of it is what it says. */
  private record Entry(
      String name, byte[] data, byte[] packed, long crc, long size, int flags, int attributes) {

    static Entry of(String name, byte[] data) {
      CRC32 crc = new CRC32();
      crc.update(data);
      return new Entry(name, data, deflated(data), crc.getValue(), data.length, 0, 0);
    }

    Entry claiming(long otherCrc, long otherSize) {
      return new Entry(name, data, packed, otherCrc, otherSize, flags, attributes);
    }

    Entry with(int otherFlags, int otherAttributes) {
      return new Entry(name, data, packed, crc, size, otherFlags, otherAttributes);
    }
  }

  private static final int LOCAL = 0x04034b50;
  private static final int CENTRAL = 0x02014b50;
  private static final int END = 0x06054b50;

  private final Map<String, byte[]> all = new LinkedHashMap<>();

  private HostileArchives() {}

  /** Each by what is wrong with it. */
  static Map<String, byte[]> all() throws IOException {
    HostileArchives archives = new HostileArchives();
    archives.names();
    archives.claims();
    archives.structures();
    archives.headers();
    return archives.all;
  }

  /** A good one, so that all else is not refused for a fault of this class. */
  static byte[] good() {
    return zip(Entry.of("a/b.npy", array()), Entry.of("c.npy", array()));
  }

  private void names() {
    for (String name :
        List.of(
            "../x.npy",
            "a/../../x.npy",
            "..\\x.npy",
            "/etc/x.npy",
            "C:/x.npy",
            "C:\\x.npy",
            "\\\\server\\share\\x.npy",
            "./x.npy",
            "a//x.npy",
            "a/./x.npy",
            ".npy",
            "a/.npy",
            "new\nline.npy",
            "nul\0x.npy",
            "escape\u001b[2J.npy",
            "...npy",
            "x.txt",
            "x.npy/",
            "x")) {
      all.put("name " + name, zip(Entry.of(name, array())));
    }
    all.put("a name twice", zip(Entry.of("x.npy", array()), Entry.of("x.npy", array())));
    Entry link = Entry.of("x.npy", "../../etc/passwd".getBytes(StandardCharsets.US_ASCII));
    all.put("a symbolic link", zip(link.with(0, 0xa1ff << 16)));
  }

  private void claims() {
    Entry entry = Entry.of("x.npy", array());
    all.put("a wrong checksum", zip(entry.claiming(entry.crc() ^ 1, entry.size())));
    all.put("a size too small", zip(entry.claiming(entry.crc(), 3)));
    all.put("a size too large", zip(entry.claiming(entry.crc(), 1L << 31)));
    all.put("an encrypted member", zip(entry.with(1, 0)));
    byte[] longer = Arrays.copyOf(array(), 400);
    all.put("more data than the header says", zip(Entry.of("x.npy", longer)));
    byte[] shorter = Arrays.copyOf(array(), array().length - 1);
    all.put("less data than the header says", zip(Entry.of("x.npy", shorter)));
    all.put("an unknown method", patched(zip(entry), CENTRAL, 10, 99, 2));
    all.put("a local header elsewhere", patched(zip(entry), CENTRAL, 42, 0x00ff_ffff, 4));
    all.put("a compressed size beyond the file", patched(zip(entry), CENTRAL, 20, 0x00ff_ffff, 4));
    all.put("deflated data that are none", corrupted(zip(entry)));
  }

  private void structures() {
    byte[] good = good();
    for (int part = 1; part <= 7; part++) {
      all.put("cut at " + part + "/8", Arrays.copyOf(good, good.length * part / 8));
    }
    all.put("one byte short", Arrays.copyOf(good, good.length - 1));
    all.put("no zip at all", "no zip at all".getBytes(StandardCharsets.US_ASCII));
    all.put("nothing", new byte[0]);
    all.put("a directory of 4 GB", patched(good, END, 12, -2, 4));
    all.put("a directory at 4 GB", patched(good, END, 16, -2, 4));
    all.put("zip64 with a count of 2^31", zip64(good, Integer.MAX_VALUE, good.length));
    all.put("zip64 with a directory of 2^63", zip64(good, 2, Long.MAX_VALUE));
    Entry[] many = new Entry[10_001];
    for (int i = 0; i < many.length; i++) {
      many[i] = Entry.of(i + ".npy", array());
    }
    all.put("10,001 members", zip(many));
    byte[] inner = good;
    for (int depth = 0; depth < 5; depth++) {
      inner = zip(Entry.of("0.zip", inner), Entry.of("1.zip", inner));
    }
    all.put("archives in archives", inner);
    all.put("archives in archives, called arrays", zip(Entry.of("0.npy", inner)));
  }

  /** What stands before the data lies; the data are zeros that take a thousandth of their size. */
  private void headers() {
    byte[] zeros = new byte[1 << 26];
    for (String shape :
        List.of(
            "(1099511627776,)",
            "(1048576, 1048576, 1048576, 1048576)",
            "(-1,)",
            "(9223372036854775807, 2)",
            "(99999999999999999999,)",
            "(1e3,)",
            "(2147483647,)")) {
      all.put("shape " + shape, zip(Entry.of("x.npy", npy("<f4", shape, zeros))));
    }
    Entry[] many = new Entry[200];
    byte[] big = npy("<f4", "(16777216,)", zeros);
    Entry one = Entry.of("", big);
    for (int i = 0; i < many.length; i++) {
      many[i] = new Entry(i + ".npy", big, one.packed(), one.crc(), one.size(), 0, 0);
    }
    all.put("13 GB of zeros in 13 MB", zip(many));
    for (String type : List.of("|O", "<U8", "|S4", "|V16", "<c8", "<M8[ns]", "<f16")) {
      all.put("type " + type, zip(Entry.of("x.npy", npy(type, "(2,)", new byte[64]))));
    }
    all.put("no magic", zip(Entry.of("x.npy", new byte[100])));
    all.put("an empty member", zip(Entry.of("x.npy", new byte[0])));
    String dimensions = "(" + "1, ".repeat(20_000) + ")";
    all.put("20,000 dimensions", zip(Entry.of("x.npy", npy("<f4", dimensions, new byte[4]))));
    byte[] huge = array();
    huge[6] = 2;
    ByteBuffer.wrap(huge).order(ByteOrder.LITTLE_ENDIAN).putInt(8, Integer.MAX_VALUE);
    all.put("a header of 2 GB", zip(Entry.of("x.npy", huge)));
  }

  static byte[] array() {
    return npy("<f4", "(3,)", new byte[12]);
  }

  static byte[] npy(String type, String shape, byte[] data) {
    String header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }\n";
    ByteBuffer npy = ByteBuffer.allocate(12 + header.length() + data.length);
    npy.order(ByteOrder.LITTLE_ENDIAN).put((byte) 0x93);
    npy.put("NUMPY".getBytes(StandardCharsets.US_ASCII)).put((byte) 2).put((byte) 0);
    npy.putInt(header.length()).put(header.getBytes(StandardCharsets.US_ASCII));
    return npy.put(data).array();
  }

  private static byte[] deflated(byte[] data) {
    Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
    deflater.setInput(data);
    deflater.finish();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] buffer = new byte[1 << 16];
    while (!deflater.finished()) {
      out.write(buffer, 0, deflater.deflate(buffer));
    }
    deflater.end();
    return out.toByteArray();
  }

  private static byte[] zip(Entry... entries) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    List<Integer> places = new ArrayList<>();
    for (Entry entry : entries) {
      places.add(out.size());
      out.writeBytes(header(entry, LOCAL, 0));
      out.writeBytes(entry.packed());
    }
    int directory = out.size();
    for (int i = 0; i < entries.length; i++) {
      out.writeBytes(header(entries[i], CENTRAL, places.get(i)));
    }
    ByteBuffer end = ByteBuffer.allocate(22).order(ByteOrder.LITTLE_ENDIAN).putInt(END).putInt(0);
    end.putShort((short) entries.length).putShort((short) entries.length);
    out.writeBytes(end.putInt(out.size() - directory).putInt(directory).array());
    return out.toByteArray();
  }

  private static byte[] header(Entry entry, int kind, int place) {
    byte[] name = entry.name().getBytes(StandardCharsets.UTF_8);
    ByteBuffer header = ByteBuffer.allocate(46 + name.length).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(kind);
    if (kind == CENTRAL) {
      header.putShort((short) (3 << 8 | 20)); // made by Unix
    }
    header.putShort((short) 20).putShort((short) entry.flags()).putShort((short) 8).putInt(0);
    header.putInt((int) entry.crc()).putInt(entry.packed().length).putInt((int) entry.size());
    header.putShort((short) name.length).putShort((short) 0);
    if (kind == CENTRAL) {
      header.putShort((short) 0).putInt(0).putInt(entry.attributes()).putInt(place);
    }
    header.put(name);
    return Arrays.copyOf(header.array(), header.position());
  }

  /** Changes a field of the last record of a kind. */
  private static byte[] patched(byte[] zip, int kind, int field, int value, int width) {
    byte[] copy = zip.clone();
    ByteBuffer bytes = ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN);
    int at = copy.length - 4;
    while (bytes.getInt(at) != kind) {
      at--;
    }
    if (width == 2) {
      bytes.putShort(at + field, (short) value);
    } else {
      bytes.putInt(at + field, value);
    }
    return copy;
  }

  private static byte[] corrupted(byte[] zip) {
    byte[] copy = zip.clone();
    Arrays.fill(copy, 40, 60, (byte) 0xff);
    return copy;
  }

  /** The same with a zip64 end record in front of the end. */
  private static byte[] zip64(byte[] zip, long count, long size) {
    int end = zip.length - 22;
    ByteBuffer bytes = ByteBuffer.allocate(zip.length + 76).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(zip, 0, end).putInt(0x06064b50).putLong(44).putInt(0).putInt(0).putInt(0);
    bytes.putLong(count).putLong(count).putLong(size).putLong(0);
    bytes.putInt(0x07064b50).putInt(0).putLong(end).putInt(1);
    bytes.putInt(END).putInt(0).putShort((short) -1).putShort((short) -1).putInt(-1).putInt(-1);
    return bytes.putShort((short) 0).array();
  }
}
