package org.kerasgraft.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.graph.Network;
import org.kerasgraft.savedmodel.Checkpoint;
import org.kerasgraft.savedmodel.ImportedModel;
import org.kerasgraft.savedmodel.SavedModelReader;

/**
 * Other ways of saving a model: fitted, in shards, with other signatures and endpoints, with int64,
 * without weights. With {@code -Dgraft.writeDocs=true} the figures go into {@code
 * src/docs/saved-forms.md}.
 */
@Tag("keras")
class SavedFormsIT {

  /** Another order of sums in other kernels, through a few layers. */
  private static final double CUT = 1e-6;

  private static final double GRADIENT = 1e-5;

  private static final Map<String, String> ROWS = new TreeMap<>();

  @TempDir static Path cases;

  @BeforeAll
  static void buildWithKeras() {
    KerasPeer.orSkip().run("saved_forms.py", cases);
  }

  @ParameterizedTest
  @CsvSource({
    "keras-2-fitted, keras-2-saved-model, true",
    "keras-2-without-optimizer, keras-2-saved-model, false",
    "keras-2-sharded, keras-2-saved-model, true",
    "keras-2-export, saved-model, false",
    "keras-2-fitted-export, saved-model, false",
    "keras-2-nested-export, saved-model, false",
    "keras-2-fitted-plain, saved-model, true",
    "keras-2-int64-input, keras-2-saved-model, false",
    "keras-2-int64-weights, keras-2-saved-model, false",
    "keras-2-no-variables, keras-2-saved-model, false",
    "keras-3-fitted-export, keras-3-export, false",
    "keras-3-fitted-saved-model, keras-3-saved-model, true",
    "keras-3-sharded, keras-3-saved-model, true",
    "keras-3-endpoints, keras-3-export, false",
    "keras-3-around-an-export, keras-3-export, false",
    "keras-3-int64-input, keras-3-export, false",
    "keras-3-int64-weights, keras-3-export, false",
    "keras-3-no-variables, keras-3-export, false",
    "variables-with-devices, keras-3-saved-model, false",
    "several-signatures, saved-model, false",
    "one-signature, saved-model, false"
  })
  void isWhatKerasComputes(String name, String format, boolean optimizer) {
    OddModel odd = new OddModel(cases.resolve(name));
    Network network = odd.network();
    assertEquals(format, network.source().format().id());
    OddModelComparison keras = new OddModelComparison(odd, network);
    ROWS.put(
        name,
        "| "
            + String.join(
                " | ",
                name,
                "`" + format + "`",
                stored(network.source(), odd.weights(), optimizer, name.endsWith("sharded")),
                keras.layers(),
                keras.cuts(CUT),
                keras.gradients(GRADIENT))
            + " |");
  }

  /** Nothing but the model's weights is taken from a checkpoint that holds more. */
  private static String stored(
      ImportedModel model, List<String> weights, boolean optimizer, boolean sharded) {
    model.variables().forEach(v -> assertTrue(weights.contains(v.name()), v.name()));
    if (!Files.exists(model.directory().resolve("variables"))) {
      return model.variables().size() + " of 0 values, no file";
    }
    Checkpoint checkpoint = Checkpoint.of(model.directory());
    long shards;
    try (Stream<Path> files = Files.list(checkpoint.prefix().getParent())) {
      shards = files.filter(f -> f.toString().contains(".data-")).count();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    long slots =
        checkpoint.tensors().keySet().stream().filter(k -> k.contains("optimizer")).count();
    assertEquals(optimizer, slots > 0);
    assertEquals(sharded, shards > 1);
    return String.format(
        "%d of %d values%s in %d file%s",
        model.variables().size(),
        checkpoint.tensors().size() - 1,
        slots == 0 ? "" : " (" + slots + " an optimizer's)",
        shards,
        shards == 1 ? "" : "s");
  }

  @ParameterizedTest
  @CsvSource({
    "no-default-signature, saved-model, 'classify, embed.'",
    "no-signature, saved-model, none;",
    "keras-2-without-traces, keras-2-saved-model, none;"
  })
  void aSignatureIsNotGuessed(String name, String format, String listed) {
    ImportedModel model = SavedModelReader.read(cases.resolve(name).resolve("model"));
    assertEquals(format, model.format().id());
    UnknownNameException refused =
        assertThrows(UnknownNameException.class, () -> Network.of(model));
    String told = refused.explain();
    assertTrue(told.contains("It has " + listed), told);
    ROWS.put(
        name,
        "| "
            + name
            + " | `"
            + format
            + "` | – | refused: "
            + told.replace(cases + "/", "")
            + " | – | – |");
  }

  @AfterAll
  static void writeThePage() throws IOException {
    if (Boolean.getBoolean("graft.writeDocs")) {
      Path page = Path.of("src/docs/saved-forms.md");
      List<String> lines = new ArrayList<>(Files.readAllLines(page));
      int head = lines.indexOf("|---|---|---|---|---|---|");
      lines.subList(head + 1, lines.size()).clear();
      lines.addAll(ROWS.values());
      Files.write(page, lines);
    }
  }
}
