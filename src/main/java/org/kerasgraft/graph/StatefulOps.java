package org.kerasgraft.graph;

import java.util.List;
import java.util.Set;

/** Ops that make inference differ from call to call: random ones, and those that write state. */
final class StatefulOps {

  private static final Set<String> WRITERS =
      Set.of("AssignVariableOp", "AssignAddVariableOp", "AssignSubVariableOp");
  private static final List<String> WRITER_PREFIXES =
      List.of(
          "ResourceApply",
          "ResourceSparseApply",
          "ResourceScatter",
          "ResourceStridedSliceAssign",
          "LookupTableInsert",
          "LookupTableImport");
  private static final List<String> RANDOM_PREFIXES =
      List.of(
          "Random",
          "StatelessRandom",
          "StatefulRandom",
          "StatefulStandardNormal",
          "StatefulUniform",
          "StatefulTruncatedNormal",
          "StatelessTruncatedNormal",
          "StatelessMultinomial",
          "StatelessShuffle",
          "SampleDistortedBoundingBox",
          "FractionalMaxPool",
          "FractionalAvgPool",
          "ExtractGlimpse", // fills up with noise
          "ParameterizedTruncatedNormal",
          "TruncatedNormal",
          "Multinomial",
          "RngReadAndSkip",
          "RngSkip");

  private StatefulOps() {}

  /** Whether an op draws random numbers. */
  static boolean isRandom(String op) {
    return RANDOM_PREFIXES.stream().anyMatch(op::startsWith);
  }

  /** Whether what an op writes is a table. */
  static boolean isTableWriter(String op) {
    return op.startsWith("LookupTable") && isWriter(op);
  }

  /** Whether an op writes a variable or a table, which is then its first input. */
  static boolean isWriter(String op) {
    return WRITERS.contains(op) || WRITER_PREFIXES.stream().anyMatch(op::startsWith);
  }
}
