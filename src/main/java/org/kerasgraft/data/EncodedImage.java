package org.kerasgraft.data;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

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
   * Reads a file. Never throws for what the file system says.
   *
   * @param file its path; a link is followed
   * @return the bytes, or the reason why there are none
   */
  public static EncodedImage read(Path file) {
    try {
      if (!Files.exists(file)) {
        return failed(DecodeStatus.VANISHED, "no such file");
      }
      if (!Files.isRegularFile(file)) {
        return failed(DecodeStatus.UNREADABLE, "no regular file");
      }
      try (InputStream stream = Files.newInputStream(file)) {
        byte[] bytes = stream.readNBytes(MOST_BYTES + 1);
        return bytes.length > MOST_BYTES
            ? failed(DecodeStatus.TOO_LARGE, "more than " + MOST_BYTES + " bytes")
            : of(bytes);
      }
    } catch (NoSuchFileException | FileNotFoundException e) {
      return failed(DecodeStatus.VANISHED, "no such file");
    } catch (IOException | SecurityException e) {
      return failed(DecodeStatus.UNREADABLE, e.getClass().getSimpleName());
    }
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
