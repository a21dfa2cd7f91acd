package org.kerasgraft.export;

import java.util.List;
import java.util.Objects;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.savedmodel.VariableSpec;

/**
 * What to export: a live, trained network and all that is to be known about it.
 *
 * @param network the network whose graph holds everything from the input to both outputs; borrowed,
 *     its weights are read while exporting
 * @param outputs the tensors to serve
 * @param headVariables the variables of the new layers, in order; empty if the classifier was kept
 * @param provenance where it comes from; its trained variables are exported trainable
 */
public record ExportSpec(
    LiveNetwork network, Outputs outputs, List<VariableSpec> headVariables, Provenance provenance) {

  /** Checks and copies. */
  public ExportSpec {
    Objects.requireNonNull(network);
    Objects.requireNonNull(outputs);
    Objects.requireNonNull(provenance);
    headVariables = List.copyOf(headVariables);
  }

  /**
   * The tensors a model answers with, {@code node:index}, both of the inference path.
   *
   * @param probabilities float (n, classes)
   * @param logits float (n, classes), or (n, 1) of one sigmoid
   */
  public record Outputs(String probabilities, String logits) {
    /** Checks. */
    public Outputs {
      Objects.requireNonNull(probabilities);
      Objects.requireNonNull(logits);
    }
  }
}
