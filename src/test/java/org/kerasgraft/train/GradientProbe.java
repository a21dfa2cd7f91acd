package org.kerasgraft.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.graph.Network;
import org.kerasgraft.head.BuiltHead;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * The gradients of any scalar with respect to all that can train in a network, added to its graph
 * as training adds them.
 *
 * @param gradients of each variable that has one
 * @param refused what the others were refused with, by their names
 */
public record GradientProbe(
    Map<VariableSpec, Operand<TFloat32>> gradients, Map<String, String> refused) {

  /** Adds the nodes; {@code total} depends on the only output of {@code network}. */
  public static GradientProbe of(LiveNetwork network, Operand<TFloat32> total) {
    Selection all = Variables.all().resolve(network.network(), List.of());
    String output = Gradients.outputOf(network.network());
    Map<String, String> refused = new LinkedHashMap<>();
    List<VariableSpec> rest = new ArrayList<>();
    TrainablePath path = new TrainablePath(network, output);
    for (VariableSpec variable : all.backbone()) {
      try {
        path.check(variable);
        rest.add(variable);
      } catch (ModelRefusedException e) {
        refused.put(variable.name(), e.getMessage());
      }
    }
    BuiltHead none = new BuiltHead(total, total, total, 2, List.of(), Optional.empty());
    Gradients gradients = new Gradients(network, new Weights(network, none), output);
    Map<VariableSpec, Operand<TFloat32>> found = new LinkedHashMap<>();
    try {
      gradients
          .of(total, new Selection(rest, List.of(), all.all()))
          .forEach(g -> found.put(g.spec(), g.gradient()));
    } catch (ModelRefusedException e) {
      rest.forEach(v -> refused.put(v.name(), e.getMessage()));
    }
    return new GradientProbe(found, refused);
  }

  /** The network's only output. */
  public static String outputOf(Network network) {
    return Gradients.outputOf(network);
  }
}
