package org.kerasgraft.data;

import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Set;

/** Walks the segments of a JPEG file up to its frame header. */
final class JpegHeader {

  private static final int APP1 = 0xe1;
  private static final int EXIF = 0x4578_6966;

  /** From a segment's marker to the TIFF data in an EXIF segment. */
  private static final int EXIF_DATA = 10;

  private JpegHeader() {}

  static ImageHeader read(ByteBuffer bytes) {
    Set<ImageRemark> remarks = EnumSet.noneOf(ImageRemark.class);
    int at = 2;
    while (at + 10 <= bytes.limit()) {
      if ((bytes.get(at) & 0xff) != 0xff) {
        at++;
        continue;
      }
      int marker = bytes.get(at + 1) & 0xff;
      if (marker == 0xff) {
        at++;
      } else if (isFrame(marker)) {
        return frame(bytes, at, remarks);
      } else if (marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
        at += 2;
      } else {
        int length = Short.toUnsignedInt(bytes.getShort(at + 2));
        if (marker == APP1 && isRotated(bytes, at, length)) {
          remarks.add(ImageRemark.EXIF_ROTATED);
        }
        at += 2 + length;
      }
    }
    return ImageHeader.cutOff(ImageHeader.Kind.JPEG);
  }

  /** Any SOF marker; DHT, JPG and DAC lie between them. */
  private static boolean isFrame(int marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
  }

  private static ImageHeader frame(ByteBuffer bytes, int at, Set<ImageRemark> remarks) {
    int components = bytes.get(at + 9) & 0xff;
    boolean known = components == 1 || components == 3 || components == 4;
    return new ImageHeader(
        ImageHeader.Kind.JPEG,
        Short.toUnsignedLong(bytes.getShort(at + 5)),
        Short.toUnsignedLong(bytes.getShort(at + 7)),
        0,
        known ? "" : "a JPEG of " + components + " components; 1, 3 or 4 are decoded",
        remarks);
  }

  private static boolean isRotated(ByteBuffer bytes, int at, int length) {
    int size = Math.min(length + 2, bytes.limit() - at) - EXIF_DATA;
    return size > 0
        && bytes.getInt(at + 4) == EXIF
        && Exif.isRotated(bytes.slice(at + EXIF_DATA, size));
  }
}
