package org.kerasgraft.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EncodedImageTest {

  private static final Path IMAGES = Path.of("src/test/resources/golden/images");
  private static final Path IMAGE = IMAGES.resolve("grey.png");

  @TempDir private Path folder;

  /** Something that happens to a file. */
  private interface Event {
    void on(Path file) throws IOException;
  }

  @Test
  void aFileThatStaysAsItIsIsRead() throws IOException {
    EncodedImage image = readWhile(file -> {});
    assertTrue(image.result().isOk());
    assertArrayEquals(Files.readAllBytes(IMAGE), image.bytes());
  }

  @Test
  void aFileThatChangesWhileItIsReadIsNotBelieved() throws IOException {
    assertEquals(
        DecodeStatus.CHANGED, readWhile(f -> Files.write(f, new byte[400])).result().status());
    assertEquals(
        DecodeStatus.CHANGED,
        readWhile(f -> Files.setLastModifiedTime(f, FileTime.fromMillis(1))).result().status());
  }

  @Test
  void aFileThatIsReplacedByOneOfTheSameSizeAndTimeHasChanged() throws IOException {
    EncodedImage image =
        readWhile(
            file -> {
              Path other = Files.copy(IMAGE, folder.resolve("other"));
              Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));
              Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
            });
    assertEquals(DecodeStatus.CHANGED, image.result().status());
    assertEquals(0, image.bytes().length);
  }

  @Test
  void aFileThatGoesAwayWhileItIsReadHasVanished() throws IOException {
    assertEquals(DecodeStatus.VANISHED, readWhile(Files::delete).result().status());
  }

  @Test
  void aLinkToItselfIsUnreadable() throws IOException {
    Path loop = folder.resolve("loop.png");
    Files.createSymbolicLink(loop, loop);
    assertEquals(
        DecodeStatus.UNREADABLE,
        EncodedImage.read(loop, ImageDecoder.MOST_PIXELS).result().status());
  }

  @Test
  void aFileTooBigToHoldIsRefusedBeforeItIsRead() throws IOException {
    Path sparse = sparse(Files.createFile(folder.resolve("sparse.png")), 1L << 32);
    assertEquals(
        new DecodeResult(DecodeStatus.TOO_LARGE, (1L << 32) + 1 + " bytes"),
        EncodedImage.read(sparse, ImageDecoder.MOST_PIXELS).result());
  }

  /** Of 200 MB that no header admits, a few kilobytes are read, by the hash as well. */
  @ParameterizedTest
  @CsvSource({"grey.png, TOO_LARGE", "grey.jpg, TOO_LARGE", "page, NOT_AN_IMAGE"})
  void ofARefusedFileOnlyTheHeaderIsRead(String name, DecodeStatus code) throws IOException {
    Path file = folder.resolve(name);
    if (Files.exists(IMAGES.resolve(name))) {
      Files.copy(IMAGES.resolve(name), file);
    } else {
      Files.writeString(file, "<html>");
    }
    sparse(file, 200 << 20);
    EncodedImage.read(IMAGE, 1); // what is allocated once
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    DecodeResult result = EncodedImage.read(file, ImageDecoder.MOST_PIXELS).result();
    String hash = EncodedImage.contentHash(file, ImageDecoder.MOST_PIXELS);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertEquals(code, result.status());
    assertEquals(code.code(), hash);
    assertTrue(allocated < 256 << 10, () -> allocated + " bytes were allocated");
  }

  @Test
  void aHeaderFarBehindIsFound() throws IOException {
    byte[] jpeg = Files.readAllBytes(IMAGES.resolve("grey.jpg"));
    ByteBuffer far = ByteBuffer.allocate(jpeg.length + 5 * 65_535);
    far.put(jpeg, 0, 2);
    for (int i = 0; i < 5; i++) {
      far.putShort((short) 0xffe2).putShort((short) 65_533).put(new byte[65_531]);
    }
    far.put(jpeg, 2, jpeg.length - 2);
    Path file = Files.write(folder.resolve("far.jpg"), far.array());
    assertArrayEquals(far.array(), EncodedImage.read(file, ImageDecoder.MOST_PIXELS).bytes());
    assertEquals(DecodeStatus.TOO_LARGE, EncodedImage.read(file, 10).result().status());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"grey.png", "animated.gif", "progressive.jpeg", "bitmap.bmp", "none", "."})
  void theHashOfAFileIsThatOfItsContent(String name) {
    for (long most : new long[] {1, 700, ImageDecoder.MOST_PIXELS}) {
      Path file = IMAGES.resolve(name);
      EncodedImage read = EncodedImage.read(file, most);
      assertEquals(read.contentHash(), EncodedImage.contentHash(file, most), name);
      assertEquals(
          read.result().isOk() ? Sha256.of(read.bytes()) : read.result().status().code(),
          read.contentHash());
    }
  }

  @Test
  void anImageThatTheHeapCannotHoldIsTooLarge() {
    ImageFile.Sink full =
        new ImageFile.Sink() {
          @Override
          public void begin(int length) {
            throw new OutOfMemoryError("Java heap space");
          }

          @Override
          public void take(byte[] bytes, int count) {}
        };
    DecodeResult result = new ImageFile(IMAGE, ImageDecoder.MOST_PIXELS).read(full, () -> {});
    assertEquals(EncodedImage.NO_MEMORY, result);
    assertEquals(DecodeStatus.TOO_LARGE, result.status());
  }

  private static Path sparse(Path file, long last) throws IOException {
    try (SeekableByteChannel channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
      channel.position(last).write(ByteBuffer.wrap(new byte[1]));
    }
    return file;
  }

  private EncodedImage readWhile(Event event) throws IOException {
    Path file = Files.copy(IMAGE, folder.resolve("image.png"), StandardCopyOption.REPLACE_EXISTING);
    return EncodedImage.read(
        file,
        ImageDecoder.MOST_PIXELS,
        () -> {
          try {
            event.on(file);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }
}
