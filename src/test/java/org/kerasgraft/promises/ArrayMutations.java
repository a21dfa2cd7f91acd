package org.kerasgraft.promises;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Spoilt arrays ({@code .npy}) and archives of them ({@code .npz}). */
final class ArrayMutations {

  private static final Path GOLDENS = Path.of("src/test/resources/golden");

  private static final List<String> TYPES =
      List.of(
          "<f4",
          ">f4",
          "<f8",
          ">f8",
          "<f2",
          "|u1",
          "|b1",
          "<i4",
          ">i8",
          "<u8",
          "=f4",
          "f4",
          "|O",
          "<U8",
          "<c8",
          "<M8[ns]",
          "<f16",
          "<i3",
          "",
          "[('a', '<f4')]",
          "<f4\u0000",
          "<ƒ4");

  private static final List<String> ORDERS = List.of("False", "True", "0", "None", "false", "");

  private static final List<String> SHAPES =
      List.of(
          "(3, 2, 4)",
          "(24,)",
          "(24)",
          "()",
          "(0,)",
          "(0, 0)",
          "(3, 0)",
          "(1, 24)",
          "(2147483647,)",
          "(2147483648, 1)",
          "(1, 2147483648)",
          "(65536, 65536, 65536, 65536)",
          "(4294967296, 4294967296)",
          "(9223372036854775807, 9223372036854775807)",
          "(-1,)",
          "(3, -8)",
          "(-3, -8)",
          "(1e3,)",
          "(3L, 8L)",
          "(٣,)",
          "(3,,8)",
          "(3 8)",
          "[3, 8]",
          "(3, 8",
          "(" + "1, ".repeat(64) + "24)",
          "(" + "9".repeat(300) + ",)");

  private static final int[] RECORDS = {0x04034b50, 0x02014b50, 0x06054b50};

  /** The fields of zip's local, central and end records: offset and width. */
  private static final int[][][] FIELDS = {
    {{4, 2}, {6, 2}, {8, 2}, {10, 4}, {14, 4}, {18, 4}, {22, 4}, {26, 2}, {28, 2}, {30, 2}},
    {
      {4, 2}, {6, 2}, {8, 2}, {10, 2}, {16, 4}, {20, 4}, {24, 4}, {28, 2}, {30, 2}, {32, 2},
      {34, 2}, {38, 4}, {42, 4}, {46, 2}
    },
    {{4, 2}, {6, 2}, {8, 2}, {10, 2}, {12, 4}, {16, 4}, {20, 2}}
  };

  private static final List<String> NAMES =
      List.of(
          "a.npy",
          "b.npy",
          "a/b.npy",
          "../x.npy",
          "/x.npy",
          "x",
          "",
          ".npy",
          "a\u0000.npy",
          "ü.npy");

  private final List<byte[]> arrays = new ArrayList<>();
  private final List<byte[]> archives = new ArrayList<>();

  ArrayMutations() throws IOException {
    arrays.addAll(contents("npy"));
    archives.addAll(contents("npz"));
    archives.add(HostileArchives.good());
  }

  private static List<byte[]> contents(String folder) throws IOException {
    List<byte[]> contents = new ArrayList<>();
    try (Stream<Path> files = Files.list(GOLDENS.resolve(folder))) {
      for (Path file : files.sorted().toList()) {
        contents.add(Files.readAllBytes(file));
      }
    }
    return contents;
  }

  /** The n-th spoilt array. */
  byte[] array(int n) {
    RandomGenerator random = Spoilt.random(n);
    byte[] whole = arrays.get(n % arrays.size());
    return switch (random.nextInt(4)) {
      case 0 -> ByteMutations.mutated(whole, random);
      case 1 -> headed(random, random.nextInt(4) == 0);
      case 2 -> header(whole, random);
      default -> headed(random, true);
    };
  }

