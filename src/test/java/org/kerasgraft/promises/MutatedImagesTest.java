package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.data.Npy;

/**
 * P1: {@code graft features} on a folder of spoilt images, in a process of its own, so that a crash
 * would be seen. What fails is found by halving and kept in {@code target/failing-images}; its
 * place then is {@code src/test/resources/regression/images}, see there.
 */
class MutatedImagesTest {

  private static final Path MODEL = Path.of("src/test/resources/models/tiny-vgg-keras3");
  private static final Path FAILING = Path.of("target", "failing-images");
  private static final long SEED = 20_261_125;

  /** The whole process with its Java heap of 512 MB, TensorFlow, and one image of 4 megapixels. */
  private static final long MOST_MEMORY = 1L << 30;

  @TempDir private Path folder;

  @Test
  void eachInputGivesOneRowAndNoneACrash() throws IOException {
    int count = Promises.size(5_000, 100_000);
    Path images = Files.createDirectory(folder.resolve("images"));
    List<Path> files = write(images, count);

    CommandProcess command = start(images, "out");
    long peak = 0;
    while (!command.endsWithin(20)) {
      peak = Math.max(peak, command.residentPeak());
    }

    CommandProcess.Outcome outcome = command.end();
    if (outcome.code() != 0) {
      keep(files);
    }
    assertEquals(0, outcome.code(), outcome.err());
    Map<String, Integer> codes = requireOneRowEach(files);
    int ok = codes.remove("ok");
    int bad = codes.values().stream().mapToInt(Integer::intValue).sum();
    assertEquals(count, ok + bad);
    assertTrue(ok > count / 10 && bad > count / 10, "mutations spoil some and leave some");
    long held = peak;
    assertTrue(peak < MOST_MEMORY, () -> held + " bytes were resident");
    Promises.of(1)
        .tried("mutated PNG, JPEG, GIF and BMP files, graft features", count)
        .holds(
            String.format(
                Locale.ROOT,
                "0 crashes, 0 lost rows: %,d accepted + %,d rejected (%s); peak %d MB resident",
                ok,
                bad,
                codes.entrySet().stream()
                    .map(e -> String.format(Locale.ROOT, "%s %,d", e.getKey(), e.getValue()))
                    .collect(Collectors.joining(", ")),
                peak >> 20));
  }

  private static List<Path> write(Path images, int count) throws IOException {
    ImageMutations mutations = new ImageMutations(SEED);
    List<Path> files = new ArrayList<>();
    for (int n = 0; n < count; n++) {
      ImageMutations.Mutation mutation = mutations.get(n);
      String name = String.format(Locale.ROOT, "%06d.%s", n, mutation.ending());
      files.add(Files.write(images.resolve(name), mutation.bytes()));
    }
    return files;
  }

  private CommandProcess start(Path images, String out) {
    return CommandProcess.start(
        folder,
        List.of("-Xmx512m"),
        "features",
        "--quiet",
        "--model",
        MODEL,
        "--at",
        "block1_pool",
        "--preprocessing",
        "caffe",
        "--max-pixels",
        4_000_000,
        "--batch-size",
        64,
        "--images",
        images,
        "--out",
        folder.resolve(out));
  }

  /** Checks index and array against the files; gives the number of each code. */
  private Map<String, Integer> requireOneRowEach(List<Path> files) throws IOException {
    List<String> lines = Files.readAllLines(folder.resolve("out/index.csv"));
    assertEquals(files.size() + 1, lines.size());
    Map<String, Integer> codes = new TreeMap<>();
    int row = 0;
    for (int i = 0; i < files.size(); i++) {
      String[] cells = lines.get(i + 1).split(",", -1);
      assertEquals(files.get(i).getFileName().toString(), cells[1]);
      assertEquals(cells[3].equals("ok") ? Integer.toString(row++) : "", cells[0], cells[1]);
      codes.merge(cells[3], 1, Integer::sum);
    }
    try (Npy features = Npy.open(folder.resolve("out/features.npy"))) {
      assertEquals(row, features.count());
    }
    return codes;
  }

  /** Keeps one of the files that the command fails on. */
  private void keep(List<Path> files) throws IOException {
    List<Path> suspects = files;
    for (int round = 0; suspects.size() > 1; round++) {
      List<Path> half = suspects.subList(0, suspects.size() / 2);
      Path images = Files.createDirectory(folder.resolve("half-" + round));
      for (Path file : half) {
        Files.createLink(images.resolve(file.getFileName()), file);
      }
      int code = start(images, "half-out-" + round).end().code();
      boolean fails = code != 0 && code != 65;
      suspects = fails ? half : suspects.subList(suspects.size() / 2, suspects.size());
    }
    Files.createDirectories(FAILING);
    Path kept = FAILING.resolve(suspects.get(0).getFileName());
    Files.copy(suspects.get(0), kept, StandardCopyOption.REPLACE_EXISTING);
  }
}
