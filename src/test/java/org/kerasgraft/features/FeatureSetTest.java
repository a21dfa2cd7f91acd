package org.kerasgraft.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kerasgraft.data.ImageInput;
import org.kerasgraft.data.ImageSet;
import org.kerasgraft.data.ImageSize;
import org.kerasgraft.data.LabelledImage;
import org.kerasgraft.data.LabelledRows;
import org.kerasgraft.data.Preprocessing;
import org.kerasgraft.error.CannotCreateException;
import org.kerasgraft.error.GraftException;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.MissingInputException;
import org.kerasgraft.error.TooManyRejectedException;
import org.kerasgraft.promises.Seals;
import org.kerasgraft.savedmodel.Scans;
import org.tensorflow.ndarray.Shape;

class FeatureSetTest {

  private static final List<IndexRow> INDEX =
      List.of(
          new IndexRow(0, "cats/1.png", "cats", "ok", ""),
          new IndexRow(-1, "dogs/1.png", "dogs", "empty", "0 bytes"),
          new IndexRow(1, "dogs/2.png", "dogs", "ok", ""));

  /** A key's parts, in order. */
  private static final List<String> PARTS =
      List.of("m", "g", "y:0", "i", "caffe", "2x2", "bilinear", "1", "2", "default", "", "2", "16");

  @TempDir private Path folder;

  @Test
  void rowsIndexAndLabelsComeBack() {
    try (FeatureSet set = FeatureSet.open(stored())) {
      assertEquals(2, set.count());
      assertEquals(1, set.rejected());
      assertEquals(Shape.of(2), set.rowShape());
      assertEquals(INDEX, set.index());
      assertEquals(List.of("cats", "dogs"), set.classes());
      assertArrayEquals(new int[] {0, 1}, set.labels());
      float[] row = new float[2];
      set.read(1, row, 0);
      assertArrayEquals(new float[] {3, 4}, row);
      assertEquals(2, set.labelled().labels().classes());
    }
  }

  @Test
  void aClassThatSteersATerminalIsRefusedByName() throws IOException {
    Path manifest = stored().resolve("manifest.json");
    String text = new String(Seals.content(manifest), StandardCharsets.UTF_8);
    assertTrue(text.contains("\"dogs\""), text);
    byte[] foreign = text.replace("\"dogs\"", "\"d\\u001b[2J\"").getBytes(StandardCharsets.UTF_8);
    Files.write(manifest, Seals.sealed(foreign));
    var failure =
        assertThrows(InvalidDataException.class, () -> FeatureSet.open(manifest.getParent()));
    assertTrue(failure.getMessage().contains("the class 'd\\x1b[2J' has"), failure.getMessage());
  }

  @Test
  void inputsAreFoundAmongTheAcceptedRows() {
    try (FeatureSet set = FeatureSet.open(stored())) {
      assertArrayEquals(new int[] {1, 0}, set.rowsOf(new int[] {2, 1, 0}));
      LabelledRows side = set.labelled(new int[] {2, 1});
      assertArrayEquals(new int[] {1}, side.labels().values());
      float[] row = new float[2];
      side.rows().read(0, row, 0);
      assertArrayEquals(new float[] {3, 4}, row);
    }
  }

  @Test
  void tooManyRejectedInputsAreCounted() {
    try (FeatureSet set = FeatureSet.open(stored())) {
      assertEquals(set, set.requireAtMostRejected(1));
      TooManyRejectedException e =
          assertThrows(TooManyRejectedException.class, () -> set.requireAtMostRejected(0));
      assertEquals("1 of the 3 inputs in 'pets' were rejected; 0 are allowed.", e.getMessage());
    }
  }

  @Test
  void aCopyIsWholeAndNeverOverwrites() throws IOException {
    try (FeatureSet set = FeatureSet.open(stored())) {
      Path copy = set.copyTo(folder.resolve("out"));
      try (FeatureSet copied = FeatureSet.open(copy)) {
        assertEquals(set.manifest(), copied.manifest());
      }
      Path full = Files.createDirectory(folder.resolve("full"));
      Files.writeString(full.resolve("mine.txt"), "mine");
      assertThrows(CannotCreateException.class, () -> set.copyTo(full));
      assertEquals("mine", Files.readString(full.resolve("mine.txt")));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"features.npy", "index.csv", "manifest.json"})
  void aFileCutOrGoneIsNoticed(String name) throws IOException {
    Path file = stored().resolve(name);
    byte[] whole = Files.readAllBytes(file);
    for (int part = 0; part < 16; part++) {
      Files.write(file, Arrays.copyOf(whole, whole.length * part / 16));
      assertThrows(InvalidDataException.class, () -> FeatureSet.open(file.getParent()));
    }
    Files.delete(file);
    GraftException e = assertThrows(GraftException.class, () -> FeatureSet.open(file.getParent()));
    assertTrue(e instanceof InvalidDataException || e instanceof MissingInputException);
  }

