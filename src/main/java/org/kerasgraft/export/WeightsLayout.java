package org.kerasgraft.export;

import java.util.List;
import java.util.Optional;
import org.tensorflow.proto.DataType;

/**
 * Where Keras 3 looks for each variable of a model in a {@code .weights.h5} file: per layer a group
 * named by its class, numbered in the order of {@code model.layers}, in it {@code vars/0}, {@code
 * vars/1} … (Keras {@code saving/saving_lib.py}).
 *
 * @param layers the layers that have variables, in the order of {@code model.layers}
 * @param nested the models and layers around them whose class is a guess
 */
record WeightsLayout(List<LayerWeights> layers, List<NestedGroup> nested) {

  /** Copies. */
  WeightsLayout {
    layers = List.copyOf(layers);
    nested = List.copyOf(nested);
  }

  /**
   * A nested model that leaves no trace of its class: a functional one, a {@code Sequential} whose
   * name is lost since Keras loaded it from a file, or a layer of a class of its own.
   *
   * @param group where a functional model's layers stand
   * @param alias the other place where Keras may look for them; empty where that would be
   *     ambiguous, as beside other nested models
   */
  record NestedGroup(String group, Optional<String> alias) {}

  /**
   * One layer.
   *
   * @param group its group, for example {@code layers/functional/layers/conv2d_3}
   * @param name its Keras name
   * @param known whether its class is known; if not, Keras does not find the group
   * @param variables its own variables in order
   */
  record LayerWeights(String group, String name, boolean known, List<StoredVariable> variables) {
    /** Copies. */
    LayerWeights {
      variables = List.copyOf(variables);
    }
  }

  /**
   * A variable of the original's checkpoint.
   *
   * @param path its Keras path
   * @param key its checkpoint key
   * @param dtype its type
   * @param trainable as created
   */
  record StoredVariable(String path, String key, DataType dtype, boolean trainable) {
    /** The path without the variable's own name. */
    String owner() {
      int slash = path.lastIndexOf('/');
      return slash < 0 ? "" : path.substring(0, slash);
    }
  }

  /** The layers for which plain {@code load_weights} would not find its group. */
  List<String> unknown() {
    return layers.stream().filter(layer -> !layer.known()).map(LayerWeights::name).toList();
  }
}
