package org.kerasgraft.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is refused by its header though its sides are small. */
class ImageLimitsTest {

  private static final Path GOLDENS = Path.of("src/test/resources/golden/images");
  private static final byte[] SCAN = {(byte) 0xff, (byte) 0xda, 0, 8, 1, 1, 0, 0, 63, 0};

  /** A progressive JPEG file is held as coefficients of 16 bits, too. */
  @ParameterizedTest
  @CsvSource({
    "c2, 0x11 0x11 0x11, 90000",
    "c2, 0x22 0x11 0x11, 60000",
    "c2, 0x21 0x11 0x11, 70000",
    "c2, 0x11, 50000",
    "c2, 0x11 0x11 0x11 0x11, 110000",
    "c0, 0x11 0x11 0x11, 0",
    "c1, 0x22 0x11 0x11, 0"
  })
  void coefficientsCountAsPixels(String frame, String sampling, long bytes) {
    byte[] jpeg = jpeg(Integer.parseInt(frame, 16), sampling.split(" ", -1), new byte[0]);
    assertEquals(bytes / 3, header(jpeg).cost().pixels(), "of 100x100 pixels, at three bytes each");
  }

  @Test
  void aScanOfSomeComponentsMeansCoefficientsInABaselineFile() {
    String[] three = {"0x11", "0x11", "0x11"};
    byte[] one = jpeg(0xc0, three, SCAN);
    assertEquals(30_000, header(one).cost().pixels());
    byte[] all = SCAN.clone();
    all[4] = 3;
    assertEquals(ImageCost.NONE, header(jpeg(0xc0, three, all)).cost());
  }

  @Test
  void scansAreCountedWhereADecoderFindsThem() {
    String[] grey = {"0x11"};
    byte[] inComment = join(new byte[] {(byte) 0xff, (byte) 0xfe, 0, 12}, SCAN);
    byte[] inScan = {1, 2, (byte) 0xff, 0, (byte) 0xff, (byte) 0xd0, 3, (byte) 0xff, 2, 4};
    byte[] end = {(byte) 0xff, (byte) 0xd9};
    byte[] all = join(inComment, SCAN, inScan, SCAN, inComment, SCAN, end, SCAN);
    assertEquals(3, header(jpeg(0xc2, grey, all)).cost().scans());
  }

  @Test
  void manyScansOfALargeImageAreRefusedBeforeAHundred() {
    String[] grey = {"0x11"};
    byte[] twenty = jpeg(0xc2, grey, repeated(SCAN, 33));
    assertTrue(verdict(twenty, 16_700).isOk(), "33 x 10,000 pixels are 20 x 16,700 at most");
    DecodeResult refused = verdict(jpeg(0xc2, grey, repeated(SCAN, 34)), 16_700);
    assertEquals(
        new DecodeResult(
            DecodeStatus.TOO_LARGE,
            "100x100 pixels in 34 scans; up to 20 of the largest image are decoded"),
        refused);
    assertTrue(verdict(jpeg(0xc2, grey, repeated(SCAN, 100)), 1_000_000).isOk());
    assertEquals(
        "a JPEG of 101 scans; up to 100 are decoded",
        verdict(jpeg(0xc2, grey, repeated(SCAN, 101)), 1_000_000).detail());
  }

  @ParameterizedTest
  @CsvSource({
    "zTXt, 'k..x', true",
    "iCCP, 'k..x', true",
    "iTXt, 'k.!.', true",
    "iTXt, 'k...', false",
    "iTXt, 'without an end of the keyword', true",
    "tEXt, 'k.x', false",
    "teSt, 'k..x', false"
  })
  void compressedTextsAndProfilesAreCounted(String type, String data, boolean counts)
      throws IOException {
    byte[] content = data.replace('.', '\0').getBytes(StandardCharsets.ISO_8859_1);
    byte[] chunk = ImageHeaderTest.chunk(type, content);
    byte[] png = golden("landscape.png");
    int end = png.length - 12;
    byte[] before = join(Arrays.copyOf(png, 33), repeated(chunk, 17), rest(png, 33));
    byte[] behind = join(Arrays.copyOf(png, end), repeated(chunk, 17), rest(png, end));
    byte[] afterAll = join(png, repeated(chunk, 17));
    for (byte[] bytes : new byte[][] {before, behind}) {
      assertEquals(counts ? 17 : 0, header(bytes).cost().packed());
      assertEquals(!counts, verdict(bytes, 1_000_000).isOk());
    }
    assertEquals(0, header(afterAll).cost().packed(), "nobody reads behind the end");
  }

