package org.kerasgraft.train;

import java.util.SplittableRandom;

/**
 * Where a phase's random numbers come from: each epoch has its own generator, a function of seed,
 * phase name and epoch alone, so that any epoch can be repeated without those before it.
 *
 * @param seed the training's seed
 * @param phase the phase's name
 */
record Randomness(long seed, String phase) {

  /**
   * The order of rows in an epoch: Fisher and Yates' shuffle of 0 … count - 1 with {@link
   * SplittableRandom}.
   */
  int[] order(int epoch, int count) {
    SplittableRandom random = generator("order", epoch);
    int[] order = identity(count);
    for (int i = count - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
    return order;
  }

  /** 0 … count - 1. */
  static int[] identity(int count) {
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      order[i] = i;
    }
    return order;
  }

  /** The numbers that dropout is fed with in one step; the second leaves room for layers. */
  long[] dropout(int epoch, int step) {
    return new long[] {generator("dropout", epoch).nextLong(), (long) step << 16};
  }

  /** String.hashCode is specified, so the numbers are the same everywhere. */
  private SplittableRandom generator(String use, int epoch) {
    long key = new SplittableRandom(seed ^ 0x6a09e667f3bcc908L).nextLong();
    key = new SplittableRandom(key + (phase + "/" + use).hashCode()).nextLong();
    return new SplittableRandom(key + epoch);
  }
}
