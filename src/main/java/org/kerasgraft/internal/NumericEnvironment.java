package org.kerasgraft.internal;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The environment's settings that choose among TensorFlow's kernels, and so decide in which order
 * numbers are added up: those of oneDNN and XLA.
 */
public final class NumericEnvironment {

  private static final List<String> PREFIXES =
      List.of(
          "TF_ENABLE_ONEDNN", "TF_DISABLE_MKL", "ONEDNN_", "DNNL_", "TF_XLA_FLAGS", "XLA_FLAGS");

  /** Says more, computes the same. */
  private static final String VERBOSE = "VERBOSE";

  private NumericEnvironment() {}

  /**
   * Of this process.
   *
   * @return {@code NAME=value} for each that is set, by name; {@code default} for none
   */
  public static String text() {
    return text(System.getenv());
  }

  static String text(Map<String, String> environment) {
    String set =
        new TreeMap<>(environment)
            .entrySet().stream()
                .filter(e -> PREFIXES.stream().anyMatch(e.getKey()::startsWith))
                .filter(e -> !e.getKey().contains(VERBOSE))
                .map(e -> e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining(" "));
    return set.isEmpty() ? "default" : set;
  }
}
