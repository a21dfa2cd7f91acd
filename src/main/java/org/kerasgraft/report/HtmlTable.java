package org.kerasgraft.report;

import static org.kerasgraft.report.Markup.escape;

import java.util.Arrays;
import java.util.List;

/** An HTML table; a column whose heading starts with {@code #} holds numbers. */
final class HtmlTable {

  private final List<String> headings;
  private final StringBuilder body = new StringBuilder();

  HtmlTable(String... headings) {
    this.headings = List.of(headings);
  }

  void row(String... cells) {
    append("", Arrays.stream(cells).map(Markup::escape).toList());
  }

  void total(String... cells) {
    append(" class=\"total\"", Arrays.stream(cells).map(Markup::escape).toList());
  }

  /** A row with a coloured word as its last cell. */
  void tagged(String tag, boolean on, String name, String shape, String parameters) {
    String mark = "<span class=\"tag" + (on ? " on" : "") + "\">" + escape(tag) + "</span>";
    append("", List.of(escape(name), escape(shape), escape(parameters), mark));
  }

  private void append(String attributes, List<String> cells) {
    if (cells.size() != headings.size()) {
      throw new IllegalArgumentException(cells + " under " + headings);
    }
    body.append("<tr").append(attributes).append(">");
    for (int i = 0; i < cells.size(); i++) {
      body.append("<td").append(style(i)).append(">").append(cells.get(i)).append("</td>");
    }
    body.append("</tr>\n");
  }

  private String style(int column) {
    return headings.get(column).startsWith("#") ? " class=\"n\"" : "";
  }

  String html() {
    StringBuilder html = new StringBuilder("<div class=\"scroll\"><table>\n<thead><tr>");
    for (int i = 0; i < headings.size(); i++) {
      String heading = headings.get(i).replaceFirst("^#", "");
      html.append("<th").append(style(i)).append(">").append(escape(heading)).append("</th>");
    }
    html.append("</tr></thead>\n<tbody>\n").append(body);
    return html.append("</tbody>\n</table></div>\n").toString();
  }
}
