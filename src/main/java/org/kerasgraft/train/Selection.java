package org.kerasgraft.train;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.kerasgraft.savedmodel.VariableSpec;

/**
 * Which variables train, resolved against a model and its head.
 *
 * @param backbone the chosen variables of the network, in its order
 * @param head the head's variables; all train; empty for a kept head
 * @param all every variable of the network and the head, in order
 */
public record Selection(
    List<VariableSpec> backbone, List<VariableSpec> head, List<VariableSpec> all) {

  /** Copies. */
  public Selection {
    backbone = List.copyOf(backbone);
    head = List.copyOf(head);
    all = List.copyOf(all);
  }

  /**
   * One variable in print.
   *
   * @param name the Keras path
   * @param shape for example {@code (3, 3, 512, 512)}
   * @param count the number of parameters
   * @param trainable whether it trains
   */
  public record Row(String name, String shape, long count, boolean trainable) {}

  /**
   * The variables that train.
   *
   * @return backbone first, then head
   */
  public List<VariableSpec> chosen() {
    List<VariableSpec> chosen = new ArrayList<>(backbone);
    chosen.addAll(head);
    return chosen;
  }

  /**
   * Whether a variable trains.
   *
   * @param variable any
   * @return true if it was chosen or is the head's
   */
  public boolean contains(VariableSpec variable) {
    return backbone.contains(variable) || head.contains(variable);
  }

  /**
   * All variables for printing.
   *
   * @return one row each, in order
   */
  public List<Row> rows() {
    Set<VariableSpec> chosen = new HashSet<>(chosen());
    return all.stream()
        .map(v -> new Row(v.name(), shape(v), v.size(), chosen.contains(v)))
        .toList();
  }

  /**
   * The number of parameters that train.
   *
   * @return the sum of the chosen variables' sizes
   */
  public long trainableParameters() {
    return chosen().stream().mapToLong(VariableSpec::size).sum();
  }

  /**
   * The number of parameters that stay, moving statistics included.
   *
   * @return the sum of the other variables' sizes
   */
  public long frozenParameters() {
    return all.stream().mapToLong(VariableSpec::size).sum() - trainableParameters();
  }

  /**
   * The part of this selection that phase 1 trains.
   *
   * @return the head alone
   */
  public Selection headOnly() {
    return new Selection(List.of(), head, all);
  }

  private static String shape(VariableSpec variable) {
    List<String> dimensions = new ArrayList<>();
    for (long d : variable.shape().asArray()) {
      dimensions.add(Long.toString(d));
    }
    return "(" + String.join(", ", dimensions) + (dimensions.size() == 1 ? ",)" : ")");
  }
}
