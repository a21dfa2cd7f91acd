package org.kerasgraft.junit;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.error.GraftException;
import org.kerasgraft.graph.Layer;
import org.kerasgraft.graph.Network;
import org.kerasgraft.savedmodel.VariableSpec;
import org.kerasgraft.train.OutputGradients;
import org.kerasgraft.train.Variables;
import org.opentest4j.AssertionFailedError;

/**
 * The layers of a golden in a network, checked in the network's order: the first one tells most.
 */
final class KerasEquality {

  /**
   * What a gradient is beside the largest of all if rounding makes it: a bias before a
   * normalization has none but that.
   */
  private static final double NOTHING = 1e-6;

  private final Golden golden;
  private final Network network;
  private final Failures failures = new Failures();

  KerasEquality(Golden golden, Network network) {
    this.golden = golden;
    this.network = network;
  }

  /** Cuts after each layer, and runs what is left. */
  Failures ofCuts() {
    for (String layer : inOrder()) {
      try {
        Network cut = network.cutAfter(layer);
        String end = cut.graph().outputs().get(Network.FEATURES).tensor();
        try (LiveNetwork live = LiveNetwork.open(cut, RuntimeOptions.defaults())) {
          compare(layer, Runs.fetch(live, golden, Map.of(layer, end)));
        }
      } catch (GraftException e) {
        failures.add(e.explain());
      }
    }
    return failures;
  }

  /** Runs once, and looks at each layer. */
  Failures ofLayers(LiveNetwork live) {
    Map<String, String> tensors = new LinkedHashMap<>();
    for (String name : inOrder()) {
      try {
        Layer layer = network.layer(name);
        if (layer.hasOneOutput()) {
          tensors.put(name, layer.output());
        } else {
          failures.add("Several tensors leave the layer '" + name + "'.");
        }
      } catch (GraftException e) {
        failures.add(e.explain());
      }
    }
    if (!tensors.isEmpty()) {
      Map<String, Values> computed = Runs.fetch(live, golden, tensors);
      tensors.keySet().forEach(name -> compare(name, computed));
    }
    return failures;
  }

  /** Cuts after the only layer, and differentiates the mean square of what is there. */
  Failures ofGradients() {
    if (golden.outputs().size() != 1) {
      failures.add(
          golden + " has " + golden.outputs().size() + " outputs; its gradients must be of one");
      return failures;
    }
    Network cut = network.cutAfter(golden.outputs().keySet().iterator().next());
    Map<String, VariableSpec> known = new LinkedHashMap<>();
    cut.graph().variables().values().forEach(v -> known.put(v.name(), v));
    known.keySet().retainAll(golden.gradients().keySet());
    Network form = Variables.all().trainableForm(cut);
    try (LiveNetwork live = LiveNetwork.open(form, RuntimeOptions.defaults())) {
      Map<String, String> tensors = new LinkedHashMap<>();
      OutputGradients.ofMeanSquare(live, List.copyOf(known.values()))
          .forEach((name, tensor) -> tensors.put(name, tensor.op().name() + ":" + tensor.index()));
      return ofGradients(golden, Runs.fetch(live, golden, tensors));
    }
  }

  /** A gradient that is nothing in Keras beside the largest of all must be nothing here. */
  static Failures ofGradients(Golden golden, Map<String, Values> actual) {
    double nothing = NOTHING * largest(golden.gradients().values());
    Map<String, Values> some = new LinkedHashMap<>(golden.gradients());
    some.keySet().removeIf(name -> nothing > 0 && bothAtMost(nothing, name, golden, actual));
    return ofEach("gradient", golden, some, actual);
  }

  private static boolean bothAtMost(
      double nothing, String name, Golden golden, Map<String, Values> actual) {
    return actual.containsKey(name)
        && actual.get(name).shape().equals(golden.gradient(name).shape())
        && largest(List.of(golden.gradient(name), actual.get(name))) <= nothing;
  }

  /** The largest magnitude; NaN if any value is. */
  private static double largest(Collection<Values> arrays) {
    return arrays.stream()
        .flatMapToDouble(values -> IntStream.range(0, values.size()).mapToDouble(values::get))
        .map(Math::abs)
        .reduce(0, Math::max);
  }

  static Failures ofVariables(Golden golden, Snapshot actual) {
    Map<String, Values> values = new LinkedHashMap<>();
    actual.names().forEach(name -> values.put(name, actual.values(name)));
    return ofEach("variable", golden, golden.variables(), values);
  }

  private static Failures ofEach(
      String kind, Golden golden, Map<String, Values> expected, Map<String, Values> actual) {
    Failures failures = new Failures();
    if (expected.isEmpty()) {
      failures.add(golden + " has no " + kind + "s: comparing with it shows nothing");
    }
    expected.forEach(
        (name, values) -> {
          String subject = kind + " '" + name + "'";
          if (actual.containsKey(name)) {
            failures.add(
                new Comparison(subject, "Keras in " + golden, values, actual.get(name))
                    .failure(golden.tolerance()));
          } else {
            failures.add("there is no " + subject + ". " + Text.hint(name, actual.keySet()));
          }
        });
    return failures;
  }

  private void compare(String layer, Map<String, Values> computed) {
    failures.add(failure(golden, layer, computed.get(layer)));
  }

  static Optional<AssertionFailedError> failure(Golden golden, String layer, Values actual) {
    return new Comparison(
            "layer '" + layer + "'", "Keras in " + golden, golden.output(layer), actual)
        .failure(golden.tolerance());
  }

  /** Layers that the network lacks come last. */
  private List<String> inOrder() {
    List<String> known = network.layers().stream().map(Layer::name).toList();
    List<String> names = new ArrayList<>(golden.outputs().keySet());
    names.sort(
        Comparator.comparingInt(
            name -> known.contains(name) ? known.indexOf(name) : Integer.MAX_VALUE));
    return names;
  }
}
