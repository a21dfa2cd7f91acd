package org.kerasgraft.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads the orientation out of EXIF data, which are laid out as in a TIFF file. */
final class Exif {

  private static final int ORIENTATION = 0x0112;
  private static final int UPRIGHT = 1;
  private static final int MOST = 8;
  private static final int ENTRY = 12;

  private Exif() {}

  /**
   * Whether the data ask for turning or mirroring.
   *
   * @param tiff begins with the byte order, {@code II} or {@code MM}
   * @return false if they do not, or cannot be read
   */
  static boolean isRotated(ByteBuffer tiff) {
    if (tiff.limit() < 8) {
      return false;
    }
    short order = tiff.order(ByteOrder.BIG_ENDIAN).getShort(0);
    if (order != 0x4949 && order != 0x4d4d) {
      return false;
    }
    tiff.order(order == 0x4949 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    long at = Integer.toUnsignedLong(tiff.getInt(4));
    if (at + 2 > tiff.limit()) {
      return false;
    }
    int entries = Short.toUnsignedInt(tiff.getShort((int) at));
    at += 2;
    for (int i = 0; i < entries && at + ENTRY <= tiff.limit(); i++, at += ENTRY) {
      if (Short.toUnsignedInt(tiff.getShort((int) at)) == ORIENTATION) {
        int value = Short.toUnsignedInt(tiff.getShort((int) at + 8));
        return value > UPRIGHT && value <= MOST;
      }
    }
    return false;
  }
}
