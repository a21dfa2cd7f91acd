package org.kerasgraft.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

/**
 * A {@code Conv2D} in plain ones. TensorFlow's C++ gradient of {@code Conv2D} reads neither
 * dilations nor explicit paddings nor groups (tensorflow/cc/gradients/nn_grad.cc); written out they
 * are ops whose gradients are right:
 *
 * <ul>
 *   <li>explicit padding: {@code Pad}, then {@code VALID};
 *   <li>dilations: {@code SpaceToBatchND}, a {@code VALID} convolution without dilations, {@code
 *       BatchToSpaceND} (as in tf.nn.with_space_to_batch); the zeros of {@code SAME} are added by
 *       the first, those that fill up the blocks are taken off by the last;
 *   <li>groups of one channel: {@code DepthwiseConv2dNative}, whose kernel (height, width,
 *       channels, filters a channel) holds the same values in the same order (as in ConvNeXt);
 *   <li>other groups: both inputs {@code Split}, a convolution each, {@code ConcatV2}.
 * </ul>
 */
final class ConvolutionForm {

  private static final int KERNEL_OUT = 3;

  private final NodeDef conv;
  private final EqualNodes nodes;
  private final Shape images;
  private final Shape kernel;
  private final boolean channelsFirst;
  private final List<Long> dilations;

  private ConvolutionForm(
      NodeDef conv, UnaryOperator<String> free, Function<String, Shape> shapes) {
    this.conv = conv;
    this.nodes = new EqualNodes(conv, free);
    List<String> inputs = DataFlow.inputs(conv);
    this.images = shapes.apply(inputs.get(0));
    this.kernel = shapes.apply(inputs.get(1));
    this.channelsFirst = Backpropagation.isChannelsFirst(conv);
    this.dilations = spatial(Backpropagation.longs(conv, "dilations"));
  }

  /** The nodes that stand for a convolution; itself alone if it is plain, or cannot be plain. */
  static List<NodeDef> of(
      NodeDef conv, UnaryOperator<String> free, Function<String, Shape> shapes) {
    ConvolutionForm form = new ConvolutionForm(conv, free, shapes);
    boolean dilated = form.isDilated();
    boolean plain = !dilated && !Backpropagation.isPaddedExplicitly(conv) && form.groups() == 1;
    boolean beyond = dilated && (form.channelsFirst || form.isStrided() || form.kernelUnknown());
    return plain || beyond ? List.of(conv) : form.nodes();
  }

  private long groups() {
    return Math.max(1, ConvolutionGroups.of(conv, images, kernel));
  }

  private boolean isDilated() {
    return dilations.stream().anyMatch(d -> d != 1);
  }

  private boolean isStrided() {
    return Backpropagation.longs(conv, "strides").stream().anyMatch(s -> s != 1);
  }

  private boolean kernelUnknown() {
    return kernel.isUnknown() || kernel.get(0) < 1 || kernel.get(1) < 1;
  }

  private List<Long> spatial(List<Long> attribute) {
    int first = channelsFirst ? 2 : 1;
    return attribute.isEmpty() ? List.of(1L, 1L) : attribute.subList(first, first + 2);
  }

  private List<NodeDef> nodes() {
    String input = conv.getInput(0);
    NodeDef.Builder plain =
        conv.toBuilder().removeAttr("dilations").removeAttr("explicit_paddings");
    List<Long> size = size();
    if (Backpropagation.isPaddedExplicitly(conv)) {
      List<Integer> paddings =
          Backpropagation.longs(conv, "explicit_paddings").stream().map(Math::toIntExact).toList();
      input = padded(input, paddings);
      size = grown(size, paddings);
      plain.putAttr("padding", EqualNodes.text("VALID"));
    }
    if (!isDilated()) {
      return nodes.endingWith(convolution(plain, input));
    }
    Blocks blocks = blocks(input, size, plain);
    plain.putAttr("padding", EqualNodes.text("VALID"));
    String batches =
        nodes.add("to_batch", moved("SpaceToBatchND", input, blocks.shape(), blocks.paddings()));
    String convolved = nodes.add("plain", convolution(plain, batches));
    return nodes.endingWith(moved("BatchToSpaceND", convolved, blocks.shape(), blocks.crops()));
  }

