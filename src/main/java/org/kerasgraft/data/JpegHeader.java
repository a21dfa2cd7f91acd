package org.kerasgraft.data;

import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Set;

/**
 * Walks the segments of a JPEG file up to its frame header, and on where it is decoded in several
 * scans: then each scan goes over all pixels, and their coefficients are held meanwhile, two bytes
 * for each component of a pixel.
 */
final class JpegHeader {

  private static final int END = 0xd9;
  private static final int SCAN = 0xda;
  private static final int APP1 = 0xe1;
  private static final int EXIF = 0x4578_6966;

  /** From a segment's marker to the TIFF data in an EXIF segment. */
  private static final int EXIF_DATA = 10;

  /** From the frame's marker to its first component, of three bytes. */
  private static final int FRAME = 10;

  private final ByteBuffer bytes;
  private final Set<ImageRemark> remarks = EnumSet.noneOf(ImageRemark.class);
  private int frame;
  private boolean several;
  private int scans;
  private boolean ended;

  private JpegHeader(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  static ImageHeader read(ByteBuffer bytes) {
    JpegHeader header = new JpegHeader(bytes);
    header.walk(false);
    return header.frame == 0 ? ImageHeader.cutOff(ImageHeader.Kind.JPEG) : header.result();
  }

  /** Whether the marker that ends it is there. */
  static boolean ends(ByteBuffer bytes) {
    JpegHeader header = new JpegHeader(bytes);
    header.walk(true);
    return header.ended;
  }

  /** Passes what is no marker, as decoders do: so it passes the content of scans, too. */
  private void walk(boolean toTheEnd) {
    int at = 2;
    while (at + 2 <= bytes.limit() && !ended) {
      if ((bytes.get(at) & 0xff) != 0xff) {
        at++;
        continue;
      }
      int marker = bytes.get(at + 1) & 0xff;
      if (marker == 0xff) {
        at++;
      } else if (marker == END) {
        ended = true;
      } else if (marker < 0xc0 || (marker >= 0xd0 && marker <= 0xd8)) {
        at += 2;
      } else {
        if (at + 4 > bytes.limit() || !take(marker, at)) {
          return;
        }
        if (marker == SCAN && !several && !toTheEnd) {
          return;
        }
        at += 2 + Short.toUnsignedInt(bytes.getShort(at + 2));
      }
    }
  }

  /** Takes in a segment; false if it is cut off, and with it the header. */
  private boolean take(int marker, int at) {
    int length = Short.toUnsignedInt(bytes.getShort(at + 2));
    if (isFrame(marker) && frame == 0) {
      if (at + FRAME > bytes.limit() || at + FRAME + 3 * components(at) > bytes.limit()) {
        return false;
      }
      frame = at;
      several = (marker & 3) == 2;
    } else if (marker == SCAN && frame > 0) {
      if (at + 5 > bytes.limit()) {
        return false;
      }
      several |= scans == 0 && (bytes.get(at + 4) & 0xff) < components(frame);
      scans++;
    } else if (marker == APP1 && frame == 0 && isRotated(at, length)) {
      remarks.add(ImageRemark.EXIF_ROTATED);
    }
    return true;
  }

  /** Any SOF marker; DHT, JPG and DAC lie between them. */
  private static boolean isFrame(int marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
  }

  private int components(int at) {
    return bytes.get(at + 9) & 0xff;
  }

  private ImageHeader result() {
    int components = components(frame);
    boolean known = components == 1 || components == 3 || components == 4;
    long height = Short.toUnsignedLong(bytes.getShort(frame + 5));
    long width = Short.toUnsignedLong(bytes.getShort(frame + 7));
    return new ImageHeader(
        ImageHeader.Kind.JPEG,
        height,
        width,
        several && known ? inScans(height * width) : ImageCost.NONE,
        known ? "" : "a JPEG of " + components + " components; 1, 3 or 4 are decoded",
        remarks);
  }

  private ImageCost inScans(long pixels) {
    int samples = 0;
    int most = 1;
    int wide = 1;
    int high = 1;
    for (int i = 0; i < components(frame); i++) {
      int sampling = bytes.get(frame + FRAME + 3 * i + 1) & 0xff;
      wide = Math.max(wide, sampling >> 4);
      high = Math.max(high, sampling & 15);
      samples += (sampling >> 4) * (sampling & 15);
      most = wide * high;
    }
    long coefficients = 2 * pixels * samples / most;
    return new ImageCost(
        (3 * pixels + coefficients) / 3,
        "the coefficients of several scans",
        Math.max(1, scans),
        0);
  }

  private boolean isRotated(int at, int length) {
    int size = Math.min(length + 2, bytes.limit() - at) - EXIF_DATA;
    return size > 0
        && bytes.getInt(at + 4) == EXIF
        && Exif.isRotated(bytes.slice(at + EXIF_DATA, size));
  }
}
