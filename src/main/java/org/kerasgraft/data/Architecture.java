package org.kerasgraft.data;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.kerasgraft.data.LayerChain.Link;

/**
 * The families of Keras Applications, known by their first layers: names, convolutions and pools,
 * in this order and with nothing between, and by a few names further on. Widths do not matter. The
 * names are those of {@code keras/src/applications/*.py} of Keras 3.15 and {@code tf_keras} 2.21;
 * the preprocessing is what {@code preprocess_input} of the same file does.
 */
enum Architecture {
  /** {@code vgg16.py}. */
  VGG16("VGG16", Preprocessing.CAFFE, vgg(2, 2, 3, 3, 3), 6, ""),
  /** {@code vgg19.py}. */
  VGG19("VGG19", Preprocessing.CAFFE, vgg(2, 2, 4, 4, 4), 6, ""),
  /** {@code resnet.py}. */
  RESNET(
      "ResNet",
      Preprocessing.CAFFE,
      "conv1_conv=conv7/2 conv1_bn conv1_relu pool1_pad pool1_pool=max3/2",
      "conv2_block1_1_conv conv2_block1_1_bn conv2_block1_3_conv conv2_block1_3_bn"
          + " conv2_block1_add"),
  /** {@code resnet_v2.py}. */
  RESNET_V2(
      "ResNetV2",
      Preprocessing.TF,
      "conv1_conv=conv7/2 pool1_pad pool1_pool=max3/2 conv2_block1_preact_bn"
          + " conv2_block1_preact_relu",
      "conv2_block1_1_conv conv2_block1_1_bn conv2_block1_2_conv conv2_block1_3_conv"),
  /** {@code densenet.py}. */
  DENSENET(
      "DenseNet",
      Preprocessing.TORCH,
      "conv1_conv|conv1/conv=conv7/2 conv1_bn|conv1/bn conv1_relu|conv1/relu * pool1=max3/2"
          + " conv2_block1_0_bn conv2_block1_0_relu conv2_block1_1_conv=conv1/1"
          + " conv2_block1_1_bn conv2_block1_1_relu conv2_block1_2_conv=conv3/1"
          + " conv2_block1_concat",
      ""),
  /** {@code inception_v3.py}. */
  INCEPTION_V3("InceptionV3", Preprocessing.TF, inception(), "mixed0 mixed1"),
  /** {@code inception_resnet_v2.py}. */
  INCEPTION_RESNET_V2(
      "InceptionResNetV2", Preprocessing.TF, inception(), "mixed_5b block35_1_conv"),
  /** {@code xception.py}. */
  XCEPTION(
      "Xception",
      Preprocessing.TF,
      "block1_conv1=conv3/2 block1_conv1_bn block1_conv1_act block1_conv2=conv3/1"
          + " block1_conv2_bn block1_conv2_act",
      "block2_sepconv1 block2_sepconv1_bn block2_sepconv2 block2_pool"),
  /** {@code mobilenet.py}. */
  MOBILENET(
      "MobileNet",
      Preprocessing.TF,
      "conv1=conv3/2 conv1_bn conv1_relu conv_dw_1=depth3/1 conv_dw_1_bn conv_dw_1_relu"
          + " conv_pw_1=conv1/1 conv_pw_1_bn conv_pw_1_relu",
      ""),
  /** {@code mobilenet_v2.py}. */
  MOBILENET_V2(
      "MobileNetV2",
      Preprocessing.TF,
      "Conv1=conv3/2 bn_Conv1 Conv1_relu expanded_conv_depthwise=depth3/1"
          + " expanded_conv_depthwise_BN expanded_conv_depthwise_relu"
          + " expanded_conv_project=conv1/1 expanded_conv_project_BN",
      ""),
  /** {@code nasnet.py}. */
  NASNET(
      "NASNet",
      Preprocessing.TF,
      "stem_conv1=conv3/2 stem_bn1",
      "reduction_conv_1_stem_1 reduction_bn_1_stem_1 separable_conv_1_reduction_left1_stem_1"
          + " reduction_conv_1_stem_2"),
  /** {@code efficientnet.py}: prepares its images itself. */
  EFFICIENTNET(
      "EfficientNet",
      "stem_conv=conv3/2 stem_bn stem_activation block1a_dwconv=depth3/1 block1a_bn"),
  /** {@code efficientnet_v2.py}: prepares its images itself, unless told not to. */
  EFFICIENTNET_V2(
      "EfficientNetV2", "stem_conv=conv3/2 stem_bn stem_activation block1a_project_conv=conv3/1"),
  /** {@code mobilenet_v3.py}: prepares its images itself, unless told not to. */
  MOBILENET_V3(
      "MobileNetV3",
      null,
      "conv|Conv|Conv/BatchNorm=conv3/2",
      "expanded_conv_project_bn|expanded_conv/project/BatchNorm"),
  /** {@code convnext.py}: prepares its images itself, unless told not to. */
  CONVNEXT("ConvNeXt", "*_stem_conv=conv4/4 *_stem_layernorm"),
  /** {@code regnet.py}: prepares its images itself, unless told not to. */
  REGNET("RegNet", "*_stem_conv=conv3/2 *_stem_bn *_stem_relu"),
  /** {@code resnet_rs.py}: prepares its images itself, unless told not to. */
  RESNET_RS("ResNetRS", "*stem_1_stem_conv_1=conv3/2 *stem_1_stem_batch_norm_1");

