package org.kerasgraft.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

/**
 * What the op registry says of one op.
 *
 * @param op its name
 * @param outputs its results, in order
 * @param attributes by name
 * @param inputs its arguments, in order
 */
record OpForm(
    String op, List<Argument> outputs, Map<String, OpAttribute> attributes, List<Argument> inputs) {

  /** Most tensors that one argument can stand for: more is damage, not a model. */
  private static final int MOST_TENSORS = 100_000;

  /**
   * One argument or result.
   *
   * @param name its name
   * @param type an element type, or {@code $} and the attribute that holds it; empty for a list
   * @param count the attribute that says how many tensors it stands for; empty for one
   * @param list the attribute that lists the types of the tensors it stands for; else empty
   */
  record Argument(String name, String type, String count, String list) {

    /** Reads {@code name=type}, {@code name=count*type} or {@code name=*list}. */
    static Argument of(String word) {
      int equals = word.indexOf('=');
      String name = word.substring(0, equals);
      String rest = word.substring(equals + 1);
      int star = rest.indexOf('*');
      if (star == 0) {
        return new Argument(name, "", "", rest.substring(1));
      }
      return star < 0
          ? new Argument(name, rest, "", "")
          : new Argument(name, rest.substring(star + 1), rest.substring(0, star), "");
    }
  }

  /** Copies. */
  OpForm {
    outputs = List.copyOf(outputs);
    attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
    inputs = List.copyOf(inputs);
  }

  /** Reads {@code Op|result …|attribute …|argument …}. */
  static OpForm of(String line) {
    String[] parts = line.split("\\|", -1);
    Map<String, OpAttribute> attributes = new LinkedHashMap<>();
    words(parts[2]).forEach(w -> attributes.put(w.substring(0, w.indexOf(':')), OpAttribute.of(w)));
    return new OpForm(
        parts[0],
        words(parts[1]).stream().map(Argument::of).toList(),
        attributes,
        words(parts[3]).stream().map(Argument::of).toList());
  }

  private static List<String> words(String text) {
    return text.isEmpty() ? List.of() : Arrays.asList(text.split(" "));
  }

  /** How many tensors a result or argument of a node stands for. */
  int count(NodeDef node, Argument argument) {
    return types(node, List.of(argument)).size();
  }

  /**
   * The element types of a node's inputs or outputs, one a tensor.
   *
   * @param node a node of this op
   * @param arguments {@link #inputs()} or {@link #outputs()}
   * @throws IllegalArgumentException if an attribute that says them is absent or makes no sense
   */
  List<DataType> types(NodeDef node, List<Argument> arguments) {
    List<DataType> types = new ArrayList<>();
    for (Argument argument : arguments) {
      if (!argument.list().isEmpty()) {
        types.addAll(value(node, argument.list()).getList().getTypeList());
        continue;
      }
      long count = argument.count().isEmpty() ? 1 : value(node, argument.count()).getI();
      if (count < 0 || count > MOST_TENSORS) {
        throw new IllegalArgumentException(argument.count() + " is " + count);
      }
      DataType type =
          argument.type().startsWith("$")
              ? value(node, argument.type().substring(1)).getType()
              : DataType.valueOf("DT_" + argument.type());
      types.addAll(Collections.nCopies((int) count, type));
    }
    return types;
  }

  private AttrValue value(NodeDef node, String name) {
    if (node.containsAttr(name)) {
      return node.getAttrOrThrow(name);
    }
    OpAttribute attribute = attributes.get(name);
    return attribute.defaultValue();
  }
}
