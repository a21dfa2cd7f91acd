package org.kerasgraft.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.graph.Network;
import org.kerasgraft.graph.ServingState;

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
          "equal-names",
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
      row(name, form, "refused: " + refusal.getMessage().replace(cases + "/", ""));
      return;
    }
    assertEquals(form, network.source().format().id());
    OddModelComparison keras = new OddModelComparison(odd, network);
    row(
        name,
        form,
        keras.layers(),
        keras.cuts(half ? HALF : CUT),
        keras.gradients(half ? HALF : GRADIENT));
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
