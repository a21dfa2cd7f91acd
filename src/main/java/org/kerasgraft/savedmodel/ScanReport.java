package org.kerasgraft.savedmodel;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.kerasgraft.error.ModelRefusedException;

/**
 * What a model may do, told by its ops alone.
 *
 * @param directory the model
 * @param sha256 the hash of {@code saved_model.pb} as it was scanned, hexadecimal
 * @param nodes how many nodes all its graphs and functions have
 * @param functions how many functions
 * @param ops every op that stands anywhere, with how often
 * @param findings what is not allowed, in the order of the file
 * @param allowedByUser the ops that only the user's exception lets pass, in the order of the
 *     alphabet
 */
public record ScanReport(
    Path directory,
    String sha256,
    long nodes,
    long functions,
    Map<String, Integer> ops,
    List<ScanFinding> findings,
    Set<String> allowedByUser) {

  /** Copies. */
  public ScanReport {
    ops = Collections.unmodifiableMap(new TreeMap<>(ops));
    findings = List.copyOf(findings);
    allowedByUser = Collections.unmodifiableSet(new TreeSet<>(allowedByUser));
  }

  /**
   * The policy under which a copy of this model passes.
   *
   * @return the listed ops and those that the user allowed here
   */
  public OpPolicy policy() {
    return new OpPolicy(allowedByUser);
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
    throw new ModelRefusedException(
        "'" + directory + "' holds " + first.text() + "." + also, remedy(first));
  }

  private static String remedy(ScanFinding first) {
    if (first.op().isEmpty()) {
      return "Export the model again; a copy must be whole and without links (cp -rL).";
    }
    return OpRegistry.names().contains(first.op())
        ? "If you trust where the model comes from: --allow-op " + first.op() + "."
        : "This TensorFlow has no such op; do not use this model.";
  }
}
