package org.kerasgraft.data;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/** The bytes of an image file, or why they could not be had. */
public final class EncodedImage {

  private static final int MOST_BYTES = 1 << 28;
  private static final byte[] NOTHING = {};

  private final byte[] bytes;
  private final DecodeResult result;

  private EncodedImage(byte[] bytes, DecodeResult result) {
    this.bytes = bytes;
    this.result = result;
  }

  /**
   * Takes bytes that are in memory already.
   *
   * @param bytes an encoded image; kept, not copied
   * @return the image
   */
  public static EncodedImage of(byte[] bytes) {
    return bytes.length == 0
        ? failed(DecodeStatus.EMPTY, "0 bytes")
        : new EncodedImage(bytes, DecodeResult.OK);
  }

  /**
   * Reads a file. Never throws for what the file system says; only regular files are opened, so
   * that no pipe is waited for.
   *
   * @param file its path; a link is followed
   * @return the bytes, or the reason why there are none
   */
  public static EncodedImage read(Path file) {
    return read(file, () -> {});
  }

  /** Reads a file; what happens between the reading and the check after it is a test's to say. */
  static EncodedImage read(Path file, Runnable afterReading) {
    try {
      BasicFileAttributes before = Files.readAttributes(file, BasicFileAttributes.class);
      if (before.isDirectory()) {
        return failed(DecodeStatus.UNREADABLE, "a folder that is not listed");
      }
      if (!before.isRegularFile()) {
        return failed(DecodeStatus.UNREADABLE, "no regular file");
      }
      if (before.size() > MOST_BYTES) {
        return failed(DecodeStatus.TOO_LARGE, before.size() + " bytes");
      }
      byte[] bytes = new byte[(int) before.size()];
      boolean whole;
      try (InputStream stream = Files.newInputStream(file)) {
        whole = stream.readNBytes(bytes, 0, bytes.length) == bytes.length && stream.read() < 0;
      }
      afterReading.run();
      BasicFileAttributes after = Files.readAttributes(file, BasicFileAttributes.class);
      return whole && isSame(before, after)
          ? of(bytes)
          : failed(DecodeStatus.CHANGED, "it changed while it was read");
    } catch (NoSuchFileException | FileNotFoundException e) {
      return failed(DecodeStatus.VANISHED, "no such file");
    } catch (AccessDeniedException | SecurityException e) {
      return failed(DecodeStatus.UNREADABLE, "no permission");
    } catch (FileSystemException e) {
      return failed(
          DecodeStatus.UNREADABLE, Objects.requireNonNullElse(e.getReason(), "no reason"));
    } catch (IOException e) {
      return failed(
          DecodeStatus.UNREADABLE,
          Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName()));
    }
  }

  private static boolean isSame(BasicFileAttributes before, BasicFileAttributes after) {
    return before.size() == after.size()
        && before.lastModifiedTime().equals(after.lastModifiedTime())
        && Objects.equals(before.fileKey(), after.fileKey());
  }

  /**
   * A file that is not as an earlier reading of the same job found it.
   *
   * @return no bytes, {@link DecodeStatus#CHANGED}
   */
  public static EncodedImage changed() {
    return failed(DecodeStatus.CHANGED, "it changed between two readings");
  }

  private static EncodedImage failed(DecodeStatus status, String detail) {
    return new EncodedImage(NOTHING, new DecodeResult(status, detail));
  }

  /**
   * The bytes.
   *
   * @return borrowed, not to be changed; empty if reading failed
   */
  public byte[] bytes() {
    return bytes;
  }

  /**
   * How reading went.
   *
   * @return {@link DecodeStatus#OK} if the bytes are there
   */
  public DecodeResult result() {
    return result;
  }
}
