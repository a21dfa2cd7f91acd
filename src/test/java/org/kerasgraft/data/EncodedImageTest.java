package org.kerasgraft.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncodedImageTest {

  @TempDir private Path folder;

  /** Something that happens to a file. */
  private interface Event {
    void on(Path file) throws IOException;
  }

  @Test
  void aFileThatStaysAsItIsIsRead() throws IOException {
    EncodedImage image = readWhile(file -> {});
    assertTrue(image.result().isOk());
    assertArrayEquals(new byte[] {1, 2, 3}, image.bytes());
  }

  @Test
  void aFileThatChangesWhileItIsReadIsNotBelieved() throws IOException {
    assertEquals(
        DecodeStatus.CHANGED, readWhile(f -> Files.write(f, new byte[4])).result().status());
    assertEquals(
        DecodeStatus.CHANGED,
        readWhile(f -> Files.setLastModifiedTime(f, FileTime.fromMillis(1))).result().status());
  }

  @Test
  void aFileThatIsReplacedByOneOfTheSameSizeAndTimeHasChanged() throws IOException {
    EncodedImage image =
        readWhile(
            file -> {
              Path other = Files.write(folder.resolve("other"), new byte[] {9, 9, 9});
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
    assertEquals(DecodeStatus.UNREADABLE, EncodedImage.read(loop).result().status());
  }

  @Test
  void aFileTooBigToHoldIsRefusedBeforeItIsRead() throws IOException {
    Path sparse = folder.resolve("sparse.png");
    try (SeekableByteChannel channel =
        Files.newByteChannel(Files.createFile(sparse), StandardOpenOption.WRITE)) {
      channel.position(1L << 32).write(ByteBuffer.wrap(new byte[1]));
    }
    assertEquals(
        new DecodeResult(DecodeStatus.TOO_LARGE, (1L << 32) + 1 + " bytes"),
        EncodedImage.read(sparse).result());
  }

  private EncodedImage readWhile(Event event) throws IOException {
    Path file = Files.write(folder.resolve("image.png"), new byte[] {1, 2, 3});
    return EncodedImage.read(
        file,
        () -> {
          try {
            event.on(file);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }
}
