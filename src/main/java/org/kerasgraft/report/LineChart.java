package org.kerasgraft.report;

import static org.kerasgraft.report.Markup.at;
import static org.kerasgraft.report.Markup.escape;
import static org.kerasgraft.report.Markup.number;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Lines over epochs as SVG: phases side by side, a grid, a legend, a tooltip on each point.
 *
 * @param title what is drawn, for example {@code Accuracy}
 * @param series the lines
 * @param phases the phases in order; together as long as each line
 */
record LineChart(String title, List<Series> series, List<Phase> phases) {

  private static final int WIDTH = 520;
  private static final int HEIGHT = 270;
  private static final int LEFT = 52;
  private static final int RIGHT = 14;
  private static final int TOP = 46;
  private static final int BOTTOM = 36;
  private static final int TICKS = 5;

  /**
   * One line.
   *
   * @param name for the legend
   * @param style the CSS class of its colour
   * @param values one for each epoch; NaN where there is none
   */
  record Series(String name, String style, List<Double> values) {
    Series {
      values = List.copyOf(values);
    }
  }

  /**
   * A stretch of epochs.
   *
   * @param name its name
   * @param epochs how many
   * @param kept the epoch whose weights were kept, from 1; 0 if unknown
   */
  record Phase(String name, int epochs, int kept) {}

  LineChart {
    series = List.copyOf(series);
    phases = List.copyOf(phases);
  }

  String svg() {
    Scale scale = Scale.of(series);
    StringBuilder svg = new StringBuilder();
    svg.append("<svg class=\"chart\" viewBox=\"0 0 " + WIDTH + " " + HEIGHT + "\" role=\"img\"");
    svg.append(" aria-label=\"").append(escape(title)).append(" by epoch\">\n");
    svg.append(text(LEFT, 16, "start", "chart-title", title));
    legend(svg);
    grid(svg, scale);
    phases(svg);
    for (Series line : series) {
      line(svg, line, scale);
    }
    return svg.append("</svg>\n").toString();
  }

  private int epochs() {
    return phases.stream().mapToInt(Phase::epochs).sum();
  }

  /** The x of an epoch counted from 0 over all phases. */
  private double x(int index) {
    double span = WIDTH - LEFT - RIGHT;
    return LEFT + span * (index + 0.5) / Math.max(1, epochs());
  }

  private void legend(StringBuilder svg) {
    double x = WIDTH - RIGHT;
    for (int i = series.size() - 1; i >= 0; i--) {
      Series line = series.get(i);
      svg.append(text(x, 16, "end", "label", line.name()));
      x -= 6.2 * line.name().length() + 8;
      svg.append("<line class=\"" + line.style() + "\" x1=\"" + at(x - 16) + "\" x2=\"" + at(x));
      svg.append("\" y1=\"12\" y2=\"12\"/>\n");
      x -= 30;
    }
  }

  private void grid(StringBuilder svg, Scale scale) {
    for (double tick : scale.ticks()) {
      double y = scale.y(tick);
      svg.append("<line class=\"grid\" x1=\"" + LEFT + "\" x2=\"" + (WIDTH - RIGHT));
      svg.append("\" y1=\"" + at(y) + "\" y2=\"" + at(y) + "\"/>\n");
      svg.append(text(LEFT - 8, y + 4, "end", "label", scale.label(tick)));
    }
  }

