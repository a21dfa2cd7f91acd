package org.kerasgraft.data;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.graph.Network;
import org.kerasgraft.internal.NearNames;

/**
 * How pixels become what a model was trained on. All modes take RGB, 0..255, channels last. The
 * formulas and numbers are those of Keras' {@code preprocess_input} ({@code
 * keras/applications/imagenet_utils.py}), in float32.
 */
public enum Preprocessing {
  /**
   * RGB to BGR, then minus 103.939, 116.779, 123.68 (B, G, R: ImageNet's means); no scaling. VGG,
   * ResNet.
   */
  CAFFE("caffe"),
  /**
   * {@code x / 127.5 − 1}, giving −1..1. ResNet V2, MobileNet V1 and V2, Inception, Xception,
   * NASNet.
   */
  TF("tf"),
  /**
   * {@code x / 255}, minus 0.485, 0.456, 0.406, divided by 0.229, 0.224, 0.225 (R, G, B: ImageNet's
   * means and deviations). DenseNet.
   */
  TORCH("torch"),
  /** {@code x / 255}, giving 0..1: the Keras blog's rescaling. */
  SCALE_0_1("scale-0-1"),
  /** Nothing: the model takes RGB 0..255. EfficientNet, MobileNetV3, ConvNeXt, RegNet, ResNetRS. */
  NONE("none");

  private final String id;

  Preprocessing(String id) {
    this.id = id;
  }

  /**
   * The name used in files and on the command line.
   *
   * @return for example {@code scale-0-1}
   */
  public String id() {
    return id;
  }

  /**
   * Reads a mode's name.
   *
   * @param text for example {@code caffe}, in any case
   * @return the mode
   * @throws UnknownNameException if there is none of that name, with near names
   */
  public static Preprocessing parse(String text) {
    String wanted = text.strip().toLowerCase(Locale.ROOT);
    List<String> known = Arrays.stream(values()).map(Preprocessing::id).toList();
    int at = known.indexOf(wanted);
    if (at < 0) {
      throw new UnknownNameException(
          "preprocessing",
          text,
          "the list of modes",
          NearNames.of(wanted, known),
          "The modes are " + String.join(", ", known) + ".");
    }
    return values()[at];
  }

  /** All names, for a message. */
  static String modes() {
    List<String> ids = Arrays.stream(values()).map(Preprocessing::id).toList();
    int last = ids.size() - 1;
    return String.join(", ", ids.subList(0, last)) + " or " + ids.get(last);
  }

  /**
   * Builds this preprocessing into a network: its single input becomes the placeholder {@code
   * images}, float32 {@code (n, h, w, 3)}, RGB, 0..255, followed by the nodes of this mode. Layers
   * and outputs stay what they were.
   *
   * @param network a network with one float input of shape {@code (n, h, w, 3)}; not modified
   * @return the network on raw images; {@code h} and {@code w} as the network declares them
   * @throws org.kerasgraft.error.ModelRefusedException if it has another kind of input
   */
  public Network splice(Network network) {
    return new PreprocessingSplice(network).apply(this);
  }

  /**
   * The same for a network that leaves its image size open.
   *
   * @param network as above
   * @param size the size to fix
   * @return the network on raw images of that size
   * @throws org.kerasgraft.error.ModelRefusedException if it has another kind of input
   * @throws org.kerasgraft.error.UsageException if the network fixes another size
   */
  public Network splice(Network network, ImageSize size) {
    return new PreprocessingSplice(network).fix(size).apply(this);
  }
}
