package org.kerasgraft.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * What an encoded image says of itself before it is decoded: kind, size and channels, read from its
 * headers alone. Nothing is unpacked, so that it takes neither time nor memory to see that an image
 * is too large.
 *
 * @param kind the format, by content
 * @param height in pixels; 0 if the header is cut off or damaged
 * @param width in pixels; 0 if the header is cut off or damaged
 * @param frames the pixels of all frames together; 0 for formats of one frame
 * @param wrongChannels why its channels cannot be decoded to RGB; empty if they can
 * @param remarks what a reader may want to know of it
 */
record ImageHeader(
    Kind kind,
    long height,
    long width,
    long frames,
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
  private static final int BMP_BITS = 24;

  /** Copies. */
  ImageHeader {
    remarks = Set.copyOf(remarks);
  }

  /** A header of which no more is known. */
  static ImageHeader cutOff(Kind kind) {
    return new ImageHeader(kind, 0, 0, 0, "", Set.of());
  }

  /** Reads the header; empty if the content is none of the formats. */
  static Optional<ImageHeader> of(byte[] encoded) {
    if (encoded.length < SIGNATURE) {
      return Optional.empty();
    }
    ByteBuffer bytes = ByteBuffer.wrap(encoded);
    int start = bytes.getInt(0);
    if (start == 0x8950_4e47) {
      return Optional.of(png(bytes));
    } else if (start >>> 8 == 0xff_d8ff) {
      return Optional.of(JpegHeader.read(bytes));
    } else if (start == 0x4749_4638) {
      return Optional.of(GifHeader.read(bytes));
    } else if (start >>> 16 == 0x424d) {
      return Optional.of(bmp(bytes));
    }
    return Optional.empty();
  }

  /**
   * The number of pixels that decoding has to hold. All frames are unpacked before the first is
   * taken, at a byte a pixel against three of the image: four of them count as one more.
   */
  long pixels() {
    return height > Integer.MAX_VALUE || width > Integer.MAX_VALUE
        ? Long.MAX_VALUE
        : Math.max(height * width, frames / 4);
  }

  /** Whether the content ends as its format wants it. */
  boolean isComplete(byte[] encoded) {
    return switch (kind) {
      case JPEG -> endsWith(encoded, 0xff, 0xd9);
      case PNG -> endsWith(encoded, 'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82);
      case GIF -> endsWith(encoded, 0x3b);
      case BMP ->
          encoded.length >= 6
              && Integer.toUnsignedLong(
                      ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN).getInt(2))
                  <= encoded.length;
    };
  }

  private static boolean endsWith(byte[] encoded, int... end) {
    for (int i = 0; i < end.length; i++) {
      int at = encoded.length - end.length + i;
      if (at < 0 || (encoded[at] & 0xff) != end[i]) {
        return false;
      }
    }
    return true;
  }

  /** The size stands in the chunk IHDR, which comes first; elsewhere it is not believed. */
  private static ImageHeader png(ByteBuffer bytes) {
    if (bytes.limit() < 24 || bytes.getInt(12) != 0x4948_4452) {
      return cutOff(Kind.PNG);
    }
    return new ImageHeader(
        Kind.PNG,
        Integer.toUnsignedLong(bytes.getInt(20)),
        Integer.toUnsignedLong(bytes.getInt(16)),
        0,
        "",
        pngRemarks(bytes));
  }

  /** Walks the chunks: length, type, data, checksum. */
  private static Set<ImageRemark> pngRemarks(ByteBuffer bytes) {
    Set<ImageRemark> remarks = EnumSet.noneOf(ImageRemark.class);
    long at = 8;
    while (at + 12 <= bytes.limit()) {
      int place = (int) at;
      long length = Integer.toUnsignedLong(bytes.getInt(place));
      int type = bytes.getInt(place + 4);
      if (at + 12 + length > bytes.limit()) {
        break;
      }
      if (type == 0x6163_544c && length >= 8 && bytes.getInt(place + 8) > 1) { // acTL
        remarks.add(ImageRemark.ANIMATED);
      } else if (type == 0x6558_4966 // eXIf
          && Exif.isRotated(bytes.slice(place + 8, (int) length))) {
        remarks.add(ImageRemark.EXIF_ROTATED);
      }
      at += 12 + length;
    }
    return remarks;
  }

  private static ImageHeader bmp(ByteBuffer bytes) {
    ByteBuffer little = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.limit() < 30) {
      return cutOff(Kind.BMP);
    }
    int bits = Short.toUnsignedInt(little.getShort(28));
    return new ImageHeader(
        Kind.BMP,
        Math.abs((long) little.getInt(22)),
        Math.abs((long) little.getInt(18)),
        0,
        bits == BMP_BITS ? "" : "a BMP of " + bits + " bits a pixel; 24 are decoded",
        Set.of());
  }
}
