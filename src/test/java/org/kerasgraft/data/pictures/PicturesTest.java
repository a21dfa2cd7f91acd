package org.kerasgraft.data.pictures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.DoubleSummaryStatistics;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.kerasgraft.error.CannotCreateException;
import org.kerasgraft.error.UsageException;

class PicturesTest {

  private static final PictureClass HEART_WAVES = new PictureClass(Outline.HEART, Texture.WAVES);

  /** The bytes are a promise: the embedded model and the demo's figures rest on them. */
  @ParameterizedTest
  @CsvSource({
    "HEART, WAVES, 1, 28d8a44ac58d6e0659e98ae301e1925dcd263ec35a4556ce6ecd66419badf961",
    "TEE, WAVES, -7, 672f371af39c67c484d3cf726bb1cb06e42020e70dc6a72709c838ceb4222014",
    "STAR, DOTS, 1001, 63129d3f372e6519408663d6a495c43078b15a8a8f694c58f21e94230cf0baf9",
  })
  void theSameClassAndSeedGiveTheSameFileOnEveryMachine(
      Outline outline, Texture texture, long seed, String sha256) {
    assertEquals(sha256, sha256(Pictures.png(new PictureClass(outline, texture), seed)));
  }

  @Test
  void pngHoldsTheDrawnPixels() throws IOException {
    byte[] drawn = Pictures.draw(HEART_WAVES, 3);
    var image = ImageIO.read(new ByteArrayInputStream(Pictures.png(HEART_WAVES, 3)));
    assertEquals(Pictures.SIZE, image.getWidth());
    assertEquals(Pictures.SIZE, image.getHeight());
    byte[] read = new byte[drawn.length];
    for (int i = 0; i < read.length / 3; i++) {
      int rgb = image.getRGB(i % Pictures.SIZE, i / Pictures.SIZE);
      read[3 * i] = (byte) (rgb >> 16);
      read[3 * i + 1] = (byte) (rgb >> 8);
      read[3 * i + 2] = (byte) rgb;
    }
    assertArrayEquals(drawn, read);
  }

  @Test
  void familiesShareNeitherOutlinesNorTextures() {
    List<PictureClass> source = PictureFamily.SOURCE.classes();
    for (PictureClass target : PictureFamily.TARGET.classes()) {
      assertTrue(source.stream().noneMatch(s -> s.outline() == target.outline()), target.name());
      assertTrue(source.stream().noneMatch(s -> s.texture() == target.texture()), target.name());
    }
  }

  @ParameterizedTest
  @EnumSource
  void classesOfAFamilyHaveNamesOfTheirOwn(PictureFamily family) {
    List<String> names = family.classes().stream().map(PictureClass::name).toList();
    assertTrue(names.size() >= 2, names.toString());
    assertEquals(names.size(), new HashSet<>(names).size(), names.toString());
    names.forEach(name -> assertTrue(name.matches("[a-z]+-[a-z]+"), name));
  }

  @ParameterizedTest
  @EnumSource
  void picturesOfAClassAllDiffer(PictureFamily family) {
    for (PictureClass type : family.classes()) {
      Set<String> seen = new HashSet<>();
      for (long seed = 0; seed < 20; seed++) {
        seen.add(sha256(Pictures.draw(type, seed)));
      }
      assertEquals(20, seen.size(), type.name());
    }
  }

  @Test
  void classesOfOneSeedDifferInMoreThanTheirSubject() {
    byte[] one = Pictures.draw(HEART_WAVES, 5);
    byte[] other = Pictures.draw(new PictureClass(Outline.ARROW, Texture.WAVES), 5);
    int equal = 0;
    for (int i = 0; i < one.length; i++) {
      equal += one[i] == other[i] ? 1 : 0;
    }
    // Independent pictures agree in about one value of a hundred; a shared background in most.
    assertTrue(equal < one.length / 5, equal + " of " + one.length + " values are equal");
  }

