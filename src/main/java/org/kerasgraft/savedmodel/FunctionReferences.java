package org.kerasgraft.savedmodel;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;

/**
 * The functions that a node may run: the one that its op names, those that its attributes name, and
 * those that are passed to these in turn.
 */
public final class FunctionReferences {

  private FunctionReferences() {}

  /**
   * The names.
   *
   * @param node any node
   * @return its op, which may be a function's name, and what its attributes name, at every depth
   */
  public static Set<String> of(NodeDef node) {
    return new LinkedHashSet<>(all(node));
  }

  /** The names, each as often as it stands there. */
  static List<String> all(NodeDef node) {
    List<String> names = new ArrayList<>();
    names.add(node.getOp());
    node.getAttrMap().values().forEach(value -> add(value, names));
    return names;
  }

  private static void add(AttrValue value, List<String> names) {
    if (value.hasFunc()) {
      add(value.getFunc(), names);
    }
    value.getList().getFuncList().forEach(function -> add(function, names));
  }

  private static void add(NameAttrList function, List<String> names) {
    names.add(function.getName());
    function.getAttrMap().values().forEach(value -> add(value, names));
  }
}
