package org.kerasgraft.data;

import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Set;

/**
 * Walks the chunks of a PNG file: length, type, data, checksum. The size stands in the chunk IHDR,
 * which comes first; elsewhere it is not believed. Compressed texts and profiles are counted, since
 * a decoder unpacks each, before and behind the pixels.
 */
final class PngHeader {

  private static final long SIGNATURE = 0x8950_4e47_0d0a_1a0aL;
  private static final int FIRST_CHUNK = 8;
  private static final int CHUNK = 12;
  private static final int SIZES = 24;

  /** The longest keyword of a text, with the byte that ends it. */
  private static final int KEYWORD = 80;

  private static final int IHDR = 0x4948_4452;
  private static final int IEND = 0x4945_4e44;
  private static final int ACTL = 0x6163_544c;
  private static final int EXIF = 0x6558_4966;
  private static final int ZTXT = 0x7a54_5874;
  private static final int ITXT = 0x6954_5874;
  private static final int ICCP = 0x6943_4350;

  private final ByteBuffer bytes;
  private final Set<ImageRemark> remarks = EnumSet.noneOf(ImageRemark.class);
  private int packed;
  private boolean ended;

  private PngHeader(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  static boolean isOne(ByteBuffer bytes) {
    return bytes.limit() >= FIRST_CHUNK && bytes.getLong(0) == SIGNATURE;
  }

  static ImageHeader read(ByteBuffer bytes) {
    if (bytes.limit() < SIZES || bytes.getInt(FIRST_CHUNK + 4) != IHDR) {
      return ImageHeader.cutOff(ImageHeader.Kind.PNG);
    }
    PngHeader header = new PngHeader(bytes);
    header.walk();
    return new ImageHeader(
        ImageHeader.Kind.PNG,
        Integer.toUnsignedLong(bytes.getInt(20)),
        Integer.toUnsignedLong(bytes.getInt(16)),
        ImageCost.ofPacked(header.packed),
        "",
        header.remarks);
  }

  /** Whether the last chunk is there. */
  static boolean ends(ByteBuffer bytes) {
    PngHeader header = new PngHeader(bytes);
    header.walk();
    return header.ended;
  }

  private void walk() {
    long at = FIRST_CHUNK;
    while (at + CHUNK <= bytes.limit() && !ended) {
      int place = (int) at;
      long length = Integer.toUnsignedLong(bytes.getInt(place));
      int type = bytes.getInt(place + 4);
      packed += isPacked(type, place + FIRST_CHUNK, length) ? 1 : 0;
      if (at + CHUNK + length > bytes.limit()) {
        break;
      }
      look(type, place + FIRST_CHUNK, (int) length);
      at += CHUNK + length;
    }
  }

  /** Whether a decoder unpacks a chunk, even one that is longer than the file. */
  private boolean isPacked(int type, int data, long length) {
    if (type != ITXT) {
      return type == ZTXT || type == ICCP;
    }
    long end = Math.min(data + Math.min(length, KEYWORD), bytes.limit() - 1L);
    int at = data;
    while (at < end && bytes.get(at) != 0) {
      at++;
    }
    return at >= end || bytes.get(at + 1) != 0;
  }

  private void look(int type, int data, int length) {
    if (type == ACTL && length >= 8 && bytes.getInt(data) > 1) {
      remarks.add(ImageRemark.ANIMATED);
    } else if (type == EXIF && Exif.isRotated(bytes.slice(data, length))) {
      remarks.add(ImageRemark.EXIF_ROTATED);
    } else if (type == IEND) {
      ended = true;
    }
  }
}
