package org.kerasgraft.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.head.BuiltHead;
import org.kerasgraft.head.HeadVariable;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TType;

/** The variables of a network and its head under one roof. */
final class Weights {

  private final LiveNetwork network;
  private final BuiltHead head;
  private final Map<String, HeadVariable> own = new LinkedHashMap<>();

  Weights(LiveNetwork network, BuiltHead head) {
    this.network = network;
    this.head = head;
    head.parameters().forEach(p -> own.put(p.spec().name(), p));
  }

  Operand<? extends TType> handle(VariableSpec variable) {
    HeadVariable parameter = own.get(variable.name());
    return parameter == null ? network.handle(variable) : parameter.handle();
  }

  /** Copies values, name to C order. */
  Map<String, float[]> read(Iterable<VariableSpec> variables) {
    List<VariableSpec> backbone = new ArrayList<>();
    Map<String, float[]> ours = head.values(network.session());
    Map<String, float[]> values = new LinkedHashMap<>();
    for (VariableSpec variable : variables) {
      if (own.containsKey(variable.name())) {
        values.put(variable.name(), ours.get(variable.name()));
      } else {
        backbone.add(variable);
      }
    }
    if (!backbone.isEmpty()) {
      values.putAll(network.values(backbone));
    }
    return values;
  }

  /** Overwrites variables with values as {@link #read} gives them. */
  void assign(Map<String, float[]> values) {
    head.assign(network.session(), values);
    Map<String, float[]> backbone = new LinkedHashMap<>(values);
    backbone.keySet().removeAll(own.keySet());
    if (!backbone.isEmpty()) {
      network.assign(backbone);
    }
  }
}
