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

  /** Copies values with their names and shapes. */
  List<NamedArray> copy(List<VariableSpec> variables) {
    Map<String, float[]> values = read(variables);
    return variables.stream()
        .map(v -> new NamedArray(v.name(), v.shape(), values.get(v.name())))
        .toList();
  }

  /** Overwrites variables with values as {@link #copy} gives them. */
  void assign(List<NamedArray> values) {
    Map<String, float[]> byName = new LinkedHashMap<>();
    values.forEach(v -> byName.put(v.name(), v.values()));
    assign(byName);
  }
}
