package org.kerasgraft.data.pictures;

import java.util.Random;

/**
 * An outline filled with a texture, placed in a picture.
 *
 * @param outline its outline
 * @param pose where it lies; maps pixels to the outline's coordinates
 * @param texture its filling
 * @param weave how the texture lies; maps pixels to the texture's coordinates
 * @param first the texture's first colour
 * @param second the texture's second colour
 */
record Patch(Outline outline, Pose pose, Texture texture, Pose weave, Colour first, Colour second) {

  /**
   * A place, a size and a turn, maybe with one axis shortened.
   *
   * @param x centre, in pixels
   * @param y centre, in pixels
   * @param scale pixels a unit
   * @param cosine of the turn
   * @param sine of the turn
   * @param squeeze the second axis' length relative to the first, in (0, 1]
   */
  record Pose(double x, double y, double scale, double cosine, double sine, double squeeze) {

    static Pose turned(double x, double y, double scale, double squeeze, Random random) {
      double angle = 2 * StrictMath.PI * random.nextDouble();
      return new Pose(x, y, scale, StrictMath.cos(angle), StrictMath.sin(angle), squeeze);
    }

    double first(double px, double py) {
      return (cosine * (px - x) + sine * (py - y)) / scale;
    }

    double second(double px, double py) {
      return (cosine * (py - y) - sine * (px - x)) / (scale * squeeze);
    }
  }

  boolean covers(double px, double py) {
    return outline.contains(pose.first(px, py), pose.second(px, py));
  }

  Colour at(double px, double py) {
    return texture.second(weave.first(px, py), weave.second(px, py)) ? second : first;
  }
}
