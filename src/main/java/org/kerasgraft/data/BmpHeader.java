package org.kerasgraft.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;

/** Reads the two headers at the beginning of a BMP file. */
final class BmpHeader {

  private static final int BOTH = 30;
  private static final int DECODED_BITS = 24;

  /** The header of OS/2 has sides of 16 bits where others have the first half of theirs. */
  private static final int OS2_HEADER = 12;

  private BmpHeader() {}

  static ImageHeader read(ByteBuffer big) {
    ByteBuffer bytes = big.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.limit() < BOTH) {
      return ImageHeader.cutOff(ImageHeader.Kind.BMP);
    }
    if (bytes.getInt(14) == OS2_HEADER) {
      return ImageHeader.wrong(
          ImageHeader.Kind.BMP, "a BMP with the header of OS/2; those of Windows are decoded");
    }
    int bits = Short.toUnsignedInt(bytes.getShort(28));
    return new ImageHeader(
        ImageHeader.Kind.BMP,
        Math.abs((long) bytes.getInt(22)),
        Math.abs((long) bytes.getInt(18)),
        ImageCost.NONE,
        bits == DECODED_BITS ? "" : "a BMP of " + bits + " bits a pixel; 24 are decoded",
        Set.of());
  }

  /** Whether it is as long as it says, or where it does not say, as its pixels need. */
  static boolean ends(ByteBuffer big) {
    ByteBuffer bytes = big.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.limit() < BOTH) {
      return false;
    }
    long length = Integer.toUnsignedLong(bytes.getInt(2));
    if (length > 0) {
      return length <= bytes.limit();
    }
    double row = Math.ceil(3.0 * Math.abs((long) bytes.getInt(18)) / 4) * 4;
    double pixels = row * Math.abs((long) bytes.getInt(22));
    return Integer.toUnsignedLong(bytes.getInt(10)) + pixels <= bytes.limit();
  }
}