  @Test
  void aChangedBitIsNoticed() throws IOException {
    Path file = stored().resolve("features.npy");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes);
    InvalidDataException e =
        assertThrows(InvalidDataException.class, () -> FeatureSet.open(file.getParent()));
    assertTrue(e.getMessage().contains("features.npy"), e.getMessage());
  }

  @Test
  void aSpoiledManifestIsNamedWhateverByteChanged() throws IOException {
    Path file = stored().resolve("manifest.json");
    byte[] whole = Files.readAllBytes(file);
    Random random = new Random(5);
    for (int i = 0; i < 300; i++) {
      byte[] bytes = whole.clone();
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 + random.nextInt(255));
      Files.write(file, bytes);
      var e = assertThrows(InvalidDataException.class, () -> FeatureSet.open(file.getParent()));
      assertTrue(e.getMessage().contains("manifest.json"), e.getMessage());
    }
    Files.writeString(file, "null");
    assertThrows(InvalidDataException.class, () -> FeatureSet.open(file.getParent()));
  }

  @Test
  void nothingIsSeenBeforeTheCommit() {
    Path target = folder.resolve("entry");
    try (FeatureFiles files = files(target)) {
      files.append(new float[] {1, 2}, Shape.of(2), 1);
      assertFalse(Files.exists(target));
    }
    assertFalse(Files.exists(target));
    String[] left = folder.toFile().list();
    assertArrayEquals(new String[0], left);
  }

  @Test
  void everyPartOfTheKeyChangesItsDigest() {
    FeatureKey key = key();
    for (int i = 0; i < PARTS.size(); i++) {
      List<String> changed = new ArrayList<>(PARTS);
      changed.set(i, "1" + PARTS.get(i));
      assertFalse(key.digest().equals(of(changed).digest()), "part " + i);
      List<FeatureKey.Difference> differences = key.differences(of(changed));
      assertEquals(1, differences.size(), "part " + i);
      boolean isContent = Set.of("m", "g", "i").contains(PARTS.get(i));
      assertEquals(isContent, differences.get(0).isContent(), differences.toString());
    }
    assertEquals(key.digest(), of(PARTS).digest());
    assertEquals(List.of(), key.differences(of(PARTS)));
  }

  private static FeatureKey of(List<String> p) {
    return new FeatureKey(
        p.get(0),
        p.get(1),
        p.get(2),
        p.get(3),
        p.get(4),
        p.get(5),
        p.get(6),
        new FeatureKey.Run(
            p.get(7),
            p.get(8),
            p.get(9),
            p.get(10),
            Integer.parseInt(p.get(11)),
            Integer.parseInt(p.get(12))));
  }

  private static FeatureKey key() {
    return of(PARTS);
  }

  private Path stored() {
    ImageSet set =
        new ImageSet(
            "pets",
            List.of("cats", "dogs"),
            List.of(new LabelledImage(Path.of("1.png"), "cats/1.png", 0)));
    FeatureInput input =
        new FeatureInput.Images(set, new ImageInput(Preprocessing.CAFFE, new ImageSize(2, 2)));
    try (FeatureFiles files = files(folder.resolve("entry"))) {
      files.append(new float[] {1, 2, 3, 4}, Shape.of(2), 2);
      StringBuilder lines = new StringBuilder();
      INDEX.forEach(row -> lines.append(IndexFile.line(row)));
      files.endBatch(INDEX.size(), lines.toString().getBytes(StandardCharsets.UTF_8));
      FeatureSet stored = files.commit(Scans.CLEAN, input);
      stored.close();
      return stored.directory();
    }
  }

  private static FeatureFiles files(Path target) {
    InputHashes inputs = new InputHashes(true, List.of());
    FeatureFiles files = new FeatureFiles(target, Beginning.ANEW, key(), inputs);
    files.begin(0, inputs);
    return files;
  }
}
