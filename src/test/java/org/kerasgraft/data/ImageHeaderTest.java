package org.kerasgraft.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageHeaderTest {

  private static final Path GOLDENS = Path.of("src/test/resources/golden/images");

  /** A decoder goes by the frames, whatever the screen says. */
  @Test
  void aHugeFrameOnASmallGifScreenIsSeen() throws IOException {
    byte[] gif = golden("animated.gif");
    int frame = indexOf(gif, 0x2c, 13);
    ByteBuffer.wrap(gif).order(ByteOrder.LITTLE_ENDIAN).putShort(frame + 5, (short) 60_000);
    ByteBuffer.wrap(gif).order(ByteOrder.LITTLE_ENDIAN).putShort(frame + 7, (short) 60_000);
    assertEquals(3_600_000_000L, header(gif).pixels());
    assertEquals(DecodeStatus.TOO_LARGE, decode(gif).status());
  }

  @Test
  void manyGifFramesCountTogether() {
    ByteBuffer gif = ByteBuffer.allocate(13 + 1000 * 12 + 1).order(ByteOrder.LITTLE_ENDIAN);
    gif.put("GIF89a".getBytes(StandardCharsets.US_ASCII)).putShort((short) 1000);
    gif.putShort((short) 1000).put(new byte[3]);
    for (int i = 0; i < 1000; i++) {
      gif.put((byte) 0x2c).putInt(0).putShort((short) 1000).putShort((short) 1000);
      gif.put((byte) 0).put((byte) 2).put((byte) 0);
    }
    gif.put((byte) 0x3b);
    assertEquals(250_000_000L + 1000 * 96 / 3, header(gif.array()).pixels());
    assertEquals(Set.of(ImageRemark.ANIMATED), header(gif.array()).remarks());
    assertEquals(DecodeStatus.TOO_LARGE, decode(gif.array()).status());
  }

  @Test
  void aPngSizeIsBelievedInItsOwnChunkOnly() throws IOException {
    byte[] png = golden("landscape.png");
    ByteArrayOutputStream other = new ByteArrayOutputStream();
    other.write(png, 0, 8);
    other.write(chunk("teSt", new byte[13]));
    other.write(png, 8, png.length - 8);
    assertEquals(0, header(other.toByteArray()).pixels());
    assertEquals(DecodeStatus.DAMAGED, decode(other.toByteArray()).status());
  }

  @Test
  void pngSidesBeyondAnIntegerAreTooLarge() throws IOException {
    byte[] png = golden("landscape.png");
    ByteBuffer.wrap(png).putInt(16, -1).putInt(20, -1);
    assertEquals(Long.MAX_VALUE, header(png).pixels());
    assertEquals(DecodeStatus.TOO_LARGE, decode(png).status());
  }

  @ParameterizedTest
  @CsvSource({"8", "16", "32"})
  void aBmpOfOtherThan24BitsHasWrongChannels(int bits) throws IOException {
    byte[] bmp = golden("bitmap.bmp");
    bmp[28] = (byte) bits;
    DecodeResult result = decode(bmp);
    assertEquals(DecodeStatus.WRONG_CHANNELS, result.status());
    assertEquals("a BMP of " + bits + " bits a pixel; 24 are decoded", result.detail());
  }

  /** Its sides stand where others have only half of theirs. */
  @Test
  void aBmpOfOs2IsNotTooLarge() throws IOException {
    byte[] bmp = golden("bitmap.bmp");
    bmp[14] = 12;
    ByteBuffer.wrap(bmp).order(ByteOrder.LITTLE_ENDIAN).putInt(18, 0x7fff_7fff).putInt(22, -2);
    DecodeResult result = decode(bmp);
    assertEquals(DecodeStatus.WRONG_CHANNELS, result.status());
    assertEquals("a BMP with the header of OS/2; those of Windows are decoded", result.detail());
  }

  @Test
  void aPngNeedsItsWholeSignature() throws IOException {
    for (int i = 0; i < 8; i++) {
      byte[] png = golden("landscape.png");
      png[i] ^= 1;
      assertEquals(DecodeStatus.NOT_AN_IMAGE, decode(png).status(), "byte " + i);
    }
  }

  /** Bytes behind the end do not hide it, and an end within a segment is none. */
  @ParameterizedTest
  @CsvSource({"landscape.png", "portrait.jpg", "progressive.jpeg", "animated.gif", "bitmap.bmp"})
  void theEndIsFoundWithSomethingBehindIt(String name) throws IOException {
    byte[] whole = golden(name);
    byte[] cut = Arrays.copyOf(whole, whole.length - (name.endsWith("bmp") ? 1 : 13));
    for (int more : new int[] {0, 1, 1000}) {
      assertTrue(header(whole).isComplete(Arrays.copyOf(whole, whole.length + more)), name);
    }
    assertFalse(header(whole).isComplete(cut), name);
  }

  @Test
  void theEndOfAnotherImageInASegmentIsNotThisOnes() throws IOException {
    byte[] jpeg = golden("portrait.jpg");
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.write(jpeg, 0, 2);
    both.write(new byte[] {(byte) 0xff, (byte) 0xe2, 0, 6, (byte) 0xff, (byte) 0xd9, 1, 1});
    both.write(jpeg, 2, jpeg.length / 2);
    assertEquals(DecodeStatus.TRUNCATED, decode(both.toByteArray()).status());
  }

  @Test
  void aBmpThatDoesNotTellItsLengthNeedsItsPixels() throws IOException {
    byte[] bmp = golden("bitmap.bmp");
    ByteBuffer.wrap(bmp).putInt(2, 0);
    assertTrue(header(bmp).isComplete(bmp));
    assertFalse(header(bmp).isComplete(Arrays.copyOf(bmp, bmp.length - 1)));
  }

  @Test
  void aJpegOfTwoComponentsHasWrongChannels() throws IOException {
    byte[] jpeg = golden("grey.jpg");
    jpeg[indexOf(jpeg, 0xc0, 3) + 8] = 2;
    assertEquals(DecodeStatus.WRONG_CHANNELS, decode(jpeg).status());
  }

  @Test
  void eachOrientationButUprightIsARemark() throws IOException {
    byte[] jpeg = golden("turned.jpg");
    int exif = indexOf(jpeg, 'E', 0);
    ByteBuffer tiff = ByteBuffer.wrap(jpeg, exif + 6, 64).slice();
    tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    int value = tiff.getInt(4) + 2 + 8;
    assertEquals(0x0112, tiff.getShort(value - 8), "the only entry is the orientation");
    for (int orientation = 0; orientation <= 9; orientation++) {
      tiff.putShort(value, (short) orientation);
      boolean turned = orientation >= 2 && orientation <= 8;
      assertEquals(
          turned ? Set.of(ImageRemark.EXIF_ROTATED) : Set.of(),
          header(jpeg).remarks(),
          "orientation " + orientation);
    }
  }

  @Test
  void turnedAndAnimatedPngsAreRemarked() throws IOException {
    byte[] png = golden("landscape.png");
    ByteBuffer tiff = ByteBuffer.allocate(26);
    tiff.putInt(0x4d4d_002a).putInt(8).putShort((short) 1);
    tiff.putShort((short) 0x0112).putShort((short) 3).putInt(1).putShort((short) 6);
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.write(png, 0, 33);
    both.write(chunk("acTL", new byte[] {0, 0, 0, 2, 0, 0, 0, 0}));
    both.write(chunk("eXIf", tiff.array()));
    both.write(png, 33, png.length - 33);
    DecodeResult result = decode(both.toByteArray());
    assertEquals(new DecodeResult(DecodeStatus.OK, "exif-rotated animated"), result);
    assertTrue(ImageRemark.ANIMATED.isIn(result.detail()));
    assertTrue(ImageRemark.EXIF_ROTATED.isIn(result.detail()));
  }

  @Test
  void aHeaderCutAnywhereIsReadWithoutHarm() throws IOException {
    for (String name : new String[] {"turned.jpg", "animated.gif", "bitmap.bmp", "alpha.png"}) {
      byte[] whole = golden(name);
      for (int length = 0; length < Math.min(whole.length, 1500); length++) {
        int pixels =
            ImageHeader.of(Arrays.copyOf(whole, length)).map(h -> (int) h.pixels()).orElse(0);
        assertTrue(pixels == 0 || pixels == header(whole).pixels(), name + " cut at " + length);
      }
    }
  }

  static byte[] chunk(String type, byte[] data) {
    CRC32 crc = new CRC32();
    ByteBuffer chunk = ByteBuffer.allocate(12 + data.length).putInt(data.length);
    chunk.put(type.getBytes(StandardCharsets.US_ASCII)).put(data);
    crc.update(chunk.array(), 4, 4 + data.length);
    return chunk.putInt((int) crc.getValue()).array();
  }

  private static ImageHeader header(byte[] bytes) {
    return ImageHeader.of(bytes).orElseThrow();
  }

  private static DecodeResult decode(byte[] bytes) {
    try (ImageDecoder decoder = ImageDecoder.open(new ImageSize(4, 4))) {
      return decoder.decode(EncodedImage.of(bytes), new float[48], 0);
    }
  }

  private static byte[] golden(String name) throws IOException {
    return Files.readAllBytes(GOLDENS.resolve(name));
  }

  private static int indexOf(byte[] bytes, int value, int from) {
    int at = from;
    while ((bytes[at] & 0xff) != value) {
      at++;
    }
    return at;
  }
}