  private void phases(StringBuilder svg) {
    int first = 0;
    for (Phase phase : phases) {
      double from = x(first) - (x(1) - x(0)) / 2;
      double to = x(first + phase.epochs() - 1) + (x(1) - x(0)) / 2;
      if (first > 0) {
        svg.append("<line class=\"divider\" x1=\"" + at(from) + "\" x2=\"" + at(from));
        svg.append("\" y1=\"" + (TOP - 12) + "\" y2=\"" + (HEIGHT - BOTTOM) + "\"/>\n");
      }
      svg.append(text((from + to) / 2, TOP - 8, "middle", "label", phase.name()));
      epochLabels(svg, first, phase);
      if (phase.kept() > 0 && phase.kept() <= phase.epochs()) {
        kept(svg, x(first + phase.kept() - 1));
      }
      first += phase.epochs();
    }
    svg.append(text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 4, "middle", "label", "epoch"));
  }

  /** The first and last epoch, both kept within the phase so that neighbours do not collide. */
  private void epochLabels(StringBuilder svg, int first, Phase phase) {
    double y = HEIGHT - BOTTOM + 16;
    svg.append(text(x(first) - (first == 0 ? 3 : -2), y, "start", "label", "1"));
    if (phase.epochs() > 1) {
      String last = Integer.toString(phase.epochs());
      svg.append(text(x(first + phase.epochs() - 1) - 2, y, "end", "label", last));
    }
  }

  private static void kept(StringBuilder svg, double x) {
    svg.append("<line class=\"kept\" x1=\"" + at(x) + "\" x2=\"" + at(x) + "\" y1=\"" + TOP);
    svg.append("\" y2=\"" + (HEIGHT - BOTTOM) + "\"><title>weights kept</title></line>\n");
  }

  private void line(StringBuilder svg, Series line, Scale scale) {
    StringBuilder points = new StringBuilder();
    StringBuilder marks = new StringBuilder();
    int index = 0;
    for (Phase phase : phases) {
      for (int epoch = 1; epoch <= phase.epochs(); epoch++, index++) {
        double value = line.values().get(index);
        if (Double.isNaN(value)) {
          continue;
        }
        String x = at(x(index));
        String y = at(scale.y(value));
        points.append(x).append(',').append(y).append(' ');
        String tip = phase.name() + ", epoch " + epoch + ": " + line.name() + " " + number(value);
        marks.append("<circle class=\"" + line.style() + "\" cx=\"" + x + "\" cy=\"" + y);
        marks.append("\" r=\"2.5\"><title>" + escape(tip) + "</title></circle>\n");
      }
    }
    svg.append("<polyline class=\"" + line.style() + "\" points=\"");
    svg.append(points.toString().strip()).append("\"/>\n").append(marks);
  }

  static String text(double x, double y, String anchor, String style, String text) {
    return "<text class=\""
        + style
        + "\" x=\""
        + at(x)
        + "\" y=\""
        + at(y)
        + "\" text-anchor=\""
        + anchor
        + "\">"
        + escape(text)
        + "</text>\n";
  }

  /** The vertical axis: a round step, its ends at or beyond the extreme values. */
  private record Scale(double low, double high, double step) {

    static Scale of(List<Series> series) {
      double low = Double.POSITIVE_INFINITY;
      double high = Double.NEGATIVE_INFINITY;
      for (Series line : series) {
        for (double value : line.values()) {
          low = Double.isNaN(value) ? low : Math.min(low, value);
          high = Double.isNaN(value) ? high : Math.max(high, value);
        }
      }
      if (low > high) {
        return new Scale(0, 1, 0.25);
      }
      double step = roundStep(Math.max(high - low, 1e-6) / (TICKS - 1));
      double from = Math.floor(low / step + 1e-9) * step;
      double to = Math.ceil(high / step - 1e-9) * step;
      return new Scale(from, Math.max(to, from + step), step);
    }

    private static double roundStep(double raw) {
      double power = Math.pow(10, Math.floor(Math.log10(raw)));
      for (double factor : new double[] {1, 2, 2.5, 5}) {
        if (factor * power >= raw) {
          return factor * power;
        }
      }
      return 10 * power;
    }

    List<Double> ticks() {
      List<Double> ticks = new ArrayList<>();
      for (int i = 0; low + i * step <= high + step / 1000; i++) {
        ticks.add(low + i * step);
      }
      return ticks;
    }

    double y(double value) {
      return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * (value - low) / (high - low);
    }

    String label(double tick) {
      int decimals = (int) Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
      boolean quarter =
          Math.abs(step * Math.pow(10, decimals) - Math.rint(step * Math.pow(10, decimals))) > 1e-6;
      return String.format(Locale.ROOT, "%." + (quarter ? decimals + 1 : decimals) + "f", tick);
    }
  }
}
