package org.kerasgraft.data.pictures;

import java.util.Random;

/** A colour: red, green and blue in 0..1. */
record Colour(double red, double green, double blue) {

  /** Any colour, all channels even. */
  static Colour any(Random random) {
    return new Colour(random.nextDouble(), random.nextDouble(), random.nextDouble());
  }

  /** Any colour at least a given distance from this one, in 0..1 units of RGB. */
  Colour other(Random random, double distance) {
    while (true) {
      Colour candidate = any(random);
      if (candidate.distance(this) >= distance) {
        return candidate;
      }
    }
  }

  private double distance(Colour o) {
    double r = red - o.red;
    double g = green - o.green;
    double b = blue - o.blue;
    return Math.sqrt(r * r + g * g + b * b);
  }
}