  @Test
  void colourTellsNothingAboutTheClass() {
    // Means over 200 pictures a class: a standard error of about 0.13 * 255 / sqrt(200) = 2.4.
    List<double[]> means =
        PictureFamily.TARGET.classes().stream().map(type -> meansOf(type, 200)).toList();
    for (int c = 0; c < 3; c++) {
      int channel = c;
      DoubleSummaryStatistics all = means.stream().mapToDouble(m -> m[channel]).summaryStatistics();
      assertTrue(all.getMax() - all.getMin() < 12, "channel " + channel + ": " + all);
    }
  }

  @Test
  void writesAFolderForEachClass(@TempDir Path directory) throws IOException {
    Path out = directory.resolve("pictures");
    Pictures.writeClassFolders(out, PictureFamily.TARGET.classes(), 3, 1);
    TreeMap<String, Long> files = new TreeMap<>();
    try (Stream<Path> tree = Files.walk(out)) {
      tree.filter(Files::isRegularFile)
          .forEach(f -> files.merge(f.getParent().getFileName().toString(), 1L, Long::sum));
    }
    TreeSet<String> names = new TreeSet<>();
    PictureFamily.TARGET.classes().forEach(c -> names.add(c.name()));
    assertEquals(names, files.keySet());
    assertEquals(Set.of(3L), new HashSet<>(files.values()));
    assertTrue(Files.exists(out.resolve("heart-waves").resolve("0002.png")));
  }

  @Test
  void foldersOfAnotherSeedHoldOtherPictures(@TempDir Path directory) throws IOException {
    Set<String> seen = new HashSet<>();
    for (long seed = 1; seed <= 3; seed++) {
      Path out = directory.resolve("seed-" + seed);
      Pictures.writeClassFolders(out, List.of(HEART_WAVES), 10, seed);
      for (int i = 0; i < 10; i++) {
        seen.add(sha256(Files.readAllBytes(out.resolve("heart-waves/000" + i + ".png"))));
      }
    }
    assertEquals(30, seen.size());
  }

  @Test
  void foldersOfTheSameSeedHoldTheSamePicturesWhateverTheirNumber(@TempDir Path directory)
      throws IOException {
    Pictures.writeClassFolders(directory.resolve("few"), List.of(HEART_WAVES), 2, 9);
    Pictures.writeClassFolders(directory.resolve("many"), PictureFamily.TARGET.classes(), 4, 9);
    for (String file : List.of("heart-waves/0000.png", "heart-waves/0001.png")) {
      assertArrayEquals(
          Files.readAllBytes(directory.resolve("few").resolve(file)),
          Files.readAllBytes(directory.resolve("many").resolve(file)),
          file);
    }
  }

  @Test
  void nothingToDrawIsRefused(@TempDir Path directory) {
    Path out = directory.resolve("none");
    assertThrows(UsageException.class, () -> Pictures.writeClassFolders(out, List.of(), 3, 1));
    assertThrows(
        UsageException.class, () -> Pictures.writeClassFolders(out, List.of(HEART_WAVES), 0, 1));
    assertFalse(Files.exists(out));
  }

  @Test
  void aFileInTheWayIsNamed(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("taken"), "here already");
    CannotCreateException refused =
        assertThrows(
            CannotCreateException.class,
            () -> Pictures.writeClassFolders(file, List.of(HEART_WAVES), 1, 1));
    assertTrue(refused.getMessage().contains("taken"), refused.getMessage());
    assertEquals("here already", Files.readString(file));
  }

  @Test
  void nothingOfAClassIsDrawnOutsideItsUnitDisc() {
    for (Outline outline : Outline.values()) {
      int inside = 0;
      for (int i = 0; i < 90_000; i++) {
        double x = (i % 300 - 149.5) / 75;
        double y = (i / 300 - 149.5) / 75;
        if (outline.contains(x, y)) {
          inside++;
          assertTrue(x * x + y * y <= 1, outline + " at " + x + ", " + y);
        }
      }
      assertNotEquals(0, inside, outline.name());
    }
  }

  private static double[] meansOf(PictureClass type, int pictures) {
    double[] means = new double[3];
    for (int seed = 0; seed < pictures; seed++) {
      byte[] rgb = Pictures.draw(type, seed);
      for (int i = 0; i < rgb.length; i++) {
        means[i % 3] += (rgb[i] & 0xff) * 3.0 / rgb.length / pictures;
      }
    }
    return means;
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
