package org.kerasgraft.data;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What an encoded image says of itself before it is decoded: kind, size, channels, and what else
 * decoding will take, read from its headers alone. Nothing is unpacked, so that it takes neither
 * time nor memory to see that an image is too large. Of the beginning of a file it says what can be
 * known of that: never more pixels and never a greater cost than of the whole file.
 *
 * @param kind the format, by content
 * @param height in pixels; 0 if the header is cut off or damaged
 * @param width in pixels; 0 if the header is cut off or damaged
 * @param cost what decoding takes beside its pixels
 * @param wrongChannels why its channels cannot be decoded to RGB; empty if they can
 * @param remarks what a reader may want to know of it
 */
record ImageHeader(
    Kind kind,
    long height,
    long width,
    ImageCost cost,
    String wrongChannels,
    Set<ImageRemark> remarks) {

  /** The formats that are decoded. */
  enum Kind {
    JPEG,
    PNG,
    GIF,
    BMP
  }

  private static final int SIGNATURE = 4;

  /** Copies. */
  ImageHeader {
    Objects.requireNonNull(kind);
    Objects.requireNonNull(cost);
    Objects.requireNonNull(wrongChannels);
    remarks = Set.copyOf(remarks);
  }

  /** A header of which no more is known. */
  static ImageHeader cutOff(Kind kind) {
    return new ImageHeader(kind, 0, 0, ImageCost.NONE, "", Set.of());
  }

  /** A header of something that is not decoded. */
  static ImageHeader wrong(Kind kind, String wrongChannels) {
    return new ImageHeader(kind, 0, 0, ImageCost.NONE, wrongChannels, Set.of());
  }

  /** Reads the header; empty if the content is none of the formats. */
  static Optional<ImageHeader> of(byte[] encoded) {
    if (encoded.length < SIGNATURE) {
      return Optional.empty();
    }
    ByteBuffer bytes = ByteBuffer.wrap(encoded);
    int start = bytes.getInt(0);
    if (PngHeader.isOne(bytes)) {
      return Optional.of(PngHeader.read(bytes));
    } else if (start >>> 8 == 0xff_d8ff) {
      return Optional.of(JpegHeader.read(bytes));
    } else if (start == 0x4749_4638) {
      return Optional.of(GifHeader.read(bytes));
    } else if (start >>> 16 == 0x424d) {
      return Optional.of(BmpHeader.read(bytes));
    }
    return Optional.empty();
  }

  /** Whether more bytes of the file may tell its size: a JPEG file may have it far behind. */
  boolean mayFollow() {
    return kind == Kind.JPEG && height == 0 && width == 0 && wrongChannels.isEmpty();
  }

  /** Height × width; more than any limit if a side is no {@code int}. */
  long ownPixels() {
    return height > Integer.MAX_VALUE || width > Integer.MAX_VALUE
        ? Long.MAX_VALUE
        : height * width;
  }

  /** The number of pixels that decoding has to hold, at three bytes each. */
  long pixels() {
    return Math.max(ownPixels(), cost.pixels());
  }

  /** Whether the content ends as its format wants it, even if something lies behind. */
  boolean isComplete(byte[] encoded) {
    ByteBuffer bytes = ByteBuffer.wrap(encoded);
    return switch (kind) {
      case JPEG -> endsWith(encoded, 0xff, 0xd9) || JpegHeader.ends(bytes);
      case PNG ->
          endsWith(encoded, 'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82) || PngHeader.ends(bytes);
      case GIF -> GifHeader.ends(bytes);
      case BMP -> BmpHeader.ends(bytes);
    };
  }

  private static boolean endsWith(byte[] encoded, int... end) {
    byte[] last = new byte[end.length];
    for (int i = 0; i < end.length; i++) {
      last[i] = (byte) end[i];
    }
    int from = encoded.length - end.length;
    return from >= 0 && Arrays.equals(encoded, from, encoded.length, last, 0, last.length);
  }
}
