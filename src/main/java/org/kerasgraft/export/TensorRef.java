package org.kerasgraft.export;

/**
 * An input of a graph node: the output of another node, or its mere execution.
 *
 * @param node the other node's name
 * @param index which of its outputs; -1 for a control input
 */
record TensorRef(String node, int index) {

  private static final int CONTROL = -1;

  static TensorRef parse(String text) {
    if (text.startsWith("^")) {
      return new TensorRef(text.substring(1), CONTROL);
    }
    int colon = text.lastIndexOf(':');
    return colon < 0
        ? new TensorRef(text, 0)
        : new TensorRef(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
  }

  boolean control() {
    return index == CONTROL;
  }

  /** As a node's input in a graph. */
  String inGraph() {
    return control() ? "^" + node : index == 0 ? node : node + ":" + index;
  }

  /** As a signature names it: with the index, always. */
  String inSignature() {
    return node + ":" + index;
  }
}
