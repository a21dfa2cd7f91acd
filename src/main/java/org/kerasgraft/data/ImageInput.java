package org.kerasgraft.data;

import java.util.Objects;
import org.kerasgraft.graph.Network;

/**
 * What a model expects of its images: the named value that is stored with a model and built into
 * its graph, so that training and serving cannot differ.
 *
 * @param mode what happens to the pixels
 * @param size what images are resized to (bilinear, half-pixel centres, no antialiasing, as Keras'
 *     {@code image_dataset_from_directory} does)
 */
public record ImageInput(Preprocessing mode, ImageSize size) {

  /** How images are resized, as recorded with features and models. */
  public static final String RESIZE = "bilinear-half-pixel";

  /** Checks. */
  public ImageInput {
    Objects.requireNonNull(mode);
    Objects.requireNonNull(size);
  }

  /**
   * Builds this input into a network, see {@link Preprocessing#splice(Network, ImageSize)}.
   *
   * @param network a network with one float input of shape {@code (n, h, w, 3)}; not modified
   * @return the network with the placeholder {@code images}, RGB 0..255 of this size
   */
  public Network splice(Network network) {
    return mode.splice(network, size);
  }
}
