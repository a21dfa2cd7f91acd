package org.kerasgraft.export;

import org.kerasgraft.savedmodel.VariableSpec;

/**
 * A variable on its way into an exported model.
 *
 * @param spec what it is; its name is the exported handle's shared name
 * @param liveHandle the {@code VarHandleOp} node that holds it in the live graph
 * @param node the {@code VarHandleOp} node in the exported graph: the variable's name, unless
 *     TensorFlow does not allow it as a node's name
 * @param trainable whether Python may train it further
 */
record ExportedVariable(VariableSpec spec, String liveHandle, String node, boolean trainable) {

  String name() {
    return spec.name();
  }

  /** The key of the {@code index}-th exported variable in the checkpoint. */
  static String checkpointKey(int index) {
    return "variables/" + index + "/.ATTRIBUTES/VARIABLE_VALUE";
  }
}
