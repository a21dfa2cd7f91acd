package org.kerasgraft.train;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.kerasgraft.backbone.TensorShapes;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.graph.Network;
import org.kerasgraft.graph.TrainableForm;
import org.kerasgraft.savedmodel.VariableSpec;

/**
 * Which variables are to train. A new head always trains; everything else is frozen unless chosen.
 * Moving statistics (of BatchNormalization and the like) are never chosen: such layers run in
 * inference mode.
 */
public sealed interface Variables {

  /**
   * Layers by exact name or glob.
   *
   * @param patterns Keras layer names; {@code *} is any text, {@code ?} any one character
   */
  record Layers(List<String> patterns) implements Variables {
    /** Copies and checks. */
    public Layers {
      patterns = List.copyOf(patterns);
      if (patterns.isEmpty()) {
        throw new UsageException(
            "No layers to train are named.", "Name layers, or choose the head alone.");
      }
    }
  }

  /**
   * Any rule.
   *
   * @param rule true for a variable that is to train
   */
  record Matching(Predicate<VariableSpec> rule) implements Variables {}

  /** The last convolutional block, found from the graph. */
  record LastConvBlock() implements Variables {}

  /** The last convolutional block and every layer after it; for a model whose head is kept. */
  record FromLastConvBlock() implements Variables {}

  /** Everything but moving statistics. */
  record All() implements Variables {}

  /** The head alone. */
  record HeadOnly() implements Variables {}

  /**
   * The new head and layers of the network.
   *
   * @param patterns exact names or globs, for example {@code block5_*}
   * @return the choice
   */
  static Variables headAnd(String... patterns) {
    return new Layers(List.of(patterns));
  }

  /**
   * Exactly these layers where the head is kept; a new head trains beside them all the same.
   *
   * @param patterns exact names or globs
   * @return the choice
   */
  static Variables layers(String... patterns) {
    return new Layers(List.of(patterns));
  }

  /**
   * Reads comma-separated patterns, as on the command line.
   *
   * @param patterns for example {@code block4_*, block5_*}
   * @return the choice
   * @throws UsageException if one is empty
   */
  static Variables parse(String patterns) {
    List<String> parts = Arrays.stream(patterns.split(",", -1)).map(String::strip).toList();
    if (parts.contains("")) {
      throw new UsageException(
          "'" + patterns + "' has an empty layer name.",
          "Give comma-separated layer names or globs, for example 'block5_*'.");
    }
    return new Layers(parts);
  }

  /**
   * The network's variables for which a rule holds.
   *
   * @param rule true for a variable that is to train
   * @return the choice
   */
  static Variables matching(Predicate<VariableSpec> rule) {
    return new Matching(rule);
  }

  /**
   * The last convolutional block (and a new head).
   *
   * @return the choice
   */
  static Variables lastConvBlock() {
    return new LastConvBlock();
  }

  /**
   * The last convolutional block and all after it.
   *
   * @return the choice
   */
  static Variables fromLastConvBlock() {
    return new FromLastConvBlock();
  }

  /**
   * Everything but moving statistics.
   *
   * @return the choice
   */
  static Variables all() {
    return new All();
  }

  /**
   * The new head alone.
   *
   * @return the choice
   */
  static Variables head() {
    return new HeadOnly();
  }

  /**
   * Finds the variables in a model. Nothing is added to a graph.
   *
   * @param network whole or cut
   * @param head the new head's variables; empty for a kept head
   * @return the selection
   * @throws org.kerasgraft.error.UnknownNameException if a pattern matches no layer with variables
   * @throws UsageException if nothing is chosen
   */
  default Selection resolve(Network network, List<VariableSpec> head) {
    return new SelectionSearch(network, head).of(this);
  }

  /**
   * A network in the form in which this choice can train: convolutions with dilations, groups or
   * explicit padding, and some other ops without a right gradient in TensorFlow, are written in
   * equal ops, where gradients go through them and nowhere else. Open this one to train.
   *
   * @param network whole or cut
   * @return a network of equal values, layers and outputs; the same one if nothing had to change
   * @throws org.kerasgraft.error.UnknownNameException if a pattern matches no layer with variables
   */
  default Network trainableForm(Network network) {
    try (TensorShapes shapes = new TensorShapes(network)) {
      return TrainableForm.of(
          network, new SelectionSearch(network, List.of()).backbone(this), shapes);
    }
  }
}
