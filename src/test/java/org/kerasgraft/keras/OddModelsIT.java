package org.kerasgraft.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kerasgraft.error.GraftException;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.graph.Layer;
import org.kerasgraft.graph.Network;
import org.kerasgraft.graph.ServingState;
import org.kerasgraft.savedmodel.TensorSpec;

/**
 * Models that are no plain chain, in every form that Keras can save: layers are found under their
 * names, cuts give Keras' values, gradients are {@code GradientTape}'s. With {@code
 * -Dgraft.writeDocs=true} the figures go into {@code src/docs/odd-models.md}.
 */
@Tag("keras")
class OddModelsIT {

  /** Against eager Keras, which runs other fused kernels than a graph. */
  private static final double CUT = 5e-5;

  /** Sums in another order, back through the whole model. */
  private static final double GRADIENT = 1e-4;

  /** Half precision has three digits, bfloat16 two: Keras differs from itself that much. */
  private static final double HALF = 2e-2;

  private static final List<String> MODELS =
      List.of(
          "sequential",
          "unnamed",
          "functional",
          "nested",
          "nested-in-nested",
          "nested-sequential",
          "shared-layer",
          "shared-backbone",
          "two-inputs",
          "two-outputs",
          "layer-with-two-outputs",
          "subclassed",
          "any-size",
          "mixed-float16",
          "mixed-bfloat16",
          "frozen",
          "augmented",
          "compiled",
          "digits",
          "marks");

  private static final List<String> KERAS_2 = List.of("keras-2-saved-model", "saved-model");
  private static final List<String> KERAS_3 = List.of("keras-3-export", "keras-3-saved-model");

  private static final Map<String, String> ROWS = new LinkedHashMap<>();

  @TempDir static Path cases;

  @BeforeAll
  static void buildWithKeras() {
    KerasPeer.orSkip().run("odd_models.py", cases);
  }

  static Stream<Arguments> everyModelInEveryForm() {
    List<Arguments> all = new ArrayList<>();
    for (String model : MODELS) {
      Stream.concat(KERAS_2.stream(), KERAS_3.stream())
          .forEach(form -> all.add(Arguments.of(model, form)));
    }
    KERAS_2.forEach(form -> all.add(Arguments.of("slashes", form)));
    all.add(Arguments.of("plain-module", "saved-model"));
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("everyModelInEveryForm")
  void isWhatKerasComputes(String name, String form) {
    OddModel odd = new OddModel(cases.resolve(name).resolve(form));
    boolean half = name.startsWith("mixed");
    if (odd.unsaved().isPresent()) {
      assertEquals("augmented/keras-3-saved-model", name + "/" + form, odd.unsaved().get());
      row(name, form, "Keras cannot save it: " + odd.unsaved().get());
      return;
    }
    Network network;
    try {
      network = odd.network();
      ServingState.requireSteady(network);
    } catch (ModelRefusedException refusal) {
      assertEquals("augmented/keras-3-export", name + "/" + form, refusal.explain());
      row(name, form, "refused: " + refusal.getMessage());
      return;
    }
    assertEquals(form, network.source().format().id());
    String layers = layers(odd, network);
    String cuts = cuts(odd, network, half ? HALF : CUT);
    row(name, form, layers, cuts, gradients(odd, network, half ? HALF : GRADIENT));
  }

  private static String layers(OddModel odd, Network network) {
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

  private static String cuts(OddModel odd, Network network, double tolerance) {
    Map<String, PeerArray> expected = odd.cuts();
    List<String> names = expected.keySet().stream().filter(n -> isThere(network, odd, n)).toList();
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
  private static boolean isThere(Network network, OddModel odd, String name) {
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

  private static String gradients(OddModel odd, Network network, double tolerance) {
    OddModel.Differentiated ours;
    try {
      ours = odd.differentiate(network);
    } catch (GraftException refusal) {
      int inputs = network.cutAfter(odd.at()).graph().inputs().size();
      boolean half = refusal.explain().contains("a head takes float32");
      assertTrue(inputs > 1 || half, refusal.explain());
      return "refused: " + (half ? "a head takes float32" : inputs + " inputs, training takes one");
    }
    assertEquals(odd.gradients(), ours.variables());
    assertTrue(ours.worst() <= tolerance, "a gradient differs by " + ours.worst());
    return ours.variables() + " / " + odd.gradients() + ", " + figure(ours.worst());
  }

  private static String figure(double value) {
    return value == 0 ? "0" : String.format(Locale.ROOT, "%.1e", value);
  }

  private static void row(String name, String form, String... cells) {
    List<String> padded = new ArrayList<>(List.of(cells));
    while (padded.size() < 3) {
      padded.add("–");
    }
    ROWS.put(
        name + "/" + form,
        "| " + name + " | `" + form + "` | " + String.join(" | ", padded) + " |");
  }

  @AfterAll
  static void writeThePage() throws IOException {
    if (Boolean.getBoolean("graft.writeDocs")) {
      Path page = Path.of("src/docs/odd-models.md");
      List<String> lines = new ArrayList<>(Files.readAllLines(page));
      int head = lines.indexOf("|---|---|---|---|---|");
      lines.subList(head + 1, lines.size()).clear();
      lines.addAll(ROWS.values());
      Files.write(page, lines);
    }
  }
}
