package org.kerasgraft.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.backbone.TinyNetwork;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.promises.Promises;

/** Promises 10 and 13 for training checkpoints: what is not as it was written is named. */
class DamagedCheckpointTest {

  private static final int PLACES = 16;

  @TempDir private static Path directory;

  private static Path folder;
  private static List<Path> files;

  @BeforeAll
  static void train() throws IOException {
    folder = directory.resolve("kept");
    Training training =
        TinyTraining.SHORT.toBuilder().fineTune(1, Optimizer.adam(1e-2)).keep(Keep.BEST).build();
    new StoppableTraining(TinyNetwork.twoBlocks(directory), Variables.lastConvBlock(), training)
        .keptIn(folder);
    try (Stream<Path> tree = Files.walk(folder)) {
      files = tree.filter(Files::isRegularFile).sorted().toList();
    }
    assertTrue(files.size() > 10, files.toString());
  }

  @Test
  void oneChangedBitIsReportedByTheFilesName() throws IOException {
    Checkpoint whole = new CheckpointFolder(folder).latest().orElseThrow();
    int flips = Promises.size(100, 1000);
    Random random = new Random(10);
    for (int i = 0; i < flips; i++) {
      Path file = files.get(i % files.size());
      byte[] bytes = Files.readAllBytes(file);
      byte[] changed = bytes.clone();
      int bit = random.nextInt(8 * bytes.length);
      changed[bit / 8] ^= (byte) (1 << (bit % 8));
      assertNamed(file, bytes, changed, "bit " + bit);
    }
    assertEquals(
        whole.phase().epoch(), new CheckpointFolder(folder).latest().orElseThrow().phase().epoch());
    Promises.of(10)
        .tried("single bits over the files of: checkpoint", flips)
        .holds("each named, exit 65");
  }

  @Test
  void aFileThatIsCutOffOrMissingIsNamed() throws IOException {
    for (Path file : files) {
      byte[] bytes = Files.readAllBytes(file);
      for (int place = 0; place < PLACES; place++) {
        byte[] cut = Arrays.copyOf(bytes, bytes.length * place / PLACES);
        assertNamed(file, bytes, cut, "cut at " + place);
      }
      Files.delete(file);
      var told =
          assertThrows(InvalidDataException.class, () -> new CheckpointFolder(folder).latest());
      assertTrue(told.getMessage().contains(file.toString()), told.getMessage());
      Files.write(file, bytes);
    }
    Promises.of(13)
        .tried("each file cut off at 16 places: checkpoint", PLACES * files.size())
        .holds("each named, exit 65");
  }

  private static void assertNamed(Path file, byte[] whole, byte[] damaged, String what)
      throws IOException {
    Files.write(file, damaged);
    try {
      var told =
          assertThrows(
              InvalidDataException.class,
              () -> new CheckpointFolder(folder).latest(),
              () -> file + ", " + what + ": not noticed");
      assertTrue(
          told.getMessage().contains(file.toString()),
          () -> file + ", " + what + ": " + told.getMessage());
    } finally {
      Files.write(file, whole);
    }
  }
}
