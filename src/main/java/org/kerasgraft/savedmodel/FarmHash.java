package org.kerasgraft.savedmodel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * FarmHash's {@code Fingerprint64} of more than 64 bytes, which TensorFlow's fingerprints are made
 * of (Google's farmhash, {@code farmhashna::Hash64}; the digits are the algorithm's own constants).
 */
final class FarmHash {

  /** Inputs of this length and less have another formula, which nothing here needs. */
  static final int TOO_SHORT = 64;

  private static final long K0 = 0xc3a5c85c97cb3127L;
  private static final long K1 = 0xb492b66fbe98f273L;
  private static final long K2 = 0x9ae16a3b2f90404fL;
  private static final int BLOCK = 64;

  private final ByteBuffer bytes;
  private final int length;
  private long x;
  private long y;
  private long z;
  private long v1;
  private long v2;
  private long w1;
  private long w2;

  private FarmHash(byte[] input) {
    this.bytes = ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN);
    this.length = input.length;
    this.x = 81;
    this.y = x * K1 + 113;
    this.z = shiftMix(y * K2 + 113) * K2;
  }

  /**
   * The fingerprint.
   *
   * @param input more than 64 bytes
   */
  static long fingerprint64(byte[] input) {
    if (input.length <= TOO_SHORT) {
      throw new IllegalArgumentException("only " + input.length + " bytes");
    }
    return new FarmHash(input).run();
  }

  private long run() {
    x = x * K2 + bytes.getLong(0);
    int last = (length - 1) / BLOCK * BLOCK;
    for (int at = 0; at < last; at += BLOCK) {
      x = Long.rotateRight(x + y + v1 + bytes.getLong(at + 8), 37) * K1;
      y = Long.rotateRight(y + v2 + bytes.getLong(at + 48), 42) * K1;
      x ^= w2;
      y += v1 + bytes.getLong(at + 40);
      z = Long.rotateRight(z + w1, 33) * K1;
      absorb(at, K1);
    }
    int at = length - BLOCK;
    long mul = K1 + ((z & 0xff) << 1);
    w1 += (length - 1) & (BLOCK - 1);
    v1 += w1;
    w1 += v1;
    x = Long.rotateRight(x + y + v1 + bytes.getLong(at + 8), 37) * mul;
    y = Long.rotateRight(y + v2 + bytes.getLong(at + 48), 42) * mul;
    x ^= w2 * 9;
    y += v1 * 9 + bytes.getLong(at + 40);
    z = Long.rotateRight(z + w1, 33) * mul;
    absorb(at, mul);
    return mix(mix(v1, w1, mul) + shiftMix(y) * K0 + z, mix(v2, w2, mul) + x, mul);
  }

  /** Takes a block into v and w, then swaps z and x. */
  private void absorb(int at, long mul) {
    long[] v = weak(at, v2 * mul, x + w1);
    long[] w = weak(at + 32, z + w2, y + bytes.getLong(at + 16));
    v1 = v[0];
    v2 = v[1];
    w1 = w[0];
    w2 = w[1];
    long old = z;
    z = x;
    x = old;
  }

  /** Two sums over 32 bytes. */
  private long[] weak(int at, long first, long second) {
    long a = first + bytes.getLong(at);
    long b = Long.rotateRight(second + a + bytes.getLong(at + 24), 21);
    long c = a;
    a += bytes.getLong(at + 8) + bytes.getLong(at + 16);
    b += Long.rotateRight(a, 44);
    return new long[] {a + bytes.getLong(at + 24), b + c};
  }

  private static long shiftMix(long value) {
    return value ^ (value >>> 47);
  }

  private static long mix(long u, long v, long mul) {
    long a = shiftMix((u ^ v) * mul);
    return shiftMix((v ^ a) * mul) * mul;
  }
}