  @Test
  void aTextLongerThanItsFileCounts() throws IOException {
    byte[] chunk = ImageHeaderTest.chunk("zTXt", new byte[100]);
    byte[] png = golden("landscape.png");
    byte[] cut = join(Arrays.copyOf(png, 33), repeated(chunk, 16), Arrays.copyOf(chunk, 40));
    assertEquals(17, header(cut).cost().packed());
    assertEquals(DecodeStatus.TOO_LARGE, verdict(cut, 1_000_000).status());
  }

  /** Each part of an extension costs a decoder 64 bytes, even one of one byte. */
  @Test
  void partsOfGifExtensionsCountAsPixels() throws IOException {
    byte[] gif = golden("animated.gif");
    long before = header(gif).cost().pixels();
    byte[] extension = {0x21, (byte) 0xfe};
    byte[] parts = repeated(new byte[] {1, 7}, 30_000);
    int first = 13 + (3 << ((gif[10] & 7) + 1));
    byte[] many = join(Arrays.copyOf(gif, first), extension, parts, new byte[1], rest(gif, first));
    assertEquals(before + 640_000, header(many).cost().pixels(), 1);
    assertFalse(verdict(many, 640_000).isOk());
    assertTrue(verdict(many, 700_000).isOk());
  }

  @Test
  void aFileIsNoLongerThanItsPixelsNeed() throws IOException {
    ImageHeader png = header(golden("landscape.png"));
    long most = (16L << 20) + 8 * 24 * 40;
    assertTrue(verdict(png, most).isOk());
    assertEquals(
        new DecodeResult(DecodeStatus.TOO_LARGE, most + 1 + " bytes for 24x40 pixels"),
        verdict(png, most + 1));
    ImageHeader gif = header(golden("animated.gif"));
    assertTrue(verdict(gif, most + 1).isOk(), "the other frames of a GIF have room");
    assertFalse(verdict(gif, 65L << 20).isOk());
    ImageHeader none = ImageHeader.cutOff(ImageHeader.Kind.JPEG);
    assertTrue(verdict(none, 16 << 20).isOk());
    assertEquals(
        "16777217 bytes, and no size of an image in the first 16777216",
        verdict(none, (16 << 20) + 1).detail());
  }

  private static DecodeResult verdict(ImageHeader header, long bytes) {
    return ImageLimits.verdict(Optional.of(header), bytes, 1_000_000);
  }

  private static DecodeResult verdict(byte[] image, long mostPixels) {
    return ImageLimits.verdict(ImageHeader.of(image), image.length, mostPixels);
  }

  private static ImageHeader header(byte[] bytes) {
    return ImageHeader.of(bytes).orElseThrow();
  }

  /** A frame of 100 by 100 pixels, and what follows. */
  private static byte[] jpeg(int frame, String[] sampling, byte[] rest) {
    ByteBuffer jpeg = ByteBuffer.allocate(12 + 3 * sampling.length + rest.length);
    jpeg.putShort((short) 0xffd8).put((byte) 0xff).put((byte) frame);
    jpeg.putShort((short) (8 + 3 * sampling.length)).put((byte) 8);
    jpeg.putShort((short) 100).putShort((short) 100).put((byte) sampling.length);
    for (int i = 0; i < sampling.length; i++) {
      jpeg.put((byte) (i + 1)).put(Byte.decode(sampling[i])).put((byte) 0);
    }
    return jpeg.put(rest).array();
  }

  private static byte[] repeated(byte[] bytes, int times) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 0; i < times; i++) {
      all.writeBytes(bytes);
    }
    return all.toByteArray();
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static byte[] rest(byte[] bytes, int from) {
    return Arrays.copyOfRange(bytes, from, bytes.length);
  }

  private static byte[] golden(String name) throws IOException {
    return Files.readAllBytes(GOLDENS.resolve(name));
  }
}
