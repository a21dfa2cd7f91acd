package org.kerasgraft.data.pictures;

import java.util.Random;

/** A picture being painted: height × width × RGB, values around 0..1, rows from the top. */
final class Canvas {

  /** Samples a pixel in each direction where an outline or texture may cross it. */
  private static final int SAMPLES = 3;

  private final int size;
  private final double[] values;

  Canvas(int size) {
    this.size = size;
    this.values = new double[size * size * 3];
  }

  /** Fills all with a mixture of two colours that wanders over a coarse lattice. */
  void wash(Colour from, Colour to, int cells, Random random) {
    double[] lattice = new double[(cells + 2) * (cells + 2)];
    for (int i = 0; i < lattice.length; i++) {
      lattice[i] = random.nextDouble();
    }
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        double share =
            between(lattice, cells, (double) x * cells / size, (double) y * cells / size);
        int at = (y * size + x) * 3;
        values[at] = from.red() + share * (to.red() - from.red());
        values[at + 1] = from.green() + share * (to.green() - from.green());
        values[at + 2] = from.blue() + share * (to.blue() - from.blue());
      }
    }
  }

  private static double between(double[] lattice, int cells, double x, double y) {
    int column = (int) x;
    int row = (int) y;
    double fx = x - column;
    double fy = y - row;
    int at = row * (cells + 2) + column;
    int below = at + cells + 2;
    double top = lattice[at] + fx * (lattice[at + 1] - lattice[at]);
    double bottom = lattice[below] + fx * (lattice[below + 1] - lattice[below]);
    return top + fy * (bottom - top);
  }

  /** Paints a patch over what is there, its edges smoothed by samples. */
  void paint(Patch patch) {
    double reach = patch.pose().scale() + 1;
    int top = Math.max(0, (int) Math.floor(patch.pose().y() - reach));
    int bottom = Math.min(size - 1, (int) Math.ceil(patch.pose().y() + reach));
    int left = Math.max(0, (int) Math.floor(patch.pose().x() - reach));
    int right = Math.min(size - 1, (int) Math.ceil(patch.pose().x() + reach));
    for (int y = top; y <= bottom; y++) {
      for (int x = left; x <= right; x++) {
        paintPixel(patch, x, y);
      }
    }
  }

  private void paintPixel(Patch patch, int x, int y) {
    int covered = 0;
    double red = 0;
    double green = 0;
    double blue = 0;
    for (int s = 0; s < SAMPLES * SAMPLES; s++) {
      int row = s / SAMPLES;
      int column = s % SAMPLES;
      double px = x + (column + 0.5) / SAMPLES;
      double py = y + (row + 0.5) / SAMPLES;
      if (patch.covers(px, py)) {
        Colour colour = patch.at(px, py);
        covered++;
        red += colour.red();
        green += colour.green();
        blue += colour.blue();
      }
    }
    int at = (y * size + x) * 3;
    double open = 1 - (double) covered / (SAMPLES * SAMPLES);
    values[at] = open * values[at] + red / (SAMPLES * SAMPLES);
    values[at + 1] = open * values[at + 1] + green / (SAMPLES * SAMPLES);
    values[at + 2] = open * values[at + 2] + blue / (SAMPLES * SAMPLES);
  }

  /** Light from one side: brightness falls or rises linearly around a mean gain. */
  void light(double gain, double slopeX, double slopeY) {
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        double here = gain + slopeX * (2.0 * x / size - 1) + slopeY * (2.0 * y / size - 1);
        for (int c = 0; c < 3; c++) {
          values[(y * size + x) * 3 + c] *= here;
        }
      }
    }
  }

  /** Adds independent normal noise to every value. */
  void grain(double deviation, Random random) {
    for (int i = 0; i < values.length; i++) {
      values[i] += deviation * random.nextGaussian();
    }
  }

  /** The picture's bytes: height × width × RGB, clipped to 0..255. */
  byte[] toBytes() {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Math.max(0, Math.min(255, (int) (values[i] * 255 + 0.5)));
    }
    return bytes;
  }
}
