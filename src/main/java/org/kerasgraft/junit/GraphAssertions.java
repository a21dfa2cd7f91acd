package org.kerasgraft.junit;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.kerasgraft.graph.Network;
import org.tensorflow.proto.GraphDef;

/**
 * Assertions about graph surgery, in the style of JUnit 5: what is expected comes first, a message
 * or its supplier last. Failures show the layer or variable, the worst place and both values;
 * several are reported together. All throw {@link org.opentest4j.AssertionFailedError}, or {@link
 * org.opentest4j.MultipleFailuresError} for more than one failure. A comparison that shows nothing
 * (no values, all expected values 0) fails. {@link KerasAssertions} compares with Keras.
 */
public final class GraphAssertions {

  private GraphAssertions() {}

  /**
   * Asserts that every variable of the first snapshot is in the second one, bit for bit the same.
   *
   * @param before which variables, and how they were
   * @param after may hold others too, which are not looked at
   */
  public static void assertUnchanged(Snapshot before, Snapshot after) {
    assertUnchanged(before, after, (Supplier<String>) null);
  }

  /**
   * As {@link #assertUnchanged(Snapshot, Snapshot)}.
   *
   * @param before as there
   * @param after as there
   * @param message put first if it fails
   */
  public static void assertUnchanged(Snapshot before, Snapshot after, String message) {
    assertUnchanged(before, after, () -> message);
  }

  /**
   * As {@link #assertUnchanged(Snapshot, Snapshot)}.
   *
   * @param before as there
   * @param after as there
   * @param message asked for, and put first, if it fails
   */
  public static void assertUnchanged(Snapshot before, Snapshot after, Supplier<String> message) {
    new VariableChanges(before, after)
        .requireUnchanged()
        .report(message, "variables did not stay as they were");
  }

  /**
   * Asserts that these variables changed, every one of them to finite values, and that all others
   * stayed bit for bit the same.
   *
   * @param expected variables or layers, exact names or globs, each of which must match; none if
   *     nothing may have changed
   * @param before how they were
   * @param after how they are; new variables count as changed, none may be gone
   */
  public static void assertExactlyChanged(List<String> expected, Snapshot before, Snapshot after) {
    assertExactlyChanged(expected, before, after, (Supplier<String>) null);
  }

  /**
   * As {@link #assertExactlyChanged(List, Snapshot, Snapshot)}.
   *
   * @param expected as there
   * @param before as there
   * @param after as there
   * @param message put first if it fails
   */
  public static void assertExactlyChanged(
      List<String> expected, Snapshot before, Snapshot after, String message) {
    assertExactlyChanged(expected, before, after, () -> message);
  }

  /**
   * As {@link #assertExactlyChanged(List, Snapshot, Snapshot)}.
   *
   * @param expected as there
   * @param before as there
   * @param after as there
   * @param message asked for, and put first, if it fails
   */
  public static void assertExactlyChanged(
      List<String> expected, Snapshot before, Snapshot after, Supplier<String> message) {
    new VariableChanges(before, after)
        .requireExactly(expected)
        .report(message, "variables did not change as expected");
  }

  /**
   * Asserts that a network ends at a layer: every op leads there, its output is the only one, and
   * it lists no variable that is not in its graph.
   *
   * @param layer the layer it was cut after
   * @param actual the cut network
   */
  public static void assertNothingBeyond(String layer, Network actual) {
    assertNothingBeyond(layer, actual, (Supplier<String>) null);
  }

  /**
   * As {@link #assertNothingBeyond(String, Network)}.
   *
   * @param layer as there
   * @param actual as there
   * @param message put first if it fails
   */
  public static void assertNothingBeyond(String layer, Network actual, String message) {
    assertNothingBeyond(layer, actual, () -> message);
  }

