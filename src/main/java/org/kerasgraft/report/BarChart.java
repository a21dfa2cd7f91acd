package org.kerasgraft.report;

import static org.kerasgraft.report.Markup.at;
import static org.kerasgraft.report.Markup.escape;
import static org.kerasgraft.report.Markup.percent;

import java.util.List;

/**
 * Accuracies as horizontal bars from 0 to 100 %, as SVG.
 *
 * @param rungs what to compare, in order
 */
record BarChart(List<RunReport.Rung> rungs) {

  private static final int WIDTH = 1040;
  private static final int LEFT = 200;
  private static final int RIGHT = 70;
  private static final int ROW = 40;
  private static final int BAR = 20;

  BarChart {
    rungs = List.copyOf(rungs);
  }

  String svg() {
    int height = rungs.size() * ROW + 26;
    StringBuilder svg = new StringBuilder();
    svg.append("<svg class=\"chart\" viewBox=\"0 0 " + WIDTH + " " + height + "\" role=\"img\"");
    svg.append(" aria-label=\"Accuracy step by step\">\n");
    for (int tick = 0; tick <= 100; tick += 25) {
      String x = at(x(tick / 100.0));
      svg.append("<line class=\"grid\" x1=\"" + x + "\" x2=\"" + x + "\" y1=\"4\" y2=\"");
      svg.append((height - 20) + "\"/>\n");
      svg.append(LineChart.text(x(tick / 100.0), height - 4, "middle", "label", tick + " %"));
    }
    for (int i = 0; i < rungs.size(); i++) {
      bar(svg, rungs.get(i), 4 + i * ROW + (ROW - BAR) / 2.0);
    }
    return svg.append("</svg>\n").toString();
  }

  private static void bar(StringBuilder svg, RunReport.Rung rung, double y) {
    double end = x(Math.min(1, Math.max(0, rung.accuracy())));
    String tip = rung.name() + ": " + percent(rung.accuracy());
    svg.append(LineChart.text(LEFT - 12, y + BAR / 2.0 + 4, "end", "name", rung.name()));
    svg.append("<rect class=\"bar\" x=\"" + LEFT + "\" y=\"" + at(y) + "\" width=\"");
    svg.append(at(end - LEFT) + "\" height=\"" + BAR + "\" rx=\"3\"><title>");
    svg.append(escape(tip)).append("</title></rect>\n");
    svg.append(
        LineChart.text(end + 8, y + BAR / 2.0 + 4, "start", "value", percent(rung.accuracy())));
  }

  private static double x(double share) {
    return LEFT + (WIDTH - LEFT - RIGHT) * share;
  }
}
