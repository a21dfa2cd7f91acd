package org.kerasgraft.graph;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.proto.NodeDef;

/**
 * Finds the last convolutional block from the graph. A node's <em>level</em> is the greatest number
 * of down-samplings (pools or convolutions with a stride) on a way from the input to it; a node is
 * <em>spatial</em> while its value still has the image's rows and columns. The block is what has
 * the last spatial convolution's level, from the first convolution of that level on, and the pool
 * that closes it.
 */
final class ConvBlockSearch {

  private static final Set<String> CONVOLUTIONS = Set.of("Conv2D", "DepthwiseConv2dNative");
  private static final Set<String> POOLS = Set.of("MaxPool", "MaxPoolV2", "AvgPool");
  private static final Set<String> FLATTENING =
      Set.of("Mean", "Max", "Sum", "Min", "Prod", "Reshape", "MatMul", "Shape", "ArgMax");

  /**
   * What is known about a layer's own nodes.
   *
   * @param level at its output
   * @param convolves if it has a spatial convolution
   * @param pools if it down-samples by a pool
   * @param spatial if its output is
   */
  private record Traits(int level, boolean convolves, boolean pools, boolean spatial) {}

  private final Network network;

  /** The layers by their outputs: a shared layer stands once for each call. */
  private final List<Layer> layers;

  private final DataFlow flow;
  private final Map<String, Integer> levels = new HashMap<>();
  private final Set<String> spatial = new HashSet<>();

  private ConvBlockSearch(Network network) {
    this.network = network;
    this.layers = network.layers().stream().flatMap(l -> l.byOutput().stream()).toList();
    this.flow = new DataFlow(network.graph().graphDef());
  }

  static Optional<ConvBlock> search(Network network) {
    ConvBlockSearch search = new ConvBlockSearch(network);
    search.walk();
    return search.block();
  }

  private void walk() {
    network
        .graph()
        .inputs()
        .values()
        .forEach(
            i -> {
              if (i.shape().isUnknown() || i.shape().numDimensions() == 4) {
                spatial.add(DataFlow.nodeOf(i.tensor()));
              }
            });
    for (NodeDef node : flow.nodes()) {
      int level = 0;
      boolean inSpace = spatial.contains(node.getName());
      for (String input : DataFlow.inputs(node)) {
        level = Math.max(level, levels.getOrDefault(DataFlow.nodeOf(input), 0));
        inSpace |= spatial.contains(DataFlow.nodeOf(input)) && !FLATTENING.contains(node.getOp());
      }
      if (inSpace) {
        spatial.add(node.getName());
        level += downSamples(node) ? 1 : 0;
      }
      levels.put(node.getName(), level);
    }
  }

  private static boolean downSamples(NodeDef node) {
    boolean strided = CONVOLUTIONS.contains(node.getOp()) || POOLS.contains(node.getOp());
    return strided
        && node.containsAttr("strides")
        && node.getAttrOrThrow("strides").getList().getIList().stream().anyMatch(s -> s > 1);
  }

  private Optional<ConvBlock> block() {
    Map<Layer, Traits> traits = traits();
    List<Layer> leaves =
        layers.stream()
            .filter(traits::containsKey)
            .sorted(Comparator.comparingInt(this::position))
            .toList();
    int last = -1;
    for (int i = 0; i < leaves.size(); i++) {
      last = traits.get(leaves.get(i)).convolves() ? i : last;
    }
    if (last < 0) {
      return Optional.empty();
    }
    int level = traits.get(leaves.get(last)).level();
    int first = last;
    for (int i = last; i >= 0; i--) {
      Traits t = traits.get(leaves.get(i));
      first = t.convolves() && t.level() == level ? i : first;
    }
    List<Layer> block = new ArrayList<>();
    for (Layer layer : leaves.subList(first, last + 1)) {
      if (traits.get(layer).level() >= level) {
        block.add(layer);
      }
    }
    block.addAll(closing(leaves.subList(last + 1, leaves.size()), level, traits));
    return Optional.of(new ConvBlock(name(block), block.get(block.size() - 1), block));
  }

  /**
   * What follows the last convolution at its level, up to the last layer that is spatial: squeezed
   * channels may lie between. A pool closes the block.
   */
  private static List<Layer> closing(List<Layer> after, int level, Map<Layer, Traits> traits) {
    int end = 0;
    for (int i = 0; i < after.size(); i++) {
      Traits t = traits.get(after.get(i));
      boolean closes = t.spatial() && t.level() == level + 1 && t.pools();
      if (t.level() > level && !closes) {
        break;
      }
      end = t.spatial() && t.level() >= level ? i + 1 : end;
      if (closes) {
        break;
      }
    }
    return after.subList(0, end);
  }

  /** Of layers with nodes of their own: a node belongs to the first layer that depends on it. */
  private Map<Layer, Traits> traits() {
    Map<Layer, Traits> traits = new HashMap<>();
    Set<String> claimed = new HashSet<>();
    List<Layer> innermostFirst =
        layers.stream()
            .sorted(Comparator.comparingInt(this::position).thenComparing(l -> -l.name().length()))
            .toList();
    for (Layer layer : innermostFirst) {
      Set<String> own = claim(DataFlow.nodeOf(layer.output()), claimed);
      if (!own.isEmpty()) {
        traits.put(layer, traits(layer, own));
      }
    }
    return traits;
  }

  private int position(Layer layer) {
    return flow.position(DataFlow.nodeOf(layer.output()));
  }

  private Set<String> claim(String end, Set<String> claimed) {
    Set<String> own = new LinkedHashSet<>();
    List<String> open = new ArrayList<>(List.of(end));
    while (!open.isEmpty()) {
      String name = open.remove(open.size() - 1);
      if (claimed.add(name)) {
        own.add(name);
        flow.node(name)
            .ifPresent(n -> DataFlow.inputs(n).forEach(i -> open.add(DataFlow.nodeOf(i))));
      }
    }
    return own;
  }

  private Traits traits(Layer layer, Set<String> own) {
    boolean convolves = false;
    boolean pools = false;
    for (String name : own) {
      String op = flow.node(name).map(NodeDef::getOp).orElse("");
      convolves |= CONVOLUTIONS.contains(op) && spatial.contains(name);
      pools |= POOLS.contains(op) && spatial.contains(name);
    }
    String end = DataFlow.nodeOf(layer.output());
    return new Traits(levels.getOrDefault(end, 0), convolves, pools, spatial.contains(end));
  }

  /** What the layers' names begin with in common; the first one's name if that is nothing. */
  private static String name(List<Layer> block) {
    String prefix = block.get(0).name();
    for (Layer layer : block) {
      while (!layer.name().startsWith(prefix)) {
        prefix = prefix.substring(0, prefix.length() - 1);
      }
    }
    String trimmed = prefix.replaceFirst("[^A-Za-z0-9]+$", "");
    return trimmed.isEmpty() ? block.get(0).name() : trimmed;
  }
}
