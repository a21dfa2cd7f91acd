package org.kerasgraft.data.pictures;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.Adler32;
import java.util.zip.CRC32;

/**
 * RGB pictures as PNG bytes (W3C Portable Network Graphics), 8 bits a channel, no row filter,
 * stored uncompressed: compressors differ between machines, stored bytes do not.
 */
final class PngFile {

  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  private static final int LARGEST_BLOCK = 0xffff;

  private PngFile() {}

  /** Encodes height × width × RGB bytes. */
  static byte[] encode(byte[] rgb, int height, int width) {
    if (rgb.length != height * width * 3) {
      throw new IllegalArgumentException(
          rgb.length + " bytes; expected " + height + " x " + width + " x 3");
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream(rgb.length + height + 128);
    file.writeBytes(SIGNATURE);
    ByteBuffer header = ByteBuffer.allocate(13).putInt(width).putInt(height);
    header.put((byte) 8).put((byte) 2); // bit depth; colour type RGB; then all methods 0
    chunk(file, "IHDR", header.array());
    chunk(file, "IDAT", stored(rows(rgb, height, width)));
    chunk(file, "IEND", new byte[0]);
    return file.toByteArray();
  }

  /** Each row behind its filter type, 0. */
  private static byte[] rows(byte[] rgb, int height, int width) {
    ByteBuffer rows = ByteBuffer.allocate(height * (1 + 3 * width));
    for (int y = 0; y < height; y++) {
      rows.put((byte) 0).put(rgb, y * 3 * width, 3 * width);
    }
    return rows.array();
  }

  /** A zlib stream (RFC 1950) of stored deflate blocks (RFC 1951). */
  private static byte[] stored(byte[] data) {
    int blocks = (data.length + LARGEST_BLOCK - 1) / LARGEST_BLOCK;
    ByteBuffer stream = ByteBuffer.allocate(2 + 5 * blocks + data.length + 4);
    stream.put((byte) 0x78).put((byte) 0x01);
    for (int b = 0; b < blocks; b++) {
      int start = b * LARGEST_BLOCK;
      int length = Math.min(LARGEST_BLOCK, data.length - start);
      stream.put((byte) (b == blocks - 1 ? 1 : 0));
      stream.put((byte) length).put((byte) (length >> 8));
      stream.put((byte) ~length).put((byte) (~length >> 8));
      stream.put(data, start, length);
    }
    Adler32 sum = new Adler32();
    sum.update(data);
    return stream.putInt((int) sum.getValue()).array();
  }

  private static void chunk(ByteArrayOutputStream file, String type, byte[] content) {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 sum = new CRC32();
    sum.update(name);
    sum.update(content);
    file.writeBytes(ByteBuffer.allocate(4).putInt(content.length).array());
    file.writeBytes(name);
    file.writeBytes(content);
    file.writeBytes(ByteBuffer.allocate(4).putInt((int) sum.getValue()).array());
  }
}