  private AttrValue type() {
    return conv.getAttrOrThrow("T");
  }

  private String padded(String input, List<Integer> paddings) {
    return nodes.add(
        "pad",
        EqualNodes.node("Pad", input, nodes.ints("paddings", paddings, 4, 2))
            .putAttr("T", type())
            .putAttr("Tpaddings", EqualNodes.type(DataType.DT_INT32)));
  }

  /** Height and width; −1 where unknown. */
  private List<Long> size() {
    int first = channelsFirst ? 2 : 1;
    return images.isUnknown()
        ? List.of(-1L, -1L)
        : List.of(images.get(first), images.get(first + 1));
  }

  private List<Long> grown(List<Long> size, List<Integer> paddings) {
    List<Long> grown = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      int at = 2 * ((channelsFirst ? 2 : 1) + i);
      grown.add(size.get(i) < 0 ? -1 : size.get(i) + paddings.get(at) + paddings.get(at + 1));
    }
    return grown;
  }

  private NodeDef.Builder moved(String op, String input, String blocks, String edges) {
    boolean apart = op.equals("SpaceToBatchND");
    return EqualNodes.node(op, input, blocks, edges)
        .putAttr("T", type())
        .putAttr("Tblock_shape", EqualNodes.type(DataType.DT_INT32))
        .putAttr(apart ? "Tpaddings" : "Tcrops", EqualNodes.type(DataType.DT_INT32));
  }

  /** The inputs of the two movements: block shape, paddings, crops. */
  private record Blocks(String shape, String paddings, String crops) {}

  private Blocks blocks(String input, List<Long> size, NodeDef.Builder plain) {
    boolean same = plain.getAttrOrThrow("padding").getS().toStringUtf8().equals("SAME");
    List<Integer> block = new ArrayList<>();
    List<Integer> before = new ArrayList<>();
    List<Integer> after = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      int dilation = Math.toIntExact(dilations.get(i));
      int total = same ? Math.toIntExact(kernel.get(i) - 1) * dilation : 0;
      block.add(dilation);
      before.add(total / 2);
      after.add(total - total / 2);
    }
    String shape = nodes.ints("block", block, 2);
    if (size.stream().anyMatch(s -> s < 0)) {
      return fed(input, shape, before, after);
    }
    List<Integer> paddings = new ArrayList<>();
    List<Integer> crops = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      int padded = Math.toIntExact(size.get(i)) + before.get(i) + after.get(i);
      int rest = Math.floorMod(-padded, block.get(i));
      paddings.addAll(List.of(before.get(i), after.get(i) + rest));
      crops.addAll(List.of(0, rest));
    }
    return new Blocks(
        shape, nodes.ints("paddings_of_blocks", paddings, 2, 2), nodes.ints("crops", crops, 2, 2));
  }

  /** The same, computed from the size of the images that are fed. */
  private Blocks fed(String input, String block, List<Integer> before, List<Integer> after) {
    AttrValue int32 = EqualNodes.type(DataType.DT_INT32);
    String shape =
        nodes.add(
            "shape",
            EqualNodes.node("Shape", input).putAttr("T", type()).putAttr("out_type", int32));
    String size =
        nodes.add(
            "size",
            EqualNodes.node(
                    "StridedSlice",
                    shape,
                    nodes.ints("first", List.of(1), 1),
                    nodes.ints("end", List.of(3), 1),
                    nodes.ints("step", List.of(1), 1))
                .putAttr("T", int32)
                .putAttr("Index", int32));
    String zeros = nodes.ints("before", before, 2);
    String end = nodes.ints("after", after, 2);
    String padded = calculated("padded", "AddV2", calculated("wider", "AddV2", size, zeros), end);
    String missing = nodes.add("negative", EqualNodes.node("Neg", padded).putAttr("T", int32));
    String rest = calculated("rest", "FloorMod", missing, block);
    return new Blocks(
        block,
        pairs("paddings_of_blocks", zeros, calculated("last", "AddV2", end, rest)),
        pairs("crops", nodes.ints("none", List.of(0, 0), 2), rest));
  }

  private String calculated(String name, String op, String left, String right) {
    return nodes.add(
        name, EqualNodes.node(op, left, right).putAttr("T", EqualNodes.type(DataType.DT_INT32)));
  }

  private String pairs(String name, String left, String right) {
    return nodes.add(
        name,
        EqualNodes.node("Pack", left, right)
            .putAttr("T", EqualNodes.type(DataType.DT_INT32))
            .putAttr("N", EqualNodes.number(2))
            .putAttr("axis", EqualNodes.number(1)));
  }

  /** The convolution without the rest: one, or one a group side by side. */
  private NodeDef.Builder convolution(NodeDef.Builder plain, String input) {
    int groups = Math.toIntExact(groups());
    if (groups == 1) {
      return plain.clone().clearInput().addInput(input).addInput(conv.getInput(1));
    }
    return isDepthwise() ? depthwise(plain, input, groups) : grouped(plain, input, groups);
  }

  /** The op needs channels last and one stride for both directions. */
  private boolean isDepthwise() {
    List<Long> strides = spatial(Backpropagation.longs(conv, "strides"));
    boolean oneStride = strides.stream().distinct().count() == 1;
    return kernel.get(2) == 1 && !kernelUnknown() && !channelsFirst && oneStride;
  }

  private NodeDef.Builder depthwise(NodeDef.Builder plain, String input, int channels) {
    int height = Math.toIntExact(kernel.get(0));
    int width = Math.toIntExact(kernel.get(1));
    String shape = nodes.ints("kernel_shape", List.of(height, width, channels, -1), 4);
    String filter =
        nodes.add(
            "kernel",
            EqualNodes.node("Reshape", conv.getInput(1), shape)
                .putAttr("T", type())
                .putAttr("Tshape", EqualNodes.type(DataType.DT_INT32)));
    NodeDef.Builder depthwise = EqualNodes.node("DepthwiseConv2dNative", input, filter);
    for (String attribute : List.of("T", "strides", "padding", "data_format")) {
      if (plain.containsAttr(attribute)) {
        depthwise.putAttr(attribute, plain.getAttrOrThrow(attribute));
      }
    }
    return depthwise;
  }

  private NodeDef.Builder grouped(NodeDef.Builder plain, String input, int groups) {
    int channels = channelsFirst ? 1 : images.numDimensions() - 1;
    String axis = nodes.ints("axis", List.of(channels));
    String parts = nodes.add("images", split(axis, input, groups));
    String kernelAxis = nodes.ints("kernel_axis", List.of(KERNEL_OUT));
    String kernels = nodes.add("kernels", split(kernelAxis, conv.getInput(1), groups));
    NodeDef.Builder together = EqualNodes.node("ConcatV2");
    for (int i = 0; i < groups; i++) {
      together.addInput(
          nodes.add(
              "group_" + i,
              plain.clone().clearInput().addInput(part(parts, i)).addInput(part(kernels, i))));
    }
    return together
        .addInput(axis)
        .putAttr("N", EqualNodes.number(groups))
        .putAttr("T", type())
        .putAttr("Tidx", EqualNodes.type(DataType.DT_INT32));
  }

  private NodeDef.Builder split(String axis, String input, int parts) {
    return EqualNodes.node("Split", axis, input)
        .putAttr("num_split", EqualNodes.number(parts))
        .putAttr("T", type());
  }

  private static String part(String tensor, int index) {
    return index == 0 ? tensor : tensor + ":" + index;
  }
}
