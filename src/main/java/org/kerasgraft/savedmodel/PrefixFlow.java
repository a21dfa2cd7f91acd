package org.kerasgraft.savedmodel;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.NodeDef;

/**
 * Which tensors of a body hold the file prefix that its caller gave, or a name next to it. Savers
 * put such names together from the prefix and constants as {@code _temp/part}; any other way to a
 * file name is not followed.
 */
final class PrefixFlow {

  /** Below or beside the prefix, never above: letters, no leading slash, no "..". */
  private static final Pattern SUFFIX =
      Pattern.compile("[A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*");

  /** Bytes of an ending; matching takes stack. */
  private static final int LONGEST = 255;

  /** Savers take a handful of steps. */
  private static final int DEEPEST = 20;

  private final Map<String, NodeDef> nodes = new HashMap<>();
  private final Set<String> roots;
  private final Map<String, Boolean> known = new HashMap<>();
  private final Map<String, Boolean> endings = new HashMap<>();

  /**
   * A body.
   *
   * @param body the nodes of a graph or function
   * @param roots the arguments or nodes that are the prefix itself
   */
  PrefixFlow(Collection<NodeDef> body, Set<String> roots) {
    body.forEach(node -> nodes.putIfAbsent(node.getName(), node));
    this.roots = Set.copyOf(roots);
  }

  /** Whether every file name that an op takes is the prefix or next to it. */
  boolean leadsTo(NodeDef node) {
    int names = node.getOp().equals("MergeV2Checkpoints") ? 2 : 1;
    return node.getInputCount() >= names
        && node.getInputList().subList(0, names).stream().allMatch(this::isPrefix);
  }

  /** Whether a tensor is the prefix or a name next to it. */
  boolean isPrefix(String tensor) {
    return isPrefix(tensor, DEEPEST);
  }

  private boolean isPrefix(String tensor, int depth) {
    if (tensor.startsWith("^")) {
      return false;
    }
    if (roots.contains(nodeOf(tensor))) {
      return true;
    }
    NodeDef node = nodes.get(nodeOf(tensor));
    if (node == null || depth == 0) {
      return false;
    }
    Boolean before = known.putIfAbsent(node.getName(), false); // a circle has no beginning
    if (before != null) {
      return before;
    }
    boolean prefix = isPrefix(node, depth);
    known.put(node.getName(), prefix);
    return prefix;
  }

  private boolean isPrefix(NodeDef node, int depth) {
    List<String> inputs = dataInputs(node);
    if (inputs.isEmpty() || !isPrefix(inputs.get(0), depth - 1)) {
      return false;
    }
    return switch (node.getOp()) {
      case "Identity", "ShardedFilename" -> true;
      case "Pack" -> inputs.stream().allMatch(input -> isPrefix(input, depth - 1));
      case "StringJoin" -> !hasSeparator(node) && inputs.stream().skip(1).allMatch(this::isSuffix);
      default -> false;
    };
  }

  private static boolean hasSeparator(NodeDef join) {
    return join.containsAttr("separator") && !join.getAttrOrThrow("separator").getS().isEmpty();
  }

  /** A node's inputs without those of control. */
  static List<String> dataInputs(NodeDef node) {
    return node.getInputList().stream().filter(input -> !input.startsWith("^")).toList();
  }

  private boolean isSuffix(String tensor) {
    NodeDef node = nodes.get(nodeOf(tensor));
    if (node == null) {
      return false;
    }
    return node.getOp().equals("Select")
        ? dataInputs(node).size() == 3
            && dataInputs(node).stream().skip(1).allMatch(input -> isEnding(nodeOf(input)))
        : isEnding(node.getName());
  }

  private boolean isEnding(String name) {
    return endings.computeIfAbsent(name, n -> isEnding(nodes.get(n)));
  }

  private static boolean isEnding(NodeDef node) {
    if (node == null || !node.getOp().equals("Const")) {
      return false;
    }
    List<ByteString> texts =
        node.getAttrOrDefault("value", AttrValue.getDefaultInstance())
            .getTensor()
            .getStringValList();
    return !texts.isEmpty()
        && texts.stream()
            .allMatch(s -> s.size() <= LONGEST && SUFFIX.matcher(s.toStringUtf8()).matches());
  }

  /** The nodes on which some tensors depend, themselves included. */
  static Set<String> ancestors(Map<String, NodeDef> nodes, Collection<String> tensors) {
    Set<String> found = new HashSet<>();
    Deque<String> open = new ArrayDeque<>();
    tensors.forEach(tensor -> open.add(nodeOf(tensor)));
    while (!open.isEmpty()) {
      String name = open.pop();
      NodeDef node = nodes.get(name);
      if (node != null && found.add(name)) {
        node.getInputList().forEach(input -> open.add(nodeOf(input)));
      }
    }
    return found;
  }

  static String nodeOf(String tensor) {
    int from = tensor.startsWith("^") ? 1 : 0;
    int colon = tensor.indexOf(':');
    return colon < 0 ? tensor.substring(from) : tensor.substring(from, colon);
  }
}