  /** One expected link: alternative names, {@code *} for any beginning; its ops. */
  private record Token(List<String> names, String ops) {

    static Token parse(String text) {
      int equals = text.indexOf('=');
      String names = equals < 0 ? text : text.substring(0, equals);
      return new Token(
          List.of(names.split("\\|", -1)), equals < 0 ? "" : text.substring(equals + 1));
    }

    /** The scope of nested models around a link of this name; empty if it is another. */
    Optional<String> parent(Link link) {
      return names.stream().flatMap(name -> parent(link.name(), name).stream()).findFirst();
    }

    private static Optional<String> parent(String full, String own) {
      if (own.startsWith("*")) {
        String ending = own.substring(1);
        return full.endsWith(ending)
            ? Optional.of(full.substring(0, full.lastIndexOf('/') + 1))
            : Optional.empty();
      }
      return full.equals(own) || full.endsWith("/" + own)
          ? Optional.of(full.substring(0, full.length() - own.length()))
          : Optional.empty();
    }
  }

  private final String family;
  private final Optional<Preprocessing> mode;
  private final String trunk;
  private final int least;
  private final String further;

  Architecture(String family, Preprocessing mode, String trunk, int least, String further) {
    this.family = family;
    this.mode = Optional.ofNullable(mode);
    this.trunk = trunk;
    this.least = least;
    this.further = further;
  }

  Architecture(String family, Preprocessing mode, String trunk, String further) {
    this(family, mode, trunk, 0, further);
  }

  Architecture(String family, String trunk) {
    this(family, null, trunk, 0, "");
  }

  private static String vgg(int... convolutions) {
    return IntStream.rangeClosed(1, convolutions.length)
        .mapToObj(
            block ->
                IntStream.rangeClosed(1, convolutions[block - 1])
                        .mapToObj(i -> "block" + block + "_conv" + i + "=conv3/1 ")
                        .collect(Collectors.joining())
                    + ("block" + block + "_pool=max2/2"))
        .collect(Collectors.joining(" "));
  }

  private static String inception() {
    return "*=conv3/2 * * *=conv3/1 * * *=conv3/1 * * *=max3/2 *=conv1/1 * * *=conv3/1 * * *=max3/2";
  }

  /** Its name, as Keras writes it. */
  String family() {
    return family;
  }

  /** What {@code preprocess_input} does; empty where layers of the model do it. */
  Optional<Preprocessing> mode() {
    return mode;
  }

  /**
   * The family that a network's layers are.
   *
   * @return empty if they are none's; a network cut below what tells families apart is none's
   */
  static Optional<Architecture> of(LayerChain chain) {
    return Arrays.stream(values()).filter(family -> family.matches(chain)).findFirst();
  }

  private boolean matches(LayerChain chain) {
    List<Token> expected = Arrays.stream(trunk.split(" ")).map(Token::parse).toList();
    List<Link> links = chain.fromFirstConvolution();
    String parent = null;
    for (int i = 0; i < expected.size(); i++) {
      Token token = expected.get(i);
      Optional<String> found =
          i < links.size() ? token.parent(links.get(i)) : Optional.<String>empty();
      if (found.isEmpty()) {
        return least > 0
            && i >= least
            && isCut(expected.subList(i, expected.size()), parent, chain);
      }
      if (!token.ops().equals(links.get(i).ops())
          || (parent != null && !parent.equals(found.get()))) {
        return false;
      }
      parent = found.get();
    }
    String scope = parent;
    return Arrays.stream(further.split(" "))
        .allMatch(names -> names.isEmpty() || containsAny(chain, scope, names));
  }

  private static boolean containsAny(LayerChain chain, String scope, String names) {
    return Arrays.stream(names.split("\\|", -1)).anyMatch(name -> chain.contains(scope + name));
  }

  /** A network cut within the trunk has none of the layers that would follow. */
  private static boolean isCut(List<Token> rest, String parent, LayerChain chain) {
    return rest.stream()
        .flatMap(token -> token.names().stream())
        .noneMatch(name -> chain.contains(parent + name));
  }
}
