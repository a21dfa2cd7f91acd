package org.kerasgraft.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.kerasgraft.error.GraftException;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.graph.Layer;
import org.kerasgraft.graph.Network;
import org.kerasgraft.savedmodel.TensorSpec;
import org.kerasgraft.train.Variables;

/** A network beside what Keras computes in the same model; each check gives its table cell. */
record OddModelComparison(OddModel odd, Network network) {

  /** Every layer is found under its name, with its calls and class; counts. */
  String layers() {
    int found = 0;
    int traceless = 0;
    for (OddModel.KerasCall keras : odd.layers()) {
      Optional<Layer> layer =
          network.layers().stream().filter(l -> l.name().equals(keras.name())).findFirst();
      if (layer.isPresent()) {
        assertEquals(keras.calls(), layer.get().calls().size());
        layer.get().type().ifPresent(t -> assertEquals(keras.type(), t, keras.name()));
        found++;
      } else {
        assertTrue(keras.noop(), keras.name() + " was not found");
        String told =
            assertThrows(UnknownNameException.class, () -> network.cutAfter(keras.name()))
                .explain();
        assertTrue(told.contains("does nothing at inference"), told);
        traceless++;
      }
    }
    String count = found + " / " + odd.layers().size();
    return traceless == 0 ? count : count + " (" + traceless + " without a trace)";
  }

  /** The output of every call of every layer, in the whole network and in two cut ones. */
  String cuts(double tolerance) {
    Map<String, PeerArray> expected = odd.cuts();
    List<String> names = expected.keySet().stream().filter(this::isThere).toList();
    List<TensorSpec> tensors =
        names.stream().map(n -> network.layer(n).onlyOutput().orElseThrow()).toList();
    List<PeerArray> whole = odd.run(network, tensors);
    double worst = 0;
    for (int i = 0; i < names.size(); i++) {
      worst = Math.max(worst, difference(names.get(i), whole.get(i), expected, tolerance));
    }
    for (String name : List.of(names.get(names.size() / 2), odd.at())) {
      Network cut = network.cutAfter(name);
      TensorSpec features = cut.graph().outputs().get(Network.FEATURES);
      PeerArray value = odd.run(cut, List.of(features)).get(0);
      worst = Math.max(worst, difference(name, value, expected, tolerance));
    }
    for (Layer layer : network.layers()) {
      if (!layer.hasOneOutput()) {
        String told =
            assertThrows(UsageException.class, () -> network.cutAfter(layer.name())).explain();
        assertTrue(layer.outputNames().stream().allMatch(told::contains), told);
      }
    }
    return names.size() + " cuts, " + figure(worst);
  }

  /** Whether a cut's layer left a trace; that all others do is {@link #layers}' to show. */
  private boolean isThere(String name) {
    String layer = name.replaceAll("[@:]\\d+", "");
    boolean noop = odd.layers().stream().anyMatch(l -> l.name().equals(layer) && l.noop());
    return !noop || network.layers().stream().anyMatch(l -> l.name().equals(layer));
  }

  private static double difference(
      String name, PeerArray actual, Map<String, PeerArray> expected, double tolerance) {
    PeerArray keras = expected.get(name);
    assertEquals(keras.shape(), actual.shape(), name);
    double difference = PeerArray.relativeL2(actual.values(), keras.values());
    assertTrue(difference <= tolerance, name + " differs by " + difference);
    return difference;
  }

  /** One step of training on a new head, everything chosen; or why that is refused. */
  String gradients(double tolerance) {
    OddModel.Differentiated ours;
    try {
      ours = odd.differentiate(network);
    } catch (GraftException refusal) {
      if (refusal.explain().contains("DT_INT64")) {
        return behindTheFirst(refusal, tolerance);
      }
      int inputs = network.cutAfter(odd.at()).graph().inputs().size();
      boolean half = refusal.explain().contains("a head takes float32");
      assertTrue(inputs > 1 || half, refusal.explain());
      return "refused: " + (half ? "a head takes float32" : inputs + " inputs, training takes one");
    }
    assertEquals(odd.gradients(), ours.variables());
    assertTrue(ours.worst() <= tolerance, "a gradient differs by " + ours.worst());
    return ours.variables() + " / " + odd.gradients() + ", " + figure(ours.worst());
  }

  /** Tokens are no numbers to start from: the layers behind their embedding train. */
  private String behindTheFirst(GraftException refusal, double tolerance) {
    String told = refusal.explain();
    assertTrue(told.contains("Choose only layers behind the first one with weights"), told);
    OddModel.Differentiated ours =
        odd.differentiate(network, Variables.layers("conv"), name -> !name.contains("embedding"));
    assertEquals(odd.gradients() - 1, ours.variables());
    assertTrue(ours.worst() <= tolerance, "a gradient differs by " + ours.worst());
    return ours.variables()
        + " / "
        + odd.gradients()
        + ", "
        + figure(ours.worst())
        + "; the embedding refused: training starts at floats";
  }

  private static String figure(double value) {
    return value == 0 ? "0" : String.format(Locale.ROOT, "%.1e", value);
  }
}
