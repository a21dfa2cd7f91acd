package org.kerasgraft.promises;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/** Small files of 20,000 by 20,000 pixels: 1.2 GB once decoded. */
final class ImageBombs {

  static final int SIDE = 20_000;

  private ImageBombs() {}

  /** A valid PNG of one colour. */
  static byte[] png(int channels) throws IOException {
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    Deflater deflater = new Deflater();
    byte[] line = new byte[1 + SIDE * channels];
    try (OutputStream out = new DeflaterOutputStream(data, deflater, 1 << 16)) {
      for (int y = 0; y < SIDE; y++) {
        out.write(line);
      }
    } finally {
      deflater.end();
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    png.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    ByteBuffer header = ByteBuffer.allocate(13).putInt(SIDE).putInt(SIDE);
    chunk(png, "IHDR", header.put((byte) 8).put((byte) (channels == 3 ? 2 : 0)).array());
    chunk(png, "IDAT", data.toByteArray());
    chunk(png, "IEND", new byte[0]);
    return png.toByteArray();
  }

  private static void chunk(OutputStream out, String type, byte[] data) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(12 + data.length).putInt(data.length);
    chunk.put(type.getBytes(StandardCharsets.US_ASCII)).put(data);
    CRC32 crc = new CRC32();
    crc.update(chunk.array(), 4, 4 + data.length);
    out.write(chunk.putInt((int) crc.getValue()).array());
  }

  /** A valid grey JPEG: each block is two bits, "as before" and "no more". */
  static byte[] jpeg() throws IOException {
    ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
    jpeg.write(new byte[] {(byte) 0xff, (byte) 0xd8});
    byte[] quantization = new byte[65];
    Arrays.fill(quantization, 1, 65, (byte) 1);
    segment(jpeg, 0xdb, quantization);
    ByteBuffer frame = ByteBuffer.allocate(9).put((byte) 8);
    frame.putShort((short) SIDE).putShort((short) SIDE);
    segment(jpeg, 0xc0, frame.put(new byte[] {1, 1, 0x11, 0}).array());
    byte[] codes = new byte[18]; // one code of one bit, for the value 0
    codes[1] = 1;
    segment(jpeg, 0xc4, codes.clone());
    codes[0] = 0x10;
    segment(jpeg, 0xc4, codes);
    segment(jpeg, 0xda, new byte[] {1, 1, 0, 0, 63, 0});
    jpeg.write(new byte[SIDE / 8 * (SIDE / 8) / 4]);
    jpeg.write(new byte[] {(byte) 0xff, (byte) 0xd9});
    return jpeg.toByteArray();
  }

  private static void segment(OutputStream out, int marker, byte[] data) throws IOException {
    ByteBuffer segment = ByteBuffer.allocate(4 + data.length);
    out.write(
        segment
            .put((byte) 0xff)
            .put((byte) marker)
            .putShort((short) (2 + data.length))
            .put(data)
            .array());
  }

  /** A small screen with a huge frame, whose pixels are missing. */
  static byte[] gif() {
    ByteBuffer gif = ByteBuffer.allocate(27).order(ByteOrder.LITTLE_ENDIAN);
    gif.put("GIF89a".getBytes(StandardCharsets.US_ASCII)).putShort((short) 8).putShort((short) 8);
    gif.put(new byte[3]).put((byte) 0x2c).putInt(0);
    gif.putShort((short) SIDE).putShort((short) SIDE);
    return gif.put(new byte[] {0, 2, 0, 0x3b}).array();
  }

  /** A header whose pixels are missing. */
  static byte[] bmp() {
    ByteBuffer bmp = ByteBuffer.allocate(70).order(ByteOrder.LITTLE_ENDIAN);
    bmp.put((byte) 'B').put((byte) 'M').putInt(70).putInt(0).putInt(54).putInt(40);
    return bmp.putInt(SIDE).putInt(SIDE).putShort((short) 1).putShort((short) 24).array();
  }
}
