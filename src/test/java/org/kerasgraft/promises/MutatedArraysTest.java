package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.cli.CommandLine;
import org.kerasgraft.data.Labels;
import org.kerasgraft.data.Npy;
import org.kerasgraft.data.Npz;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.promises.Spoilt.Mutant;

/** Promise 13 for arrays: spoilt ones, and one that is cut off while it is read. */
class MutatedArraysTest {

  private static final Path INPUT = Path.of("src/test/resources/golden/tiny-vgg-keras3/input.npy");

  @TempDir private Path folder;

  @Test
  void aSpoiltArrayIsReadOrRefusedInALine() throws IOException {
    ArrayMutations mutations = new ArrayMutations();
    Path file = folder.resolve("x.npy");
    int count = Promises.size(500, 30_000);
    try (Spoilt spoilt = new Spoilt("arrays (.npy)")) {
      for (int n = 0; n < count; n++) {
        byte[] bytes = mutations.array(n);
        Files.write(file, bytes);
        spoilt.call(new Mutant("array.npy", n, bytes), () -> readAll(file));
        spoilt.call(new Mutant("labels.npy", n, bytes), () -> Labels.read(file).classes());
      }
      spoilt.holds(13);
    }
  }

  private static void readAll(Path file) {
    try (Npy array = Npy.open(file)) {
      float[] row = new float[array.rowSize()];
      long[] integers = new long[array.rowSize()];
      for (int i = 0; i < array.count(); i++) {
        array.read(i, row, 0);
        if (array.isInteger()) {
          array.readIntegers(i, integers, 0);
        }
      }
    }
  }

  @Test
  void aSpoiltArchiveIsReadOrRefusedInALine() throws IOException {
    ArrayMutations mutations = new ArrayMutations();
    Path file = folder.resolve("x.npz");
    int count = Promises.size(300, 20_000);
    try (Spoilt spoilt = new Spoilt("archives (.npz)")) {
      for (int n = 0; n < count; n++) {
        byte[] bytes = mutations.archive(n);
        Files.write(file, bytes);
        spoilt.call(new Mutant("archive.npz", n, bytes), () -> assertNotNull(Npz.read(file)));
      }
      spoilt.holds(13);
    }
  }

  @Test
  void aSpoiltInputEndsACommandInALine() throws IOException {
    byte[] whole = Files.readAllBytes(INPUT);
    Path file = folder.resolve("x.npy");
    int count = Promises.size(4, 500);
    try (Spoilt spoilt = new Spoilt("inputs of graft features")) {
      for (int n = 0; n < count; n++) {
        byte[] bytes = ByteMutations.mutated(whole, Spoilt.random(n));
        if (n % 2 == 0) { // only the header
          byte[] head = ByteMutations.mutated(Arrays.copyOf(whole, 128), Spoilt.random(n));
          bytes = Arrays.copyOf(head, head.length + whole.length - 128);
          System.arraycopy(whole, 128, bytes, head.length, whole.length - 128);
        }
        Files.write(file, bytes);
        Path out = folder.resolve("out-" + n);
        int code =
            spoilt
                .command(
                    new Mutant("input.npy", n, bytes),
                    () ->
                        CommandLine.run(
                            "features",
                            "--quiet",
                            "--model",
                            SmallRun.MODEL,
                            "--at",
                            "block1_pool",
                            "--input",
                            file,
                            "--out",
                            out))
                .code();
        assertEquals(code == 0, Files.exists(out), "an output exactly where it ended well");
      }
      spoilt.holds(13);
    }
  }

  /** Reads arrays that are cut off at many places while they are open; prints how each ended. */
  public static final class Reading {
    private Reading() {}

    /**
     * Reads.
     *
     * @param arguments a whole array, a place for copies, how often
     */
    public static void main(String[] arguments) throws IOException {
      Path whole = Path.of(arguments[0]);
      Path copy = Path.of(arguments[1]);
      long size = Files.size(whole);
      int cuts = Integer.parseInt(arguments[2]);
      int refused = 0;
      for (int n = 0; n < cuts; n++) {
        Files.copy(whole, copy, StandardCopyOption.REPLACE_EXISTING);
        try (Npy array = Npy.open(copy)) {
          float[] row = new float[array.rowSize()];
          array.read(array.count() - 1, row, 0);
          try (FileChannel channel = FileChannel.open(copy, StandardOpenOption.WRITE)) {
            channel.truncate(size * n / cuts);
          }
          refused += refused(array, copy, row) ? 1 : 0;
        }
        Files.delete(copy);
      }
      System.out.println(refused);
    }

    private static boolean refused(Npy array, Path file, float[] row) {
      try {
        for (int i = array.count() - 1; i >= 0; i--) {
          array.read(i, row, 0);
        }
        return false;
      } catch (InvalidDataException e) {
        return e.getMessage().contains("'" + file + "' was cut off");
      }
    }
  }

  /** A fault in mapped memory, if it were not caught, would end the process: it has its own. */
  @Test
  void anArrayThatIsCutOffWhileItIsOpenIsNamed() throws IOException, InterruptedException {
    int cuts = Promises.size(10, 500);
    for (String order : List.of("<f4", ">f4", "<f8", "<i2")) {
      int width = order.charAt(2) - '0';
      Path whole = folder.resolve("whole.npy");
      Files.write(whole, HostileArchives.npy(order, "(50, 1000)", new byte[50_000 * width]));
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:+UseSerialGC",
                  "-Xshare:auto",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Reading.class.getName(),
                  whole.toString(),
                  folder.resolve("copy.npy").toString(),
                  Integer.toString(cuts))
              .redirectErrorStream(true)
              .start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(process.waitFor() == 0, () -> order + ": " + said);
      assertEquals(Integer.toString(cuts), said.strip(), order);
    }
    Promises.of(13)
        .tried("arrays (.npy) cut off while they were open", 4L * cuts)
        .holds("each named, no fault");
  }
}
