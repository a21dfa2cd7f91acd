package org.kerasgraft.data;

import java.nio.file.Path;

/** The bytes of an image file, or why they could not be had. */
public final class EncodedImage {

  /**
   * Why a file was not read that its header admits: the heap has no room for it. Elsewhere, or
   * later, it may have.
   */
  public static final DecodeResult NO_MEMORY =
      new DecodeResult(DecodeStatus.TOO_LARGE, "more bytes than the memory has room for");

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
        ? failed(new DecodeResult(DecodeStatus.EMPTY, "0 bytes"))
        : new EncodedImage(bytes, DecodeResult.OK);
  }

  /**
   * Reads a file. Never throws for what the file system says; only regular files are opened, so
   * that no pipe is waited for. Of what is no image, too large or of wrong channels only the header
   * is read.
   *
   * @param file its path; a link is followed
   * @param mostPixels the pixels of the largest image that is decoded, 1 or more
   * @return the bytes, or the reason why there are none
   */
  public static EncodedImage read(Path file, long mostPixels) {
    return read(file, mostPixels, () -> {});
  }

  /** Reads a file; what happens between the reading and the check after it is a test's to say. */
  static EncodedImage read(Path file, long mostPixels, Runnable afterReading) {
    Content content = new Content();
    DecodeResult result = new ImageFile(file, mostPixels).read(content, afterReading);
    return result.isOk() ? new EncodedImage(content.bytes, result) : failed(result);
  }

  /** All bytes. */
  private static final class Content implements ImageFile.Sink {

    private byte[] bytes = NOTHING;
    private int length;

    @Override
    public void begin(int all) {
      bytes = new byte[all];
    }

    @Override
    public void take(byte[] piece, int count) {
      System.arraycopy(piece, 0, bytes, length, count);
      length += count;
    }
  }

  /**
   * The hash of a file's content, which is not held.
   *
   * @param file its path; a link is followed
   * @param mostPixels as for {@link #read(Path, long)}
   * @return what {@link #contentHash} gives for the file once it is read
   */
  public static String contentHash(Path file, long mostPixels) {
    Sha256.Bytes hash = new Sha256.Bytes();
    ImageFile.Sink sink =
        new ImageFile.Sink() {
          @Override
          public void begin(int all) {}

          @Override
          public void take(byte[] piece, int count) {
            hash.add(piece, count);
          }
        };
    DecodeResult result = new ImageFile(file, mostPixels).read(sink, () -> {});
    return result.isOk() ? hash.hex() : result.status().code();
  }

  /**
   * A file that is not as an earlier reading of the same job found it.
   *
   * @return no bytes, {@link DecodeStatus#CHANGED}
   */
  public static EncodedImage changed() {
    return failed(new DecodeResult(DecodeStatus.CHANGED, "it changed between two readings"));
  }

  private static EncodedImage failed(DecodeResult result) {
    return new EncodedImage(NOTHING, result);
  }

  /**
   * What stands for the content.
   *
   * @return SHA-256 of the bytes; the code of a file without bytes
   */
  public String contentHash() {
    return result.isOk() ? Sha256.of(bytes) : result.status().code();
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
