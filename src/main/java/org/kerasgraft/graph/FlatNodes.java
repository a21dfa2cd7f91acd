package org.kerasgraft.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.NodeDef;

/** The nodes of a flat graph while it grows, each under a name of its own. */
final class FlatNodes {

  private final List<NodeDef> nodes = new ArrayList<>();
  private final Set<String> used = new HashSet<>();

  /** Name to the last number that was tried with it, so that many equal names take no longer. */
  private final Map<String, Integer> numbers = new HashMap<>();

  /** The nodes so far, each after its inputs. */
  List<NodeDef> list() {
    return nodes;
  }

  /** Adds a node under a name that {@link #unique} gave. */
  void add(NodeDef node) {
    nodes.add(node);
  }

  /** Takes the name, or one made from it if it is taken. */
  String unique(String name) {
    String free = name;
    while (!used.add(free)) {
      free = name + "__" + numbers.merge(name, 1, Integer::sum);
    }
    return free;
  }

  /** A node's op and attributes, without name, inputs, device and private attributes. */
  static NodeDef.Builder publicPart(NodeDef node) {
    NodeDef.Builder part = NodeDef.newBuilder().setOp(node.getOp());
    for (Map.Entry<String, AttrValue> attribute : node.getAttrMap().entrySet()) {
      if (!attribute.getKey().startsWith("_") || attribute.getKey().equals(Shapes.ATTRIBUTE)) {
        part.putAttr(attribute.getKey(), attribute.getValue());
      }
    }
    return part;
  }
}
