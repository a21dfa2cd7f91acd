package org.kerasgraft.export;

import java.util.HashMap;
import java.util.Map;
import org.tensorflow.TensorFlow;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/** The definitions of TensorFlow's own ops, as the running TensorFlow registers them. */
final class RegisteredOps {

  private static final Map<String, OpDef> DEFINITIONS = definitions();

  private RegisteredOps() {}

  private static Map<String, OpDef> definitions() {
    Map<String, OpDef> byName = new HashMap<>();
    TensorFlow.registeredOpList().getOpList().forEach(op -> byName.put(op.getName(), op));
    return byName;
  }

  static OpDef definition(String op) {
    OpDef definition = DEFINITIONS.get(op);
    if (definition == null) {
      throw new IllegalArgumentException("TensorFlow has no op '" + op + "'");
    }
    return definition;
  }

  /**
   * A node without device, without attributes of the runtime's own ({@code _…}) and without
   * attributes that have their default value: what older and newer TensorFlow versions accept.
   */
  static NodeDef stripped(NodeDef node) {
    NodeDef.Builder stripped = node.toBuilder().clearDevice().clearExperimentalDebugInfo();
    node.getAttrMap().keySet().stream()
        .filter(name -> name.startsWith("_"))
        .forEach(stripped::removeAttr);
    for (OpDef.AttrDef attribute : definition(node.getOp()).getAttrList()) {
      if (attribute.hasDefaultValue()
          && attribute.getDefaultValue().equals(node.getAttrMap().get(attribute.getName()))) {
        stripped.removeAttr(attribute.getName());
      }
    }
    return stripped.build();
  }

  /**
   * How a function's body names the {@code index}-th output of a node: {@code node:argument:k},
   * where {@code k} counts within the named output argument.
   */
  static String outputInFunction(NodeDef node, int index) {
    int left = index;
    for (OpDef.ArgDef argument : definition(node.getOp()).getOutputArgList()) {
      int size = size(node, argument);
      if (left < size) {
        return node.getName() + ":" + argument.getName() + ":" + left;
      }
      left -= size;
    }
    throw new IllegalArgumentException(
        "Node '" + node.getName() + "' (" + node.getOp() + ") has no output " + index);
  }

  private static int size(NodeDef node, OpDef.ArgDef argument) {
    if (!argument.getNumberAttr().isEmpty()) {
      return Math.toIntExact(node.getAttrOrThrow(argument.getNumberAttr()).getI());
    }
    if (!argument.getTypeListAttr().isEmpty()) {
      return node.getAttrOrThrow(argument.getTypeListAttr()).getList().getTypeCount();
    }
    return 1;
  }
}
