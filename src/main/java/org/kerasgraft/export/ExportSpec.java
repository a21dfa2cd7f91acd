package org.kerasgraft.export;

import java.util.List;
import java.util.Objects;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.head.BuiltHead;
import org.kerasgraft.savedmodel.VariableSpec;
import org.kerasgraft.train.TrainedNetwork;
import org.tensorflow.Operand;

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
   * A network with its head, as training leaves it.
   *
   * @param trained the network and head; borrowed
   * @param provenance where it comes from
   * @return what to export
   */
  public static ExportSpec of(TrainedNetwork trained, Provenance provenance) {
    BuiltHead head = trained.head();
    return new ExportSpec(
        trained.network(),
        new Outputs(name(head.probabilities()), name(head.logits())),
        head.variables(),
        provenance);
  }

  private static String name(Operand<?> operand) {
    return new TensorRef(operand.op().name(), operand.asOutput().index()).inSignature();
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
