package org.kerasgraft;

import java.util.Optional;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.data.ImageInput;
import org.kerasgraft.data.ImageSet;
import org.kerasgraft.features.ExtractionOptions;
import org.kerasgraft.features.FeatureExtractor;
import org.kerasgraft.features.FeatureInput;
import org.kerasgraft.features.FeatureSet;
import org.kerasgraft.features.FeatureStore;
import org.kerasgraft.graph.Layer;
import org.kerasgraft.graph.Network;

/**
 * A Keras model cut at a layer (or whole): gives bottleneck features, and is what a head is grafted
 * on. Training never changes it: a {@link Trainer} works on its own copy. Holds native memory once
 * features were asked for; {@link #close()} is idempotent.
 */
public final class Backbone implements AutoCloseable {

  private final KerasModel model;
  private final Network cut;
  private final Optional<Layer> end;
  private Optional<LiveNetwork> live = Optional.empty();
  private boolean open = true;

  Backbone(KerasModel model, Network cut, Optional<Layer> end) {
    this.model = model;
    this.cut = cut;
    this.end = end;
  }

  /**
   * The model it was cut from.
   *
   * @return the model as data
   */
  public KerasModel model() {
    return model;
  }

  /**
   * The network, on the model's own input.
   *
   * @return cut, or whole; data only
   */
  public Network network() {
    return cut;
  }

  /**
   * The layer it was cut after.
   *
   * @return the layer; empty if the model is whole
   */
  public Optional<Layer> end() {
    return end;
  }

  /**
   * What it expects of images: preprocessing and size.
   *
   * @return the choice, completed from the model
   * @throws org.kerasgraft.error.UsageException if the model does not say and nothing was chosen
   */
  public ImageInput imageInput() {
    return model.preprocessing().resolve(model.network());
  }

  /**
   * The bottleneck features of images at the cut; used again from the standard store if nothing
   * changed.
   *
   * @param images the files, labelled or not
   * @return the features, owned by the caller
   * @throws IllegalStateException if this backbone is closed or whole
   */
  public FeatureSet features(ImageSet images) {
    if (end.isEmpty()) {
      throw new IllegalStateException("A whole model has no cut to give features at.");
    }
    FeatureInput.Images input = new FeatureInput.Images(images, imageInput());
    FeatureExtractor extractor = new FeatureExtractor(live(), input, ExtractionOptions.defaults());
    return FeatureStore.standard().get(extractor, end.get().output());
  }

  /**
   * The network that takes some inputs: images get the preprocessing in front, arrays nothing.
   *
   * @param input what it shall take
   * @return the cut network as data
   */
  public Network networkFor(FeatureInput input) {
    return input instanceof FeatureInput.Images images ? images.input().splice(cut) : cut;
  }

  private synchronized LiveNetwork live() {
    if (!open) {
      throw new IllegalStateException("This backbone is closed.");
    }
    if (live.isEmpty()) {
      live = Optional.of(LiveNetwork.open(imageInput().splice(cut), model.runtime()));
    }
    return live.get();
  }

  /** Frees the native memory, if any is held. */
  @Override
  public synchronized void close() {
    open = false;
    live.ifPresent(LiveNetwork::close);
  }
}
