package org.kerasgraft.export;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.head.Activation;
import org.kerasgraft.head.Head;
import org.kerasgraft.head.HeadLayer;
import org.kerasgraft.head.HeadLayer.Classes;
import org.kerasgraft.head.HeadLayer.Dense;
import org.kerasgraft.head.HeadLayer.Dropout;
import org.kerasgraft.head.HeadLayer.Flatten;
import org.kerasgraft.head.HeadLayer.GlobalAveragePooling;
import org.kerasgraft.savedmodel.Checkpoint;
import org.kerasgraft.savedmodel.VariableSpec;

/**
 * The new layers of an exported model, on their way into Keras.
 *
 * @param layers as trained, the last one with the number of its classes
 * @param cutAfter the layer they stand on, {@code outer/inner} inside a nested model
 * @param dense for each dense layer: kernel, bias
 */
record ReturnedHead(List<HeadLayer> layers, String cutAfter, List<DenseWeights> dense) {

  /** One dense layer's variables in the exported model. */
  record DenseWeights(String name, VariableSpec kernel, VariableSpec bias) {
    long units() {
      return bias.size();
    }
  }

  /** Copies. */
  ReturnedHead {
    layers = List.copyOf(layers);
    dense = List.copyOf(dense);
  }

  /**
   * Reads the head that an export describes.
   *
   * @param provenance the export's
   * @param own the exported variables that the original has not
   * @return empty if the original's classifier was kept
   * @throws InvalidModelException if the variables are not those of the head
   */
  static Optional<ReturnedHead> of(Provenance provenance, List<VariableSpec> own) {
    Optional<String> spec = provenance.surgery().head();
    if (spec.isEmpty()) {
      requireNone(own);
      return Optional.empty();
    }
    List<HeadLayer> layers = Head.parse(spec.get()).layers();
    Map<String, VariableSpec> byName =
        own.stream().collect(Collectors.toMap(VariableSpec::name, v -> v));
    String prefix = own.isEmpty() ? "head" : own.get(0).name().replaceFirst("/.*", "");
    List<DenseWeights> dense = new ArrayList<>();
    for (HeadLayer layer : layers) {
      if (layer instanceof Dense || layer instanceof Classes) {
        String name = dense.isEmpty() ? "dense" : "dense_" + dense.size();
        VariableSpec kernel = byName.remove(prefix + "/" + name + "/kernel");
        VariableSpec bias = byName.remove(prefix + "/" + name + "/bias");
        if (kernel == null || bias == null) {
          throw new InvalidModelException(
              "The exported model lacks the weights of the head's '" + layer.spec() + "'.",
              "Export it again.");
        }
        dense.add(new DenseWeights(name, kernel, bias));
      }
    }
    requireNone(byName.values());
    return Optional.of(
        new ReturnedHead(layers, provenance.surgery().cutAfter().orElseThrow(), dense));
  }

  private static void requireNone(Iterable<VariableSpec> variables) {
    for (VariableSpec variable : variables) {
      throw new InvalidModelException(
          "The exported model has a variable '"
              + variable.name()
              + "' that neither the original nor the head has.",
          "Export it again, or give the right original with --original DIR.");
    }
  }

  /** Whether it ends with one sigmoid. */
  boolean oneSigmoid() {
    return dense.get(dense.size() - 1).units() == 1;
  }

  /** Writes the dense layers' weights in the layout that all Keras versions read in order. */
  void write(WeightsFile file, StoredValues values, Checkpoint stored) {
    for (DenseWeights layer : dense) {
      Map<String, Hdf5Array> weights = new LinkedHashMap<>();
      weights.put("kernel", read(layer.kernel(), values, stored));
      weights.put("bias", read(layer.bias(), values, stored));
      file.putLegacy(layer.name(), weights);
    }
    file.finishLegacy(dense.stream().map(DenseWeights::name).toList());
  }

  private static Hdf5Array read(VariableSpec variable, StoredValues values, Checkpoint stored) {
    return values.read(stored.prefix(), variable.checkpointKeys().get(0), variable.dtype());
  }

  /** One line of Python a layer, each a Keras layer. */
  List<String> python() {
    List<String> lines = new ArrayList<>();
    int next = 0;
    for (HeadLayer layer : layers) {
      if (layer instanceof Flatten) {
        lines.add("keras.layers.Flatten()");
      } else if (layer instanceof GlobalAveragePooling) {
        lines.add("keras.layers.GlobalAveragePooling2D()");
      } else if (layer instanceof Dropout dropout) {
        lines.add("keras.layers.Dropout(" + dropout.rate() + ")");
      } else if (layer instanceof Dense || layer instanceof Classes) {
        DenseWeights weights = dense.get(next++);
        Activation activation =
            layer instanceof Dense hidden
                ? hidden.activation()
                : weights.units() == 1 ? Activation.SIGMOID : Activation.SOFTMAX;
        lines.add(
            "keras.layers.Dense(" + weights.units() + ", activation=\"" + activation.id() + "\")");
      } else {
        lines.add("keras.layers.GlobalMaxPooling2D()");
      }
    }
    return lines;
  }
}
