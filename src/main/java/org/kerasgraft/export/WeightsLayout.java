package org.kerasgraft.export;

import java.util.List;
import org.tensorflow.proto.DataType;

/**
 * Where Keras 3 looks for each variable of a model in a {@code .weights.h5} file: per layer a group
 * named by its class, numbered in the order of {@code model.layers}, in it {@code vars/0}, {@code
 * vars/1} … (Keras {@code saving/saving_lib.py}).
 *
 * @param layers the layers that have variables, in the order of {@code model.layers}
 */
record WeightsLayout(List<LayerWeights> layers) {

  /** Copies. */
  WeightsLayout {
    layers = List.copyOf(layers);
  }

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
