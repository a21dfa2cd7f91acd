package org.kerasgraft.data.pictures;

/** A pattern of two colours that fills the plane; its period is 1 in its own coordinates. */
public enum Texture {
  /** Parallel stripes. */
  STRIPES,
  /** A chequerboard. */
  CHECKS,
  /** Dots on a square lattice. */
  DOTS,
  /** Zigzag lines. */
  WAVES,
  /** One colour; clutter only. */
  PLAIN;

  /**
   * Whether a point has the pattern's second colour.
   *
   * @param u first coordinate
   * @param v second coordinate
   * @return true for the second colour
   */
  boolean second(double u, double v) {
    return switch (this) {
      case STRIPES -> fraction(u) < 0.5;
      case CHECKS -> fraction(u / 2) < 0.5 ^ fraction(v / 2) < 0.5;
      case DOTS -> square(fraction(u) - 0.5) + square(fraction(v) - 0.5) < 0.1;
      case WAVES -> fraction(v + Math.abs(2 * fraction(u / 2) - 1)) < 0.5;
      case PLAIN -> false;
    };
  }

  private static double square(double d) {
    return d * d;
  }

  private static double fraction(double d) {
    return d - Math.floor(d);
  }
}
