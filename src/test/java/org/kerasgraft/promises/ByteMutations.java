package org.kerasgraft.promises;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Changes bytes of a file of which nothing is known. */
public final class ByteMutations {

  /** What sizes, counts and offsets are set to. */
  private static final long[] EXTREMES = {
    0, 1, -1, 0x7fff_ffffL, 0x8000_0000L, 0x0001_0000L, 0xffff, Long.MAX_VALUE, Long.MIN_VALUE
  };

  private static final int LONGEST_SPAN = 200;

  private ByteMutations() {}

  /**
   * Changes one thing.
   *
   * @param bytes not modified; one or more
   * @param random decides what and where
   * @return other bytes, mostly
   */
  public static byte[] mutated(byte[] bytes, RandomGenerator random) {
    byte[] copy = bytes.clone();
    int at = random.nextInt(copy.length);
    int end = Math.min(copy.length, at + 1 + random.nextInt(LONGEST_SPAN));
    switch (random.nextInt(8)) {
      case 0 -> {
        return Arrays.copyOf(copy, at);
      }
      case 1 -> copy[at] = (byte) random.nextInt(256);
      case 2 -> {
        for (int i = random.nextInt(8); i >= 0; i--) {
          copy[random.nextInt(copy.length)] ^= (byte) (1 << random.nextInt(8));
        }
      }
      case 3 -> Arrays.fill(copy, at, end, (byte) random.nextInt(256));
      case 4 -> overwrite(copy, at, random);
      case 5 -> {
        return spliced(copy, at, copy, random);
      }
      case 6 -> swap(copy, at, end, random.nextInt(copy.length));
      default -> {
        byte[] without = new byte[copy.length - (end - at)];
        System.arraycopy(copy, 0, without, 0, at);
        System.arraycopy(copy, end, without, at, copy.length - end);
        return without;
      }
    }
    return copy;
  }

  private static void overwrite(byte[] bytes, int at, RandomGenerator random) {
    long value = EXTREMES[random.nextInt(EXTREMES.length)];
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    buffer.order(random.nextBoolean() ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    switch (random.nextInt(3)) {
      case 0 -> buffer.putShort(Math.max(0, Math.min(at, bytes.length - 2)), (short) value);
      case 1 -> buffer.putInt(Math.max(0, Math.min(at, bytes.length - 4)), (int) value);
      default -> buffer.putLong(Math.max(0, Math.min(at, bytes.length - 8)), value);
    }
  }

  /** A piece of another file in the middle, in place of as much or of nothing. */
  static byte[] spliced(byte[] bytes, int at, byte[] other, RandomGenerator random) {
    int from = random.nextInt(other.length);
    int length = Math.min(other.length - from, 1 + random.nextInt(LONGEST_SPAN));
    int rest = random.nextBoolean() ? at : Math.min(bytes.length, at + length);
    ByteBuffer joined = ByteBuffer.allocate(at + length + bytes.length - rest);
    joined.put(bytes, 0, at).put(other, from, length).put(bytes, rest, bytes.length - rest);
    return joined.array();
  }

  /** Two spans of the same length change places, unless they overlap. */
  private static void swap(byte[] bytes, int from, int to, int other) {
    int length = to - from;
    if (other + length > bytes.length || Math.abs(other - from) < length) {
      return;
    }
    byte[] first = Arrays.copyOfRange(bytes, from, to);
    System.arraycopy(bytes, other, bytes, from, length);
    System.arraycopy(first, 0, bytes, other, length);
  }
}
