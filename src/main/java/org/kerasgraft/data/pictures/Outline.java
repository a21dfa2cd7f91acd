package org.kerasgraft.data.pictures;

/**
 * The outline of a subject, in its own coordinates: x to the right, y up, all of it within the disc
 * of radius 1.
 */
public enum Outline {
  /** A disc. */
  DISC,
  /** A square. */
  SQUARE,
  /** An equilateral triangle. */
  TRIANGLE,
  /** A star of five points. */
  STAR,
  /** A plus sign of thick bars. */
  CROSS,
  /** A disc with a round hole. */
  RING,
  /** A heart. */
  HEART,
  /** An arrow with head and shaft. */
  ARROW,
  /** A bowl: half a disc. */
  BOWL,
  /** The letter T. */
  TEE,
  /** A thin bar; clutter only. */
  BAR,
  /** A flat ellipse; clutter only. */
  PEBBLE;

  private static final double[] TRIANGLE_CORNERS = star(3, 0.5);
  private static final double[] STAR_CORNERS = star(5, 0.45);
  private static final double[] ARROW_CORNERS = {
    0, 0.95, 0.75, 0.1, 0.28, 0.1, 0.28, -0.92, -0.28, -0.92, -0.28, 0.1, -0.75, 0.1
  };

  /**
   * Whether a point lies inside.
   *
   * @param x to the right
   * @param y up
   * @return true inside or on most of the border
   */
  boolean contains(double x, double y) {
    double square = x * x + y * y;
    if (square > 1) {
      return false;
    }
    double ax = Math.abs(x);
    double ay = Math.abs(y);
    return switch (this) {
      case DISC -> square <= 0.64;
      case SQUARE -> Math.max(ax, ay) <= 0.7;
      case TRIANGLE -> within(TRIANGLE_CORNERS, x, y);
      case STAR -> within(STAR_CORNERS, x, y);
      case CROSS -> Math.min(ax, ay) <= 0.28 && Math.max(ax, ay) <= 0.88;
      case RING -> square <= 0.81 && square >= 0.2;
      case HEART -> heart(x, y);
      case ARROW -> within(ARROW_CORNERS, x, y);
      case BOWL -> square <= 0.92 && y <= -0.05;
      case TEE -> y <= 0.7 && y >= -0.9 && ax <= (y >= 0.2 ? 0.7 : 0.25);
      case BAR -> ax <= 0.16 && ay <= 0.95;
      case PEBBLE -> x * x + 4 * y * y <= 0.9;
    };
  }

  /** Inside of the sextic heart curve (u² + v² − 1)³ = u² v³, scaled into the unit disc. */
  private static boolean heart(double x, double y) {
    double u = 1.35 * x;
    double v = 1.35 * y + 0.1;
    double a = u * u + v * v - 1;
    return a * a * a <= u * u * v * v * v;
  }

  /** Corners of a star: outer ones at radius 1, inner ones at the given radius, first one up. */
  private static double[] star(int points, double inner) {
    double[] corners = new double[4 * points];
    for (int i = 0; i < 2 * points; i++) {
      double radius = i % 2 == 0 ? 1 : inner;
      double angle = StrictMath.PI * i / points;
      corners[2 * i] = radius * StrictMath.sin(angle);
      corners[2 * i + 1] = radius * StrictMath.cos(angle);
    }
    return corners;
  }

  /** Even-odd rule: counts the edges that a ray to the right crosses. */
  private static boolean within(double[] corners, double x, double y) {
    boolean inside = false;
    int n = corners.length / 2;
    for (int i = 0, j = n - 1; i < n; j = i++) {
      double yi = corners[2 * i + 1];
      double yj = corners[2 * j + 1];
      if (yi > y != yj > y) {
        double crossing = corners[2 * i] + (corners[2 * j] - corners[2 * i]) * (y - yi) / (yj - yi);
        if (x < crossing) {
          inside = !inside;
        }
      }
    }
    return inside;
  }
}
