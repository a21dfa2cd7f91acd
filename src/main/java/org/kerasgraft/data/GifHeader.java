package org.kerasgraft.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;

/**
 * Walks the blocks of a GIF file. Its size is that of the largest frame or of the screen, whichever
 * is more: decoders go by either, and a small screen may hold a huge frame.
 */
final class GifHeader {

  private static final int IMAGE = 0x2c;
  private static final int EXTENSION = 0x21;
  private static final int SCREEN = 13;
  private static final int DESCRIPTOR = 10;

  private final ByteBuffer bytes;
  private long height;
  private long width;
  private long pixels;
  private int frames;

  private GifHeader(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  static ImageHeader read(ByteBuffer big) {
    ByteBuffer bytes = big.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.limit() < SCREEN) {
      return ImageHeader.cutOff(ImageHeader.Kind.GIF);
    }
    GifHeader header = new GifHeader(bytes);
    header.grow(6);
    header.walk(SCREEN + colours(bytes.get(10)));
    return new ImageHeader(
        ImageHeader.Kind.GIF,
        header.height,
        header.width,
        header.pixels,
        "",
        header.frames > 1 ? Set.of(ImageRemark.ANIMATED) : Set.of());
  }

  private void walk(int first) {
    int at = first;
    while (at + DESCRIPTOR < bytes.limit()) {
      switch (bytes.get(at) & 0xff) {
        case IMAGE -> {
          grow(at + 5);
          pixels += pixels(at + 5);
          frames++;
          at = skip(at + DESCRIPTOR + colours(bytes.get(at + 9)) + 1);
        }
        case EXTENSION -> at = skip(at + 2);
        default -> {
          return;
        }
      }
    }
  }

  /** Takes in a width and the height after it. */
  private void grow(int at) {
    width = Math.max(width, Short.toUnsignedLong(bytes.getShort(at)));
    height = Math.max(height, Short.toUnsignedLong(bytes.getShort(at + 2)));
  }

  private long pixels(int at) {
    return Short.toUnsignedLong(bytes.getShort(at)) * Short.toUnsignedLong(bytes.getShort(at + 2));
  }

  /** The bytes of a colour table, by the flags that tell of it. */
  private static int colours(byte flags) {
    return (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
  }

  /** Passes sub-blocks, up to and with the empty one. */
  private int skip(int first) {
    int at = first;
    while (at < bytes.limit()) {
      int size = bytes.get(at) & 0xff;
      at += 1 + size;
      if (size == 0) {
        break;
      }
    }
    return at;
  }
}
