package org.kerasgraft.graph;

import java.util.List;

/**
 * The last convolutional block: the convolutions after the last down-sampling that precedes one,
 * and the pooling or activation that closes them. Of Keras' Applications it is the last stage:
 *
 * <table>
 * <caption>first layer … output</caption>
 * <tr><td>VGG</td><td>{@code block5_conv1 … block5_pool}</td></tr>
 * <tr><td>ResNet</td><td>{@code conv5_block1_1_conv … conv5_block3_out}</td></tr>
 * <tr><td>ResNet v2</td><td>{@code conv4_block6_2_conv} (which strides) {@code … post_relu}</td></tr>
 * <tr><td>ResNet RS</td><td>{@code BlockGroup5__block_0__conv_2 … block_2__output_act}</td></tr>
 * <tr><td>MobileNet v1</td><td>{@code conv_dw_12 … conv_pw_13_relu}</td></tr>
 * <tr><td>MobileNet v2</td><td>{@code block_13_depthwise … out_relu}</td></tr>
 * <tr><td>MobileNet v3</td><td>{@code expanded_conv_8_depthwise …} the last activation</td></tr>
 * <tr><td>EfficientNet</td><td>{@code block6a_dwconv … top_activation}</td></tr>
 * <tr><td>EfficientNet v2</td><td>{@code block6a_dwconv2 … top_activation}</td></tr>
 * <tr><td>DenseNet</td><td>{@code conv5_block1_1_conv … relu}</td></tr>
 * <tr><td>Inception v3</td><td>{@code conv2d_75 … mixed10}</td></tr>
 * <tr><td>Inception ResNet v2</td><td>{@code conv2d_162 … conv_7b_ac}</td></tr>
 * <tr><td>Xception</td><td>{@code conv2d_3 … block14_sepconv2_act}</td></tr>
 * <tr><td>NASNet</td><td>{@code separable_conv_1_reduction_right1_reduce_8 …} the last
 *     activation</td></tr>
 * <tr><td>ConvNeXt</td><td>{@code downsampling_conv_2 …} the last layer norm</td></tr>
 * <tr><td>RegNet</td><td>{@code Stage_3_XBlock_0_conv_3x3 … exit_relu} of the last block</td></tr>
 * </table>
 *
 * @param name the common prefix of its layers' names, for example {@code block5}
 * @param output the layer whose output leaves the block, for example {@code block5_pool}
 * @param layers its layers in order
 */
public record ConvBlock(String name, Layer output, List<Layer> layers) {
  /** Copies. */
  public ConvBlock {
    layers = List.copyOf(layers);
  }
}
