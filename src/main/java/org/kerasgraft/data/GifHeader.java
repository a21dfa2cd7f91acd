package org.kerasgraft.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;

/**
 * Walks the blocks of a GIF file. Its size is that of the largest frame or of the screen, whichever
 * is more: decoders go by either, and a small screen may hold a huge frame.
 *
 * <p>All frames are unpacked before the first is taken, at a byte a pixel against three of the
 * image: four of them count as one more. What a decoder keeps of each frame and of each part of an
 * extension, however short, is counted as bytes.
 */
final class GifHeader {

  private static final int IMAGE = 0x2c;
  private static final int EXTENSION = 0x21;
  private static final int TRAILER = 0x3b;
  private static final int SCREEN = 13;
  private static final int DESCRIPTOR = 10;

  /** The bytes that are kept of a frame and of a part of an extension, beside their content. */
  private static final int FRAME_BYTES = 96;

  private static final int PART_BYTES = 64;
  private static final int BYTES_A_PIXEL = 3;

  private final ByteBuffer bytes;
  private long height;
  private long width;
  private long pixels;
  private int frames;
  private long parts;
  private boolean ended;

  private GifHeader(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  static ImageHeader read(ByteBuffer big) {
    if (big.limit() < SCREEN) {
      return ImageHeader.cutOff(ImageHeader.Kind.GIF);
    }
    GifHeader header = walked(big);
    return new ImageHeader(
        ImageHeader.Kind.GIF,
        header.height,
        header.width,
        ImageCost.ofMemory(header.held(), "all frames and extensions"),
        "",
        header.frames > 1 ? Set.of(ImageRemark.ANIMATED) : Set.of());
  }

  /** Whether the block that ends it is there. */
  static boolean ends(ByteBuffer big) {
    return big.limit() >= SCREEN && walked(big).ended;
  }

  private static GifHeader walked(ByteBuffer big) {
    ByteBuffer bytes = big.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    GifHeader header = new GifHeader(bytes);
    header.grow(6);
    header.walk(SCREEN + colours(bytes.get(10)));
    return header;
  }

  private long held() {
    return pixels / 4 + ((long) frames * FRAME_BYTES + parts * PART_BYTES) / BYTES_A_PIXEL;
  }

  private void walk(int first) {
    int at = first;
    while (at < bytes.limit()) {
      switch (bytes.get(at) & 0xff) {
        case IMAGE -> {
          if (at + DESCRIPTOR >= bytes.limit()) {
            return;
          }
          grow(at + 5);
          pixels += pixels(at + 5);
          frames++;
          at = skip(at + DESCRIPTOR + colours(bytes.get(at + 9)) + 1, false);
        }
        case EXTENSION -> at = skip(at + 2, true);
        case TRAILER -> {
          ended = true;
          return;
        }
        default -> { // spoilt within, so its last byte must do
          ended = (bytes.get(bytes.limit() - 1) & 0xff) == TRAILER;
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
  private int skip(int first, boolean kept) {
    int at = first;
    while (at < bytes.limit()) {
      int size = bytes.get(at) & 0xff;
      at += 1 + size;
      if (size == 0) {
        break;
      }
      parts += kept ? 1 : 0;
    }
    return at;
  }
}
