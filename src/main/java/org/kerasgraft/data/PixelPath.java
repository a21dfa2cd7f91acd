package org.kerasgraft.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.kerasgraft.graph.DataFlow;
import org.kerasgraft.graph.Network;
import org.tensorflow.proto.NodeDef;

/**
 * What a network does to its pixels before something that learns reads them. Followed are what
 * moves values (resizing, padding, casting, taking channels) and arithmetic with constants, one for
 * all channels or one each; where anything else reads the pixels, their path ends.
 */
final class PixelPath {

  /** Ops that hand values on, or add zeros around them. */
  private static final Set<String> CARRYING =
      Set.of(
          "Identity",
          "Cast",
          "StopGradient",
          "Snapshot",
          "EnsureShape",
          "PlaceholderWithDefault",
          "Pad",
          "PadV2",
          "MirrorPad",
          "ResizeBilinear",
          "ResizeNearestNeighbor",
          "ResizeBicubic",
          "ResizeArea");

  /** Ops that may change the order of channels. */
  private static final Set<String> REORDERING =
      Set.of(
          "ReverseV2",
          "StridedSlice",
          "Slice",
          "Pack",
          "ConcatV2",
          "Split",
          "SplitV",
          "Unpack",
          "GatherV2",
          "Transpose",
          "Reshape",
          "ExpandDims",
          "Squeeze");

  private static final Set<String> CONVOLUTIONS = Set.of("Conv2D", "DepthwiseConv2dNative");
  private static final Set<String> SHAPE_ONLY = Set.of("Shape", "ShapeN", "Rank", "Size");
  private static final int CHANNELS = 3;

  /** A tensor of pixels: channel i is {@code scale[i] * pixel + offset[i]}. */
  private static final class Pixels {

    final double[] scale;
    final double[] offset;

    /** The channels may have changed places. */
    final boolean reordered;

    /** It, or something it was made of, has left 0..255 for a range to learn from. */
    final boolean prepared;

    Pixels(double[] scale, double[] offset, boolean reordered, boolean prepared) {
      this.scale = scale;
      this.offset = offset;
      this.reordered = reordered;
      this.prepared = prepared;
    }

    static Pixels raw() {
      return new Pixels(new double[] {1, 1, 1}, new double[] {0, 0, 0}, false, false);
    }

    static Pixels of(double[] scale, double[] offset, Pixels from) {
      return new Pixels(scale, offset, from.reordered, from.prepared || prepares(scale, offset));
    }

    /**
     * Whether 0..255 becomes what networks learn from, and no other usual range does: a range of
     * 0.85 to 6.4 about zero (dividing by 255, by 127.5, by 255 and a deviation), or the range as
     * it is, centred (Keras' {@code caffe}).
     */
    static boolean prepares(double[] scale, double[] offset) {
      for (int i = 0; i < CHANNELS; i++) {
        boolean scaled =
            scale[i] >= 1 / 300.0 && scale[i] <= 1 / 40.0 && offset[i] >= -4 && offset[i] <= 0.5;
        boolean centred = scale[i] == 1 && offset[i] >= -140 && offset[i] <= -90;
        if (!scaled && !centred) {
          return false;
        }
      }
      return true;
    }

    boolean isRaw() {
      return !reordered
          && Arrays.stream(scale).allMatch(s -> s == 1)
          && Arrays.stream(offset).allMatch(o -> o == 0);
    }

    Pixels moved() {
      return new Pixels(scale, offset, true, prepared);
    }
  }

  /** Where the path ends: an op, and the pixels that it reads. */
  private record End(NodeDef reader, Pixels pixels) {}

  private final DataFlow flow;
  private final Constants constants;
  private final Map<String, Pixels> pixels = new HashMap<>();
  private final Set<String> changing = new LinkedHashSet<>();
  private final List<End> ends = new ArrayList<>();

  private PixelPath(Network network) {
    this.flow = new DataFlow(network.graph().graphDef());
    this.constants = new Constants(flow);
    network
        .graph()
        .inputs()
        .values()
        .forEach(input -> pixels.put(DataFlow.nodeOf(input.tensor()), Pixels.raw()));
    flow.nodes().forEach(this::visit);
  }

  /**
   * Follows the pixels of a network.
   *
   * @param network with one input of images
   */
  static PixelPath of(Network network) {
    return new PixelPath(network);
  }

  /** Whether convolutions alone read the pixels, and read them as they are. */
  boolean isRaw() {
    return !ends.isEmpty()
        && ends.stream().allMatch(e -> e.pixels.isRaw() && CONVOLUTIONS.contains(e.reader.getOp()));
  }

  /** Whether whatever reads the pixels reads what 0..255 was turned into. */
  boolean isPrepared() {
    return !ends.isEmpty() && ends.stream().allMatch(e -> e.pixels.prepared);
  }

  /** The nodes that change pixels by arithmetic, in order. */
  Set<String> changing() {
    return changing;
  }

  /** The first op that reads pixels and is not followed, for a message. */
  Optional<NodeDef> reader() {
    return ends.stream().map(End::reader).findFirst();
  }

  private void visit(NodeDef node) {
    List<String> inputs = DataFlow.inputs(node);
    Pixels read =
        inputs.stream()
            .map(t -> pixels.get(DataFlow.nodeOf(t)))
            .filter(p -> p != null)
            .findFirst()
            .orElse(null);
    if (read == null || SHAPE_ONLY.contains(node.getOp())) {
      return;
    }
    Pixels made = made(node, inputs, read);
    if (made == null) {
      ends.add(new End(node, read));
    } else {
      pixels.put(node.getName(), made);
    }
  }

  /** What an op makes of pixels; null where the path ends. */
  private Pixels made(NodeDef node, List<String> inputs, Pixels read) {
    if (CARRYING.contains(node.getOp())) {
      return read;
    }
    if (REORDERING.contains(node.getOp())) {
      boolean mixed =
          inputs.stream()
              .anyMatch(t -> pixels.get(DataFlow.nodeOf(t)) == null && !constants.isConstant(t));
      return mixed ? null : read.moved();
    }
    if (inputs.size() != 2) {
      return null;
    }
    boolean pixelsFirst = pixels.containsKey(DataFlow.nodeOf(inputs.get(0)));
    Optional<double[]> other = constants.perChannel(inputs.get(pixelsFirst ? 1 : 0));
    Pixels made = other.map(c -> arithmetic(node.getOp(), read, c, pixelsFirst)).orElse(null);
    if (made != null) {
      changing.add(node.getName());
    }
    return made;
  }

  private static Pixels arithmetic(String op, Pixels p, double[] c, boolean pixelsFirst) {
    double[] scale = p.scale.clone();
    double[] offset = p.offset.clone();
    for (int i = 0; i < CHANNELS; i++) {
      double value = c[c.length == 1 ? 0 : i];
      switch (op) {
        case "Add", "AddV2", "BiasAdd" -> offset[i] += value;
        case "Mul" -> {
          scale[i] *= value;
          offset[i] *= value;
        }
        case "Sub" -> {
          scale[i] = pixelsFirst ? scale[i] : -scale[i];
          offset[i] = pixelsFirst ? offset[i] - value : value - offset[i];
        }
        case "RealDiv", "Div", "DivNoNan" -> {
          if (!pixelsFirst) {
            return null;
          }
          scale[i] /= value;
          offset[i] /= value;
        }
        default -> {
          return null;
        }
      }
    }
    return Pixels.of(scale, offset, p);
  }
}
