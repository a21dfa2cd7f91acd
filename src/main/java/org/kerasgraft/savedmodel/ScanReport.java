package org.kerasgraft.savedmodel;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.kerasgraft.error.ModelRefusedException;

/**
 * What a model may do, told by its ops alone.
 *
 * @param directory the model
 * @param nodes how many nodes all its graphs and functions have
 * @param functions how many functions
 * @param ops every op that stands anywhere, with how often
 * @param findings what is not allowed, in the order of the file
 * @param allowedByUser the ops that only the user's exception lets pass, in the order of the
 *     alphabet
 */
public record ScanReport(
    Path directory,
    long nodes,
    int functions,
    Map<String, Integer> ops,
    List<ScanFinding> findings,
    Set<String> allowedByUser) {

  /** Copies. */
  public ScanReport {
    ops = Collections.unmodifiableMap(new TreeMap<>(ops));
    findings = List.copyOf(findings);
    allowedByUser = Collections.unmodifiableSet(new java.util.TreeSet<>(allowedByUser));
  }

  /**
   * Refuses a model with findings.
   *
   * @throws ModelRefusedException naming the first: op, node, function and reason
   */
  public void requireClean() {
    if (findings.isEmpty()) {
      return;
    }
    ScanFinding first = findings.get(0);
    int more = findings.size() - 1;
    String also = more == 0 ? "" : " " + more + " more like it: 'graft scan' lists them.";
    String trust =
        first.op().isEmpty()
            ? "Copy the model whole, without links (cp -rL), or export it again."
            : "If you trust where the model comes from: --allow-op " + first.op() + ".";
    throw new ModelRefusedException(
        "'" + directory + "' holds " + first.text() + "." + also, trust);
  }
}
