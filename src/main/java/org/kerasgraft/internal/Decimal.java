package org.kerasgraft.internal;

import java.math.BigDecimal;

/** Numbers for readers. */
public final class Decimal {

  private static final double LEAST_PLAIN = 1e-4;
  private static final double MOST_PLAIN = 1e7;

  private Decimal() {}

  /**
   * The shortest text of a number, as Python users write it.
   *
   * @param value any number, 0 or more
   * @return for example {@code 0.0001}, {@code 1e-7} or {@code 0}
   */
  public static String shortest(double value) {
    boolean plain = value == 0 || (value >= LEAST_PLAIN && value < MOST_PLAIN);
    return plain
        ? BigDecimal.valueOf(value).stripTrailingZeros().toPlainString()
        : Double.toString(value).replace(".0E", "e").replace("E", "e");
  }
}
