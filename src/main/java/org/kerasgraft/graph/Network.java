package org.kerasgraft.graph;

import java.util.List;
import java.util.Optional;
import org.kerasgraft.savedmodel.ImportedModel;

/**
 * A model as a flat graph with its Keras layers, whole or cut; still only data.
 *
 * @param source where it came from
 * @param graph the nodes
 * @param layers the layers in execution order, the input layer first
 */
public record Network(ImportedModel source, FlatGraph graph, List<Layer> layers) {

  /** The name under which a cut network's single output stands in {@link FlatGraph#outputs()}. */
  public static final String FEATURES = "features";

  /** Copies. */
  public Network {
    layers = List.copyOf(layers);
  }

  /**
   * Inlines a model's serving signature and locates its layers.
   *
   * @param model the model
   * @return the whole network
   */
  public static Network of(ImportedModel model) {
    throw new UnsupportedOperationException();
  }

  /**
   * Finds a layer by its Keras name.
   *
   * @param name the full name
   * @return the layer
   * @throws org.kerasgraft.error.UnknownNameException if there is none, with near names
   */
  public Layer layer(String name) {
    throw new UnsupportedOperationException(name);
  }

  /**
   * The last convolutional block, found from the graph.
   *
   * @return the block; empty if the network has no convolution
   */
  public Optional<ConvBlock> lastConvBlock() {
    throw new UnsupportedOperationException();
  }

  /**
   * Cuts after a layer: its output becomes the only output, {@link #FEATURES}; whatever does not
   * lead there is dropped.
   *
   * @param layer the Keras name of any layer, weightless ones too
   * @return the smaller network
   * @throws org.kerasgraft.error.UnknownNameException if there is none, with near names
   */
  public Network cutAfter(String layer) {
    throw new UnsupportedOperationException(layer);
  }
}
