package org.kerasgraft.report;

import static org.kerasgraft.report.Markup.at;
import static org.kerasgraft.report.Markup.count;
import static org.kerasgraft.report.Markup.escape;
import static org.kerasgraft.report.Markup.percent;

import java.util.List;
import java.util.Locale;

/**
 * A confusion matrix as SVG: rows are true classes, columns predicted ones; a cell is as dark as
 * its share of its row. Of many classes only cells that count something are drawn, and of very many
 * none: the file has them.
 *
 * @param classes the class names
 * @param counts a row of counts for each true class
 */
record HeatMap(List<String> classes, List<List<Integer>> counts) {

  private static final int LONGEST_NAME = 18;
  private static final int MOST_NUMBERS = 20;

  /** Names and empty cells are drawn of as many classes. */
  private static final int MOST_NAMES = 60;

  private static final int MOST_DRAWN = 300;

  HeatMap {
    classes = List.copyOf(classes);
    counts = List.copyOf(counts);
  }

  String html() {
    return classes.size() <= MOST_DRAWN
        ? svg()
        : "<p>A matrix of "
            + count(classes.size())
            + " classes is not drawn; confusion_matrix.csv has it.</p>\n";
  }

  private String svg() {
    int n = classes.size();
    int cell = n <= 4 ? 64 : n <= 10 ? 44 : n <= MOST_NUMBERS ? 30 : Math.max(4, 600 / n);
    int longest =
        classes.stream().mapToInt(c -> Math.min(c.length(), LONGEST_NAME)).max().orElse(1);
    int left = 40 + 7 * longest;
    int top = 8;
    int width = left + n * cell + 60;
    int height = top + n * cell + 34 + 5 * longest;
    StringBuilder svg = new StringBuilder();
    svg.append(
        "<svg class=\"chart\" style=\"max-width:" + width + "px\" viewBox=\"0 0 " + width + " ");
    svg.append(height + "\" role=\"img\" aria-label=\"Confusion matrix\">\n");
    for (int row = 0; row < n; row++) {
      int all = counts.get(row).stream().mapToInt(Integer::intValue).sum();
      for (int column = 0; column < n; column++) {
        if (n <= MOST_NAMES || counts.get(row).get(column) > 0) {
          cell(svg, row, column, all, cell, left + column * cell, top + row * cell);
        }
      }
      if (n <= MOST_NAMES) {
        names(svg, row, cell, left, top);
      }
    }
    double middle = top + n * cell / 2.0;
    svg.append(
        "<text class=\"label\" text-anchor=\"middle\" transform=\"translate(14 " + at(middle));
    svg.append(") rotate(-90)\">true class</text>\n");
    svg.append(
        LineChart.text(left + n * cell / 2.0, height - 6, "middle", "label", "predicted class"));
    return svg.append("</svg>\n").toString();
  }

  private void cell(StringBuilder svg, int row, int column, int all, int size, int x, int y) {
    int count = counts.get(row).get(column);
    double share = all == 0 ? 0 : (double) count / all;
    String tip =
        classes.get(row)
            + " taken for "
            + classes.get(column)
            + ": "
            + count(count)
            + " of "
            + count(all)
            + " ("
            + percent(share)
            + ")";
    String strength = String.format(Locale.ROOT, "%.3f", 0.05 + 0.95 * share);
    svg.append("<rect class=\"cell\" x=\"" + (x + 1) + "\" y=\"" + (y + 1) + "\" width=\"");
    svg.append((size - 2) + "\" height=\"" + (size - 2) + "\" rx=\"3\" fill-opacity=\"" + strength);
    svg.append("\"><title>" + escape(tip) + "</title></rect>\n");
    if (classes.size() <= MOST_NUMBERS) {
      String style = share > 0.55 ? "on-dark" : "on-light";
      svg.append(LineChart.text(x + size / 2.0, y + size / 2.0 + 4, "middle", style, count(count)));
    }
  }

  private void names(StringBuilder svg, int index, int cell, int left, int top) {
    String name = shortened(classes.get(index));
    double center = index * cell + cell / 2.0;
    svg.append(LineChart.text(left - 8, top + center + 4, "end", "label", name));
    double y = top + classes.size() * cell + 14;
    svg.append("<text class=\"label\" text-anchor=\"start\" transform=\"translate(");
    svg.append(
        at(left + center - 4) + " " + at(y) + ") rotate(35)\">" + escape(name) + "</text>\n");
  }

  private static String shortened(String name) {
    return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME - 1) + "…";
  }
}
