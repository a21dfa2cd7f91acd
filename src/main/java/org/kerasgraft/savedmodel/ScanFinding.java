package org.kerasgraft.savedmodel;

/**
 * Something in a model that is not allowed.
 *
 * @param op the op; empty for what is no node
 * @param node the node's name, or the file's
 * @param place {@code main graph}, {@code function 'f'}, or {@code directory}; where below the init
 *     op or the saver, it says so
 * @param reason one clause: what it would do
 */
public record ScanFinding(String op, String node, String place, String reason) {

  /**
   * For a person.
   *
   * @return one clause without a full stop
   */
  public String text() {
    String what = op.isEmpty() ? "'" + node + "'" : op + " at '" + node + "'";
    return what + " in the " + place + ": it " + reason;
  }
}
