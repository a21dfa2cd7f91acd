package org.kerasgraft.graph;

import java.util.List;
import java.util.Set;
import org.kerasgraft.error.ModelRefusedException;
import org.tensorflow.proto.NodeDef;

/** Ops that make inference differ from call to call: random ones, and those that write state. */
final class StatefulOps {

  private static final Set<String> WRITERS =
      Set.of("AssignVariableOp", "AssignAddVariableOp", "AssignSubVariableOp");
  private static final List<String> WRITER_PREFIXES =
      List.of(
          "ResourceApply", "ResourceSparseApply", "ResourceScatter", "ResourceStridedSliceAssign");
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
          "ParameterizedTruncatedNormal",
          "TruncatedNormal",
          "Multinomial",
          "RngReadAndSkip",
          "RngSkip");

  private StatefulOps() {}

  /** Refuses a node of the inference path that is random or writes state. */
  static void requireInference(NodeDef node) {
    String op = node.getOp();
    if (RANDOM_PREFIXES.stream().anyMatch(op::startsWith)) {
      throw new ModelRefusedException(
          "The model's inference is random: '" + node.getName() + "' is a " + op + ".",
          "Export it without its augmentation layers; augment while training instead.");
    }
    if (WRITERS.contains(op) || WRITER_PREFIXES.stream().anyMatch(op::startsWith)) {
      throw new ModelRefusedException(
          "The model's inference changes its own state: '" + node.getName() + "' is a " + op + ".",
          "Export it for inference, with training=False and without stateful layers.");
    }
  }
}
