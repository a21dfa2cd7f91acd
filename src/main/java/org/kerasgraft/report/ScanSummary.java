package org.kerasgraft.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.kerasgraft.savedmodel.ScanFinding;
import org.kerasgraft.savedmodel.ScanReport;

/** What a scan found, as text or JSON. */
public final class ScanSummary {

  /** The JSON document; its fields are a stable format. */
  private record Document(
      String model,
      boolean clean,
      long nodes,
      long functions,
      Map<String, Integer> ops,
      Set<String> allowedByUser,
      List<Refusal> refused) {}

  private record Refusal(String op, String node, String place, String reason) {}

  private final ScanReport report;

  /**
   * Of a report.
   *
   * @param report clean or not
   */
  public ScanSummary(ScanReport report) {
    this.report = report;
  }

  /**
   * The JSON form.
   *
   * @return one object; {@code ops} counts every op that stands anywhere in the model
   */
  public String json() {
    return Json.pretty(
        new Document(
            report.directory().toString(),
            report.findings().isEmpty(),
            report.nodes(),
            report.functions(),
            report.ops(),
            report.allowedByUser(),
            report.findings().stream()
                .map(f -> new Refusal(f.op(), f.node(), f.place(), f.reason()))
                .toList()));
  }

  /**
   * The text form.
   *
   * @return lines of a person's length, the verdict last
   */
  public String text() {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "%s: %,d nodes, %,d functions, %d kinds of ops",
            report.directory(),
            report.nodes(),
            report.functions(),
            report.ops().size()));
    groups().forEach((group, ops) -> lines.add(String.format("  %-22s %s", group, ops)));
    if (!report.allowedByUser().isEmpty()) {
      lines.add("Allowed by --allow-op: " + String.join(", ", report.allowedByUser()));
    }
    report.findings().forEach(finding -> lines.add("REFUSED " + finding.text()));
    lines.add(
        report.findings().isEmpty()
            ? "Clean: every op is on the list of ops that a model may hold."
            : "Refused: " + report.findings().size() + " findings.");
    return String.join("\n", lines) + "\n";
  }

  /** What the ops are for, with their counts. */
  private Map<String, String> groups() {
    Map<String, List<String>> groups = new LinkedHashMap<>();
    List.of(
            "its own checkpoint",
            "its own variables",
            "random numbers",
            "calls and branches",
            "computes")
        .forEach(group -> groups.put(group, new ArrayList<>()));
    Set<String> refused =
        report.findings().stream().map(ScanFinding::op).collect(Collectors.toSet());
    report
        .ops()
        .forEach(
            (op, count) -> {
              if (!refused.contains(op)) {
                groups.get(group(op)).add(op + " " + count);
              }
            });
    return groups.entrySet().stream()
        .filter(group -> !group.getValue().isEmpty())
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                group -> String.join(", ", group.getValue()),
                (one, other) -> one,
                LinkedHashMap::new));
  }

  private static String group(String op) {
    if (op.matches("SaveV2|RestoreV2|MergeV2Checkpoints|ShardedFilename")) {
      return "its own checkpoint";
    }
    if (op.matches(".*Variable.*|VarHandleOp|VarIsInitializedOp|Resource.*|DisableCopyOnRead")) {
      return "its own variables";
    }
    if (op.matches(".*Random.*|.*Uniform.*|.*Normal|Rng.*|.*Multinomial")) {
      return "random numbers";
    }
    return op.matches(".*PartitionedCall|.*If|.*While|.*Case|MapDefun")
        ? "calls and branches"
        : "computes";
  }
}
