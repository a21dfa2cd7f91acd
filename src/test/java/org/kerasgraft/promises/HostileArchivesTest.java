package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.data.Npy;
import org.kerasgraft.data.Npz;
import org.kerasgraft.error.InvalidDataException;

/**
 * P14: archives of arrays ({@code .npz}, the only archive that is read) and arrays that lie.
 * Reading happens in a process of a small heap, in an empty folder.
 */
class HostileArchivesTest {

  @TempDir private Path folder;

  /** Reads each file of a folder; says what became of it, a line a file. */
  public static final class Reading {
    private Reading() {}

    /**
     * Reads.
     *
     * @param arguments the folder
     */
    public static void main(String[] arguments) throws IOException {
      try (Stream<Path> files = Files.list(Path.of(arguments[0]))) {
        for (Path file : files.sorted().toList()) {
          System.out.println(file.getFileName() + " " + outcome(file));
        }
      }
    }

    private static String outcome(Path file) {
      try {
        return "read " + Npz.read(file).keySet();
      } catch (InvalidDataException e) {
        return "InvalidDataException " + e.getMessage().lines().collect(Collectors.joining(" "));
      } catch (RuntimeException | Error e) {
        return e.toString();
      }
    }
  }

  @Test
  void hostileArchivesAreRefusedAndWriteNothing() throws Exception {
    Path archives = Files.createDirectory(folder.resolve("archives"));
    Path place = Files.createDirectories(folder.resolve("deep/in/here"));
    Map<String, String> names = new TreeMap<>();
    Files.write(archives.resolve("000.npz"), HostileArchives.good());
    for (Map.Entry<String, byte[]> archive : HostileArchives.all().entrySet()) {
      String name = String.format("%03d.npz", names.size() + 1);
      names.put(name, archive.getKey());
      Files.write(archives.resolve(name), archive.getValue());
    }
    Set<Path> before = listing();

    List<String> lines = read(archives, place);

    assertEquals("000.npz read [a/b, c]", lines.get(0));
    assertEquals(names.size() + 1, lines.size());
    for (String line : lines.subList(1, lines.size())) {
      String what = names.get(line.substring(0, 7));
      assertTrue(line.substring(8).startsWith("InvalidDataException '"), what + ": " + line);
    }
    assertEquals(before, listing());
    Promises.of(14)
        .tried("hostile .npz archives in a heap of 256 MB", names.size())
        .holds("0 files written, each refused with what is wrong");
  }

  private static List<String> read(Path archives, Path place) throws Exception {
    ProcessBuilder java =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-Xshare:auto",
            "-cp",
            absolute(System.getProperty("java.class.path")),
            Reading.class.getName(),
            archives.toString());
    Process process = java.directory(place.toFile()).redirectErrorStream(true).start();
    List<String> lines = process.inputReader().lines().toList();
    assertEquals(0, process.waitFor(), () -> String.join("\n", lines));
    return lines;
  }

  private static String absolute(String classPath) {
    return Stream.of(classPath.split(":"))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(":"));
  }

  private Set<Path> listing() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.collect(Collectors.toSet());
    }
  }

  @Test
  void arraysWhoseHeadersLieAreRefused() throws IOException {
    List<String> types = List.of("|O", "<U8", "|S4", "|V16", "<c8", "<M8[ns]", "<f16", "");
    List<String> shapes =
        List.of(
            "(1099511627776,)",
            "(1048576, 1048576, 1048576, 1048576)",
            "(-1,)",
            "(3, -2)",
            "(9223372036854775807, 2)",
            "(99999999999999999999,)",
            "(1e3,)",
            "(2147483648, 1)",
            "(4,)",
            "(2, 0)",
            "()",
            "(1, 2147483647)",
            "(3,",
            "[3]",
            "(0x3,)",
            "(" + "1, ".repeat(65) + ")");
    int tried = 0;
    for (String type : types) {
      requireRefused("type " + type, HostileArchives.npy(type, "(3,)", new byte[12]));
      tried++;
    }
    for (String shape : shapes) {
      requireRefused("shape " + shape, HostileArchives.npy("<f4", shape, new byte[12]));
      tried++;
    }
    byte[] good = HostileArchives.array();
    Path file = Files.write(folder.resolve("x.npy"), good);
    assertDoesNotThrow(() -> Npy.open(file).close());
    for (int length = 0; length < good.length; length++) {
      requireRefused("cut at " + length, Arrays.copyOf(good, length));
      tried++;
    }
    Promises.of(14)
        .tried("arrays (.npy) that lie or are cut short", tried)
        .holds("each refused with what is wrong; no Python object is read");
  }

  private void requireRefused(String what, byte[] npy) throws IOException {
    Path file = Files.write(folder.resolve("x.npy"), npy);
    assertThrows(InvalidDataException.class, () -> Npy.open(file).close(), what);
  }
}
