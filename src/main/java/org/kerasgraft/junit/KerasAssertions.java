package org.kerasgraft.junit;

import java.util.Map;
import java.util.function.Supplier;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.graph.Network;
import org.tensorflow.Tensor;

/**
 * Assertions that a network is Keras', in the style of JUnit 5: what Keras computed, a {@link
 * Golden}, comes first, a message or its supplier last. Failures are as those of {@link
 * GraphAssertions}.
 */
public final class KerasAssertions {

  private KerasAssertions() {}

  /**
   * Asserts that the network, cut after each layer of a golden and run on the golden's input, gives
   * what Keras gives there. Each cut is opened for itself.
   *
   * @param expected what Keras computed
   * @param actual whole, or cut behind all of those layers
   */
  public static void assertCutsEqualKeras(Golden expected, Network actual) {
    assertCutsEqualKeras(expected, actual, (Supplier<String>) null);
  }

  /**
   * As {@link #assertCutsEqualKeras(Golden, Network)}.
   *
   * @param expected as there
   * @param actual as there
   * @param message put first if it fails
   */
  public static void assertCutsEqualKeras(Golden expected, Network actual, String message) {
    assertCutsEqualKeras(expected, actual, () -> message);
  }

  /**
   * As {@link #assertCutsEqualKeras(Golden, Network)}.
   *
   * @param expected as there
   * @param actual as there
   * @param message asked for, and put first, if it fails
   */
  public static void assertCutsEqualKeras(
      Golden expected, Network actual, Supplier<String> message) {
    new KerasEquality(expected, actual)
        .ofCuts()
        .report(message, "cuts differ from Keras, the first layer first");
  }

  /**
   * Asserts that the layers of a live network, however it was changed, give what Keras gives. One
   * run fetches them all.
   *
   * @param expected what Keras computed
   * @param actual open; borrowed
   */
  public static void assertLayersEqualKeras(Golden expected, LiveNetwork actual) {
    assertLayersEqualKeras(expected, actual, (Supplier<String>) null);
  }

  /**
   * As {@link #assertLayersEqualKeras(Golden, LiveNetwork)}.
   *
   * @param expected as there
   * @param actual as there
   * @param message put first if it fails
   */
  public static void assertLayersEqualKeras(Golden expected, LiveNetwork actual, String message) {
    assertLayersEqualKeras(expected, actual, () -> message);
  }

  /**
   * As {@link #assertLayersEqualKeras(Golden, LiveNetwork)}.
   *
   * @param expected as there
   * @param actual as there
   * @param message asked for, and put first, if it fails
   */
  public static void assertLayersEqualKeras(
      Golden expected, LiveNetwork actual, Supplier<String> message) {
    new KerasEquality(expected, actual.network())
        .ofLayers(actual)
        .report(message, "layers differ from Keras, the first layer first");
  }

  /**
   * Asserts that a tensor is what Keras computed at a layer.
   *
   * @param expected what Keras computed
   * @param layer one of its layers
   * @param actual what you computed from the golden's input, by whatever means; borrowed
   */
  public static void assertOutputEqualsKeras(Golden expected, String layer, Tensor actual) {
    assertOutputEqualsKeras(expected, layer, actual, (Supplier<String>) null);
  }

  /**
   * As {@link #assertOutputEqualsKeras(Golden, String, Tensor)}.
   *
   * @param expected as there
   * @param layer as there
   * @param actual as there
   * @param message put first if it fails
   */
  public static void assertOutputEqualsKeras(
      Golden expected, String layer, Tensor actual, String message) {
    assertOutputEqualsKeras(expected, layer, actual, () -> message);
  }

  /**
   * As {@link #assertOutputEqualsKeras(Golden, String, Tensor)}.
   *
   * @param expected as there
   * @param layer as there
   * @param actual as there
   * @param message asked for, and put first, if it fails
   */
  public static void assertOutputEqualsKeras(
      Golden expected, String layer, Tensor actual, Supplier<String> message) {
    Failures failures = new Failures();
    failures.add(KerasEquality.failure(expected, layer, Values.of(actual)));
    failures.report(message, "");
  }

  /**
   * Asserts that gradients, as training computes them, are Keras': those of the mean square of the
   * golden's only output, with respect to each variable that the golden has a gradient of.
   *
   * @param expected as {@code make_gradient_golden.py} writes it
   * @param actual whole, or cut behind that layer
   */
  public static void assertGradientsEqualKeras(Golden expected, Network actual) {
    assertGradientsEqualKeras(expected, actual, (Supplier<String>) null);
  }

  /**
   * As {@link #assertGradientsEqualKeras(Golden, Network)}.
   *
   * @param expected as there
   * @param actual as there
   * @param message put first if it fails
   */
  public static void assertGradientsEqualKeras(Golden expected, Network actual, String message) {
    assertGradientsEqualKeras(expected, actual, () -> message);
  }

  /**
   * As {@link #assertGradientsEqualKeras(Golden, Network)}.
   *
   * @param expected as there
   * @param actual as there
   * @param message asked for, and put first, if it fails
   */
  public static void assertGradientsEqualKeras(
      Golden expected, Network actual, Supplier<String> message) {
    new KerasEquality(expected, actual)
        .ofGradients()
        .report(message, "gradients differ from Keras'");
  }

  /**
   * Asserts that gradients of your own, of whatever loss, are Keras'.
   *
   * @param expected gradients of the same loss by the same input
   * @param actual variable's Keras path to gradient, for each that the golden has one of
   */
  public static void assertGradientsEqualKeras(Golden expected, Map<String, Values> actual) {
    assertGradientsEqualKeras(expected, actual, (Supplier<String>) null);
  }

  /**
   * As {@link #assertGradientsEqualKeras(Golden, Map)}.
   *
   * @param expected as there
   * @param actual as there
   * @param message put first if it fails
   */
  public static void assertGradientsEqualKeras(
      Golden expected, Map<String, Values> actual, String message) {
    assertGradientsEqualKeras(expected, actual, () -> message);
  }

  /**
   * As {@link #assertGradientsEqualKeras(Golden, Map)}.
   *
   * @param expected as there
   * @param actual as there
   * @param message asked for, and put first, if it fails
   */
  public static void assertGradientsEqualKeras(
      Golden expected, Map<String, Values> actual, Supplier<String> message) {
    KerasEquality.ofGradients(expected, actual).report(message, "gradients differ from Keras'");
  }

  /**
   * Asserts that variables are what Keras made of them, after as many steps of training, say.
   *
   * @param expected holds {@code variable/VARIABLE}
   * @param actual has each of them; may have others, which are not looked at
   */
  public static void assertVariablesEqualKeras(Golden expected, Snapshot actual) {
    assertVariablesEqualKeras(expected, actual, (Supplier<String>) null);
  }

  /**
   * As {@link #assertVariablesEqualKeras(Golden, Snapshot)}.
   *
   * @param expected as there
   * @param actual as there
   * @param message put first if it fails
   */
  public static void assertVariablesEqualKeras(Golden expected, Snapshot actual, String message) {
    assertVariablesEqualKeras(expected, actual, () -> message);
  }

  /**
   * As {@link #assertVariablesEqualKeras(Golden, Snapshot)}.
   *
   * @param expected as there
   * @param actual as there
   * @param message asked for, and put first, if it fails
   */
  public static void assertVariablesEqualKeras(
      Golden expected, Snapshot actual, Supplier<String> message) {
    KerasEquality.ofVariables(expected, actual).report(message, "variables differ from Keras'");
  }
}
