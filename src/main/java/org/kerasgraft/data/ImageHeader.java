package org.kerasgraft.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * What an encoded image says of itself before it is decoded: kind and size, read from the header
 * alone.
 *
 * @param kind the format, by content
 * @param height in pixels; 0 if the header is cut off or damaged
 * @param width in pixels; 0 if the header is cut off or damaged
 */
record ImageHeader(Kind kind, long height, long width) {

  /** The formats that are decoded. */
  enum Kind {
    JPEG,
    PNG,
    GIF,
    BMP
  }

  private static final int SIGNATURE = 4;

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
      return Optional.of(jpeg(bytes));
    } else if (start == 0x4749_4638) {
      return Optional.of(gif(bytes));
    } else if (start >>> 16 == 0x424d) {
      return Optional.of(bmp(bytes));
    }
    return Optional.empty();
  }

  /** The number of pixels. */
  long pixels() {
    return height * width;
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

  private static ImageHeader png(ByteBuffer bytes) {
    return bytes.limit() < 24
        ? new ImageHeader(Kind.PNG, 0, 0)
        : new ImageHeader(
            Kind.PNG,
            Integer.toUnsignedLong(bytes.getInt(20)),
            Integer.toUnsignedLong(bytes.getInt(16)));
  }

  private static ImageHeader gif(ByteBuffer bytes) {
    ByteBuffer little = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    return bytes.limit() < 10
        ? new ImageHeader(Kind.GIF, 0, 0)
        : new ImageHeader(
            Kind.GIF,
            Short.toUnsignedLong(little.getShort(8)),
            Short.toUnsignedLong(little.getShort(6)));
  }

  private static ImageHeader bmp(ByteBuffer bytes) {
    ByteBuffer little = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    return bytes.limit() < 26
        ? new ImageHeader(Kind.BMP, 0, 0)
        : new ImageHeader(
            Kind.BMP, Math.abs((long) little.getInt(22)), Math.abs((long) little.getInt(18)));
  }

  /** Walks the segments up to the frame header (any SOF marker). */
  private static ImageHeader jpeg(ByteBuffer bytes) {
    int at = 2;
    while (at + 9 <= bytes.limit()) {
      if ((bytes.get(at) & 0xff) != 0xff) {
        at++;
        continue;
      }
      int marker = bytes.get(at + 1) & 0xff;
      if (marker == 0xff) {
        at++;
      } else if (marker >= 0xc0
          && marker <= 0xcf
          && marker != 0xc4
          && marker != 0xc8
          && marker != 0xcc) {
        return new ImageHeader(
            Kind.JPEG,
            Short.toUnsignedLong(bytes.getShort(at + 5)),
            Short.toUnsignedLong(bytes.getShort(at + 7)));
      } else if (marker == 0x00 || marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
        at += 2;
      } else {
        at += 2 + Short.toUnsignedInt(bytes.getShort(at + 2));
      }
    }
    return new ImageHeader(Kind.JPEG, 0, 0);
  }
}