  /** An array whose header says something else: all of it, or one thing. */
  private byte[] headed(RandomGenerator random, boolean all) {
    int one = random.nextInt(3);
    String type = all || one == 0 ? TYPES.get(random.nextInt(TYPES.size())) : "<f4";
    String order = all || one == 1 ? ORDERS.get(random.nextInt(ORDERS.size())) : "False";
    String shape = all || one == 2 ? SHAPES.get(random.nextInt(SHAPES.size())) : "(3, 2, 4)";
    List<String> parts =
        new ArrayList<>(
            List.of("'descr': '" + type + "'", "'fortran_order': " + order, "'shape': " + shape));
    switch (random.nextInt(8)) {
      case 0 -> parts.remove(random.nextInt(3));
      case 1 -> parts.add(parts.get(random.nextInt(3)));
      case 2 -> parts.add("'shape': (1,)");
      case 3 -> Collections.swap(parts, 0, random.nextInt(3));
      default -> parts.add("");
    }
    String text = "{" + String.join(", ", parts) + "}" + " ".repeat(random.nextInt(70)) + "\n";
    byte[] dictionary = text.getBytes(StandardCharsets.UTF_8);
    int version = random.nextInt(10) == 0 ? random.nextInt(256) : 1 + random.nextInt(3);
    ByteBuffer npy =
        ByteBuffer.allocate(12 + dictionary.length + 96).order(ByteOrder.LITTLE_ENDIAN);
    npy.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    npy.put((byte) version).put((byte) 0);
    int length = random.nextInt(10) == 0 ? random.nextInt() : dictionary.length;
    if (version == 1) {
      npy.putShort((short) length);
    } else {
      npy.putInt(length);
    }
    npy.put(dictionary);
    byte[] data = new byte[random.nextInt(6) == 0 ? random.nextInt(96) : 96];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) random.nextInt(256);
    }
    return Arrays.copyOf(npy.put(data).array(), npy.position());
  }

  /** Changes one character of the header. */
  private static byte[] header(byte[] whole, RandomGenerator random) {
    byte[] copy = whole.clone();
    int at = random.nextInt(Math.min(128, copy.length));
    copy[at] = (byte) "0123456789-,()'L<>f \n\u007f".charAt(random.nextInt(22));
    return copy;
  }

  /** The n-th spoilt archive. */
  byte[] archive(int n) {
    RandomGenerator random = Spoilt.random(n);
    byte[] whole = archives.get(n % archives.size());
    return switch (random.nextInt(3)) {
      case 0 -> ByteMutations.mutated(whole, random);
      case 1 -> field(whole, random);
      default -> archive(n, random);
    };
  }

  /** A whole archive of spoilt arrays under odd names. */
  private byte[] archive(int n, RandomGenerator random) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.setLevel(random.nextInt(10));
      int first = random.nextInt(NAMES.size());
      for (int i = 0; i <= random.nextInt(3); i++) {
        zip.putNextEntry(new ZipEntry(NAMES.get((first + i) % NAMES.size())));
        zip.write(random.nextBoolean() ? arrays.get(i) : array(n + i));
        zip.closeEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Sets a field of one of zip's records. */
  private static byte[] field(byte[] whole, RandomGenerator random) {
    byte[] copy = whole.clone();
    ByteBuffer buffer = ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN);
    for (int times = random.nextInt(2); times >= 0; times--) {
      int record = random.nextInt(RECORDS.length);
      List<Integer> places = new ArrayList<>();
      for (int at = 0; at + 48 <= copy.length || (record == 2 && at + 22 <= copy.length); at++) {
        if (buffer.getInt(at) == RECORDS[record]) {
          places.add(at);
        }
      }
      if (places.isEmpty()) {
        continue; // the first change has hit it
      }
      int[] field = FIELDS[record][random.nextInt(FIELDS[record].length)];
      int at = places.get(random.nextInt(places.size())) + field[0];
      int[] values = {0, 1, 8, 99, -1, -2, 0x7fff_ffff, 0x0001_0000, random.nextInt(2000)};
      int value = values[random.nextInt(values.length)];
      if (field[1] == 2) {
        buffer.putShort(at, (short) value);
      } else {
        buffer.putInt(at, value);
      }
    }
    return copy;
  }
}
