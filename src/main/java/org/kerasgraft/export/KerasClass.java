package org.kerasgraft.export;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.kerasgraft.export.WeightsLayout.StoredVariable;
import org.kerasgraft.graph.Layer;

/**
 * The Keras class of a layer that has variables, as far as its variables' names and its nodes tell
 * it. A wrong guess cannot load anything wrong: Keras then misses the layer in the file, and says
 * so.
 */
final class KerasClass {

  private KerasClass() {}

  /**
   * The class of a layer.
   *
   * @param name the layer's own name
   * @param variables its variables, in order
   * @param layer the layer in the graph, if it leaves nodes there
   * @return for example {@code Conv2D}; empty where it cannot be known
   */
  static Optional<String> of(String name, List<StoredVariable> variables, Optional<Layer> layer) {
    Set<String> names = new TreeSet<>();
    variables.forEach(v -> names.add(v.path().substring(v.path().lastIndexOf('/') + 1)));
    if (names.contains("moving_variance")) {
      return Optional.of("BatchNormalization");
    } else if (names.equals(Set.of("mean", "variance", "count"))) {
      return Optional.of("Normalization");
    } else if (names.contains("depthwise_kernel") && names.contains("pointwise_kernel")) {
      return Optional.of("SeparableConv2D");
    } else if (names.equals(Set.of("alpha"))) {
      return Optional.of("PReLU");
    } else if (names.size() == 1
        && names.iterator().next().startsWith("variable")
        && name.endsWith("layer_scale")) {
      return Optional.of("LayerScale"); // Keras Applications' ConvNeXt
    }
    Optional<String> known = layer.flatMap(Layer::type);
    boolean normalizes = known.isEmpty() && names.equals(Set.of("gamma", "beta"));
    return normalizes && !name.contains("group") ? Optional.of("LayerNormalization") : known;
  }

  /**
   * The name of a class in a weights file: Keras' {@code to_snake_case}.
   *
   * @param className for example {@code DepthwiseConv2D}
   * @return for example {@code depthwise_conv2d}
   */
  static String snakeCase(String className) {
    return className
        .replaceAll("\\W+", "")
        .replaceAll("(.)([A-Z][a-z]+)", "$1_$2")
        .replaceAll("([a-z])([A-Z])", "$1_$2")
        .toLowerCase(Locale.ROOT);
  }
}
