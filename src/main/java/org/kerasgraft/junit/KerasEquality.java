package org.kerasgraft.junit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.error.GraftException;
import org.kerasgraft.graph.Layer;
import org.kerasgraft.graph.Network;
import org.opentest4j.AssertionFailedError;

/**
 * The layers of a golden in a network, checked in the network's order: the first one tells most.
 */
final class KerasEquality {

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
