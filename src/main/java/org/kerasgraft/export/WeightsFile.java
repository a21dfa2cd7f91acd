package org.kerasgraft.export;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The two layouts of HDF5 files that Keras' {@code load_weights} takes. */
final class WeightsFile implements AutoCloseable {

  private final Hdf5File file;
  private int written;

  private WeightsFile(Hdf5File file) {
    this.file = file;
  }

  /** Starts a file, to be closed by the caller. */
  static WeightsFile create(Path path) {
    return new WeightsFile(Hdf5File.create(path));
  }

  /** Names a layer's group in Keras 3's own layout as Keras does, for people who look into it. */
  void nameNative(String layer, String name) {
    file.attribute(layer + "/vars", "name", name);
  }

  /**
   * A variable of a layer in Keras 3's own layout.
   *
   * @param layer the layer's group, with {@code /}
   * @param index its place among the layer's variables
   * @param value its value
   * @param variable its Keras path, kept as an attribute for readers that go by path
   */
  void putNative(String layer, int index, Hdf5Array value, String variable) {
    String order = String.valueOf(written++);
    file.array(layer + "/vars/" + index, value, Map.of("path", variable, "order", order));
  }

  /** Lets Keras find the layers of a nested model at a second place too. */
  void aliasNative(String group, String alias) {
    file.link(alias, group);
  }

  /** Ends that layout with what Keras 3.3 looks for at the root. */
  void finishNative() {
    file.group("vars");
  }

  /** A layer in the older layout, which Keras 2 and 3 read in order. */
  void putLegacy(String layer, Map<String, Hdf5Array> weights) {
    file.attribute(layer, "weight_names", List.copyOf(weights.keySet()));
    for (Map.Entry<String, Hdf5Array> weight : weights.entrySet()) {
      file.array(layer + "/" + weight.getKey(), weight.getValue(), Map.of());
    }
  }

  /** Ends that layout. */
  void finishLegacy(List<String> layers) {
    file.attribute("", "layer_names", layers);
    file.attribute("", "backend", "tensorflow");
    file.attribute("", "keras_version", "2.15.0");
  }

  @Override
  public void close() {
    file.close();
  }
}
