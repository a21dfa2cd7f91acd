package org.kerasgraft.graph;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.kerasgraft.savedmodel.TensorSpec;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.proto.GraphDef;

/**
 * One function-free graph: the inference path of a model, its ends and variables named.
 *
 * @param graphDef the nodes, each after its inputs; no function library, no calls
 * @param inputs argument name to placeholder tensor
 * @param outputs result name to tensor
 * @param variables name of each {@code VarHandleOp} node to the variable it holds
 */
public record FlatGraph(
    GraphDef graphDef,
    Map<String, TensorSpec> inputs,
    Map<String, TensorSpec> outputs,
    Map<String, VariableSpec> variables) {

  /** Checks and copies, keeping the order. */
  public FlatGraph {
    Objects.requireNonNull(graphDef);
    inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
    outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
    variables = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
  }
}
