package org.kerasgraft.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.backbone.TinyNetwork;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.promises.Promises;

/** What becomes of a checkpoint is seen before any of it is used, and its file is named. */
class CheckpointDamageTest {

  private static final int CUTS = 16;

  @TempDir private static Path folder;
  private static Path checkpoint;

  @BeforeAll
  static void train() throws IOException {
    Training training =
        TinyTraining.SHORT.toBuilder()
            .keep(Keep.BEST)
            .head(1, Optimizer.adam(1e-2))
            .fineTune(0, Optimizer.sgd(1))
            .build();
    new StoppableTraining(TinyNetwork.twoBlocks(folder), Variables.head(), training)
        .keptIn(folder.resolve("kept"));
    try (Stream<Path> list = Files.list(folder.resolve("kept"))) {
      checkpoint = list.filter(Files::isDirectory).findFirst().orElseThrow();
    }
    assertTrue(read().phase().best().isPresent());
    assertEquals(8, read().phase().values().slots().size());
  }

  private static Checkpoint read() {
    return new CheckpointFolder(checkpoint.getParent()).latest().orElseThrow();
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> list = Files.list(checkpoint)) {
      return list.sorted().toList();
    }
  }

  private static void assertNamed(Path file) {
    InvalidDataException error = assertThrows(InvalidDataException.class, () -> read());
    assertTrue(error.getMessage().contains("'" + file + "'"), error.getMessage());
    assertTrue(error.remedy().contains("from the beginning"), error.remedy());
  }

  @Test
  void oneChangedBitIsReportedByTheFilesName() throws IOException {
    int flips = Promises.size(10, 100);
    SplittableRandom random = new SplittableRandom(10);
    for (Path file : files()) {
      byte[] whole = Files.readAllBytes(file);
      for (int i = 0; i < flips; i++) {
        byte[] changed = whole.clone();
        int bit = random.nextInt(8 * whole.length);
        changed[bit / 8] ^= (byte) (1 << bit % 8);
        Files.write(file, changed);
        assertNamed(file);
      }
      Files.write(file, whole);
    }
    read();
    Promises.of(10)
        .tried("bits of a training's checkpoint", (long) flips * files().size())
        .holds("each reported by its file's name");
  }

  @Test
  void aFileThatIsCutOffOrGoneIsNamed() throws IOException {
    for (Path file : files()) {
      byte[] whole = Files.readAllBytes(file);
      for (int i = 0; i < CUTS; i++) {
        Files.write(file, Arrays.copyOf(whole, whole.length * i / CUTS));
        assertNamed(file);
      }
      Files.delete(file);
      assertNamed(file);
      Files.write(file, whole);
    }
    read();
    Promises.of(13)
        .tried("files of a training's checkpoint, cut or gone", (CUTS + 1L) * files().size())
        .holds("each reported by its file's name");
  }
}