  /**
   * As {@link #assertNothingBeyond(String, Network)}.
   *
   * @param layer as there
   * @param actual as there
   * @param message asked for, and put first, if it fails
   */
  public static void assertNothingBeyond(String layer, Network actual, Supplier<String> message) {
    CutGraph.requireEnd(layer, actual).report(message, "the network does not end there");
  }

  /**
   * Asserts that every op of a graph leads to a tensor, by data or control edges.
   *
   * @param tensor {@code node:index}, or {@code node}
   * @param actual a graph; what functions in its library do counts as done by their calls
   */
  public static void assertNothingBeyond(String tensor, GraphDef actual) {
    assertNothingBeyond(tensor, actual, (Supplier<String>) null);
  }

  /**
   * As {@link #assertNothingBeyond(String, GraphDef)}.
   *
   * @param tensor as there
   * @param actual as there
   * @param message put first if it fails
   */
  public static void assertNothingBeyond(String tensor, GraphDef actual, String message) {
    assertNothingBeyond(tensor, actual, () -> message);
  }

  /**
   * As {@link #assertNothingBeyond(String, GraphDef)}.
   *
   * @param tensor as there
   * @param actual as there
   * @param message asked for, and put first, if it fails
   */
  public static void assertNothingBeyond(String tensor, GraphDef actual, Supplier<String> message) {
    new CutGraph(actual).requireEnd(tensor, "'" + tensor + "'").report(message, "");
  }

  /**
   * Asserts that an exported model answers what the live one answers, for this input and for
   * another number of rows, within {@link Tolerance#SAME_GRAPH}.
   *
   * @param expected the model that was exported
   * @param actual the SavedModel's directory; TensorFlow's own loader opens it
   * @param input a batch for {@code serving_default}
   */
  public static void assertReloadEquals(Answers expected, Path actual, Values input) {
    assertReloadEquals(expected, actual, input, (Supplier<String>) null);
  }

  /**
   * As {@link #assertReloadEquals(Answers, Path, Values)}.
   *
   * @param expected as there
   * @param actual as there
   * @param input as there
   * @param message put first if it fails
   */
  public static void assertReloadEquals(
      Answers expected, Path actual, Values input, String message) {
    assertReloadEquals(expected, actual, input, () -> message);
  }

  /**
   * As {@link #assertReloadEquals(Answers, Path, Values)}.
   *
   * @param expected as there
   * @param actual as there
   * @param input as there
   * @param message asked for, and put first, if it fails
   */
  public static void assertReloadEquals(
      Answers expected, Path actual, Values input, Supplier<String> message) {
    new Reload(expected, actual)
        .compare(input)
        .report(message, "the reloaded model differs from the live one");
  }

  /**
   * Asserts that computed values are the expected ones: answers before and after surgery, two ways
   * to the same features.
   *
   * @param expected the values to meet
   * @param actual of the same shape
   * @param tolerance how far they may be apart; integers may not at all
   */
  public static void assertValuesEqual(Values expected, Values actual, Tolerance tolerance) {
    assertValuesEqual(expected, actual, tolerance, (Supplier<String>) null);
  }

  /**
   * As {@link #assertValuesEqual(Values, Values, Tolerance)}.
   *
   * @param expected as there
   * @param actual as there
   * @param tolerance as there
   * @param message put first if it fails
   */
  public static void assertValuesEqual(
      Values expected, Values actual, Tolerance tolerance, String message) {
    assertValuesEqual(expected, actual, tolerance, () -> message);
  }

  /**
   * As {@link #assertValuesEqual(Values, Values, Tolerance)}.
   *
   * @param expected as there
   * @param actual as there
   * @param tolerance as there
   * @param message asked for, and put first, if it fails
   */
  public static void assertValuesEqual(
      Values expected, Values actual, Tolerance tolerance, Supplier<String> message) {
    Failures failures = new Failures();
    failures.add(
        new Comparison("the array", "what was expected", expected, actual).failure(tolerance));
    failures.report(message, "");
  }
}
