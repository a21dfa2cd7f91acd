package org.kerasgraft.data;

/**
 * NumPy's legacy generator, {@code numpy.random.RandomState(seed)}: the Mersenne Twister MT19937
 * and the shuffle built on it, both frozen by NumPy. Algorithm: Matsumoto and Nishimura, ACM
 * Transactions on Modeling and Computer Simulation 8 (1998); bounded integers by masking and
 * rejection as NumPy's {@code random_interval} does.
 */
final class NumpyRandom {

  private static final int N = 624;
  private static final int M = 397;

  private final int[] state = new int[N];
  private int position = N;

  /** Seeds as {@code RandomState(seed)} does; the seed is an unsigned 32-bit integer. */
  NumpyRandom(long seed) {
    if (seed < 0 || seed > 0xffff_ffffL) {
      throw new IllegalArgumentException("The seed must be 0 … 2^32−1, not " + seed + ".");
    }
    int value = (int) seed;
    for (int i = 0; i < N; i++) {
      state[i] = value;
      value = 1_812_433_253 * (value ^ (value >>> 30)) + i + 1;
    }
  }

  private void refill() {
    for (int i = 0; i < N; i++) {
      int y = (state[i] & 0x8000_0000) | (state[(i + 1) % N] & 0x7fff_ffff);
      state[i] = state[(i + M) % N] ^ (y >>> 1) ^ ((y & 1) == 0 ? 0 : 0x9908_b0df);
    }
    position = 0;
  }

  /** The next 32 bits. */
  int nextBits() {
    if (position == N) {
      refill();
    }
    int y = state[position++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c_5680;
    y ^= (y << 15) & 0xefc6_0000;
    return y ^ (y >>> 18);
  }

  /** A uniform integer in 0 … most. */
  private int nextInterval(int most) {
    int mask = most == 0 ? 0 : -1 >>> Integer.numberOfLeadingZeros(most);
    int value = nextBits() & mask;
    while (value > most) {
      value = nextBits() & mask;
    }
    return value;
  }

  /** What {@code RandomState.shuffle} makes of {@code [0, 1, …, count−1]}. */
  int[] shuffled(int count) {
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      order[i] = i;
    }
    for (int i = count - 1; i > 0; i--) {
      int j = nextInterval(i);
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
    return order;
  }
}
