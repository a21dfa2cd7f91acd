package org.kerasgraft.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {

  private static final Path GOLDENS = Path.of("src/test/resources/golden/images");
  private static final String[] NAMES = {
    "alpha.png",
    "animated.gif",
    "bitmap.bmp",
    "grey.jpg",
    "grey.png",
    "landscape.png",
    "palette.png",
    "png-inside.jpg",
    "portrait.jpg",
    "progressive.jpeg",
    "turned.jpg"
  };

  @TempDir private Path folder;

  /** The goldens are Keras' own pixels; no tolerance, the same kernels run. */
  @ParameterizedTest
  @ValueSource(strings = {"9x13", "32x32"})
  void pixelsEqualKeras(String text) {
    try (ImageDecoder decoder = ImageDecoder.open(ImageSize.parse(text))) {
      for (String name : NAMES) {
        try (Npy expected = Npy.open(GOLDENS.resolve(name + "." + text + ".npy"))) {
          float[] keras = new float[decoder.imageValues()];
          for (int row = 0; row < expected.count(); row++) {
            expected.read(row, keras, row * expected.rowSize());
          }
          float[] pixels = new float[decoder.imageValues()];
          assertTrue(decoder.decode(GOLDENS.resolve(name), pixels, 0).isOk(), name);
          assertArrayEquals(keras, pixels, 0f, name);
        }
      }
    }
  }

  @Test
  void headersTellTheSizeBeforeDecoding() throws IOException {
    assertHeader(ImageHeader.Kind.PNG, 24, 40, "landscape.png");
    assertHeader(ImageHeader.Kind.JPEG, 37, 21, "portrait.jpg");
    assertHeader(ImageHeader.Kind.JPEG, 33, 29, "progressive.jpeg");
    assertHeader(ImageHeader.Kind.GIF, 22, 31, "animated.gif");
    assertHeader(ImageHeader.Kind.BMP, 18, 27, "bitmap.bmp");
    assertHeader(ImageHeader.Kind.JPEG, 17, 35, "turned.jpg");
    for (String name : NAMES) {
      byte[] bytes = Files.readAllBytes(GOLDENS.resolve(name));
      assertTrue(ImageHeader.of(bytes).orElseThrow().isComplete(bytes), name);
    }
  }

  @Test
  void badFilesGetTheirCodes() throws IOException {
    assertEquals(DecodeStatus.VANISHED, decode(folder.resolve("none.png")));
    assertEquals(DecodeStatus.UNREADABLE, decode(Files.createDirectory(folder.resolve("d.png"))));
    assertEquals(DecodeStatus.EMPTY, decode(Files.createFile(folder.resolve("zero.png"))));
    assertEquals(DecodeStatus.NOT_AN_IMAGE, decode(text("short.png", "GI")));
    assertEquals(DecodeStatus.NOT_AN_IMAGE, decode(text("page.jpg", "<html>no image</html>")));
  }

  @ParameterizedTest
  @CsvSource({"landscape.png", "portrait.jpg", "bitmap.bmp", "grey.jpg", "progressive.jpeg"})
  void anImageWithoutItsEndIsTruncated(String name) throws IOException {
    byte[] whole = Files.readAllBytes(GOLDENS.resolve(name));
    Path file = Files.write(folder.resolve(name), Arrays.copyOf(whole, whole.length / 2));
    assertEquals(DecodeStatus.TRUNCATED, decode(file));
  }

  @Test
  void aSpoiledImageThatEndsWellIsDamaged() throws IOException {
    byte[] bytes = Files.readAllBytes(GOLDENS.resolve("landscape.png"));
    Arrays.fill(bytes, 60, 400, (byte) 0x55);
    assertEquals(DecodeStatus.DAMAGED, decode(Files.write(folder.resolve("x.png"), bytes)));
  }

  @Test
  void aHugeClaimIsRefusedByItsHeader() throws IOException {
    byte[] png = Files.readAllBytes(GOLDENS.resolve("landscape.png"));
    ByteBuffer.wrap(png).putInt(16, 20_000).putInt(20, 20_000);
    assertEquals(DecodeStatus.TOO_LARGE, decode(Files.write(folder.resolve("b.png"), png)));
    byte[] jpeg = Files.readAllBytes(GOLDENS.resolve("grey.jpg"));
    int frame = indexOf(jpeg, 0xff, 0xc0);
    ByteBuffer.wrap(jpeg).putShort(frame + 5, (short) 60_000).putShort(frame + 7, (short) 60_000);
    assertEquals(DecodeStatus.TOO_LARGE, decode(Files.write(folder.resolve("b.jpg"), jpeg)));
  }

  @Test
  void anotherLimitOfPixelsHoldsInstead() {
    Path landscape = GOLDENS.resolve("landscape.png");
    try (ImageDecoder tight = ImageDecoder.open(new ImageSize(4, 4), 24 * 40 - 1);
        ImageDecoder just = ImageDecoder.open(new ImageSize(4, 4), 24 * 40)) {
      DecodeResult refused = tight.decode(landscape, new float[48], 0);
      assertEquals(new DecodeResult(DecodeStatus.TOO_LARGE, "24x40 pixels"), refused);
      assertTrue(just.decode(landscape, new float[48], 0).isOk());
    }
  }

  @Test
  void turnedAndAnimatedImagesAreAcceptedWithARemark() {
    try (ImageDecoder decoder = ImageDecoder.open(new ImageSize(4, 4))) {
      for (String name : NAMES) {
        String remark =
            name.equals("turned.jpg")
                ? "exif-rotated"
                : name.equals("animated.gif") ? "animated" : "";
        DecodeResult result = decoder.decode(GOLDENS.resolve(name), new float[48], 0);
        assertEquals(new DecodeResult(DecodeStatus.OK, remark), result, name);
      }
    }
  }

  /** Flips, runs and cuts with a fixed seed: every outcome is a value. */
  @Test
  void mutatedImagesNeverThrow() throws IOException {
    Random random = new Random(3);
    Set<DecodeStatus> seen = EnumSet.noneOf(DecodeStatus.class);
    try (ImageDecoder decoder = ImageDecoder.open(new ImageSize(8, 8))) {
      float[] pixels = new float[decoder.imageValues()];
      for (String name : NAMES) {
        byte[] whole = Files.readAllBytes(GOLDENS.resolve(name));
        for (int i = 0; i < 100; i++) {
          EncodedImage image = EncodedImage.of(mutated(whole, random));
          seen.add(decoder.decode(image, pixels, 0).status());
        }
      }
    }
    assertTrue(
        seen.containsAll(EnumSet.of(DecodeStatus.OK, DecodeStatus.TRUNCATED, DecodeStatus.DAMAGED)),
        seen::toString);
  }

  @Test
  void manyThreadsDecodeAsOneDoes() {
    try (ImageDecoder decoder = ImageDecoder.open(new ImageSize(16, 16))) {
      List<float[]> alone = Arrays.stream(NAMES).map(name -> pixels(decoder, name)).toList();
      IntStream.range(0, 20 * NAMES.length)
          .parallel()
          .forEach(
              i ->
                  assertArrayEquals(
                      alone.get(i % NAMES.length), pixels(decoder, NAMES[i % NAMES.length]), 0f));
    }
  }

  private static float[] pixels(ImageDecoder decoder, String name) {
    float[] pixels = new float[decoder.imageValues()];
    assertTrue(decoder.decode(GOLDENS.resolve(name), pixels, 0).isOk(), name);
    return pixels;
  }

  @Test
  void aBadImageLeavesTheTargetAlone() throws IOException {
    try (ImageDecoder decoder = ImageDecoder.open(new ImageSize(2, 2))) {
      float[] target = new float[12];
      Arrays.fill(target, 7f);
      assertEquals(
          DecodeStatus.NOT_AN_IMAGE, decoder.decode(text("a.png", "text"), target, 0).status());
      assertArrayEquals(new float[] {7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7}, target);
    }
  }

  @Test
  void aClosedDecoderSaysSo() {
    ImageDecoder decoder = ImageDecoder.open(new ImageSize(2, 2));
    decoder.close();
    decoder.close();
    Path image = GOLDENS.resolve("grey.png");
    assertThrows(IllegalStateException.class, () -> decoder.decode(image, new float[12], 0));
  }

  private static byte[] mutated(byte[] whole, Random random) {
    byte[] bytes = whole.clone();
    switch (random.nextInt(3)) {
      case 0 -> bytes = Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length));
      case 1 -> {
        for (int i = 0; i < 1 + random.nextInt(8); i++) {
          bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
      }
      default -> {
        int from = random.nextInt(bytes.length);
        int to = Math.min(bytes.length, from + random.nextInt(64));
        Arrays.fill(bytes, from, to, (byte) random.nextInt(256));
      }
    }
    return bytes;
  }

  private static DecodeStatus decode(Path file) {
    try (ImageDecoder decoder = ImageDecoder.open(new ImageSize(4, 4))) {
      return decoder.decode(file, new float[48], 0).status();
    }
  }

  private Path text(String name, String content) throws IOException {
    return Files.write(folder.resolve(name), content.getBytes(StandardCharsets.UTF_8));
  }

  private static void assertHeader(ImageHeader.Kind kind, int height, int width, String name)
      throws IOException {
    ImageHeader header = ImageHeader.of(Files.readAllBytes(GOLDENS.resolve(name))).orElseThrow();
    assertEquals(kind, header.kind(), name);
    assertEquals(List.of((long) height, (long) width), List.of(header.height(), header.width()));
  }

  private static int indexOf(byte[] bytes, int first, int second) {
    int at = 0;
    while ((bytes[at] & 0xff) != first || (bytes[at + 1] & 0xff) != second) {
      at++;
    }
    return at;
  }
}
