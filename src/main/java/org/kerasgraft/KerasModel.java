package org.kerasgraft;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.data.PreprocessingChoice;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.graph.ConvBlock;
import org.kerasgraft.graph.Layer;
import org.kerasgraft.graph.Network;

/**
 * An opened Keras model: its layers by their Keras names, and the choices that hold for whatever is
 * cut from it. Only data; immutable.
 *
 * @param network the whole network
 * @param preprocessing what the user says of its images; the rest is taken from the model
 * @param runtime device and threads of what is cut from it
 */
public record KerasModel(
    Network network, PreprocessingChoice preprocessing, RuntimeOptions runtime) {

  /** Checks. */
  public KerasModel {
    Objects.requireNonNull(network);
    Objects.requireNonNull(preprocessing);
    Objects.requireNonNull(runtime);
  }

  static KerasModel of(Network network) {
    return new KerasModel(network, PreprocessingChoice.AUTO, RuntimeOptions.defaults());
  }

  /**
   * The same model, with preprocessing or image size chosen.
   *
   * @param choice what is chosen
   * @return a derived copy
   */
  public KerasModel withPreprocessing(PreprocessingChoice choice) {
    return new KerasModel(network, choice, runtime);
  }

  /**
   * The same model, to run with these options.
   *
   * @param options device and threads
   * @return a derived copy
   */
  public KerasModel withRuntime(RuntimeOptions options) {
    return new KerasModel(network, preprocessing, options);
  }

  /**
   * The layers in execution order.
   *
   * @return the layers, the input first
   */
  public List<Layer> layers() {
    return network.layers();
  }

  /**
   * The last convolutional block, where a model is usually cut.
   *
   * @return the block
   * @throws UsageException if the model has no convolution
   */
  public ConvBlock lastConvBlock() {
    return network
        .lastConvBlock()
        .orElseThrow(
            () ->
                new UsageException(
                    "'" + network.source().directory() + "' has no convolutional block.",
                    "Name the layer to cut at, and the layers to train."));
  }

  /**
   * Cuts after a layer: its output becomes the features that a head is put on.
   *
   * @param layer the Keras name
   * @return the backbone, owned by the caller
   * @throws org.kerasgraft.error.UnknownNameException if there is none, with near names
   */
  public Backbone cutAfter(String layer) {
    return new Backbone(this, network.cutAfter(layer), Optional.of(network.layer(layer)));
  }

  /**
   * Takes the whole model, to go on training the classifier it has.
   *
   * @return the backbone, owned by the caller
   */
  public Backbone whole() {
    return new Backbone(this, network, Optional.empty());
  }
}
