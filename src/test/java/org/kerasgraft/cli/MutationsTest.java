package org.kerasgraft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kerasgraft.cli.MutationSweep.Outcome;

/**
 * Whatever field of a model's file is changed, the model is refused by an error for users, or
 * answers as before, unless the file says the thing only once. 1,000 mutations in all; {@code
 * -Dgraft.mutations=25000} asks for that many a model, {@code -Dgraft.writeDocs=true} makes the
 * page {@code src/docs/mutations.md} of the figures.
 */
class MutationsTest {

  private static final int EACH = Integer.getInteger("graft.mutations", 250);
  private static final Path PAGE = Path.of("src", "docs", "mutations.md");

  private static final String INNER =
      "a function that no signature calls: only the order changes in which `inspect` lists a layer's"
          + " variables";

  /** Kinds of fields that nothing else in a file contradicts, with the reason. */
  private static final Map<String, String> SAID_ONCE =
      new TreeMap<>(
          Map.of(
              "meta info MetaInfoDef.tensorflow_version",
              "the version of TensorFlow is only shown",
              "serving function TensorProto.float_val",
              "the value of a constant, such as an epsilon, stands in one place",
              "objects SavedObjectGraph.concrete_functions",
              INNER,
              "objects ConcreteFunctionsEntry.key",
              INNER,
              "serving function AttrValue.b",
              "an op's flag, such as `is_training` of a normalisation, stands in one place",
              "serving function Dim.size",
              "the recorded shape of an op whose shape depends on values, such as `Reshape`"));

  private static final Map<String, Map<Outcome, Integer>> COUNTS = new TreeMap<>();
  private static final Map<String, Integer> DIFFERENT = new TreeMap<>();

  @TempDir private Path temporary;

  @ParameterizedTest
  @ValueSource(strings = {"tf-2.04", "tf-2.13", "tf-2.16", "tf-2.21"})
  void aChangedModelAnswersAsBeforeOrIsRefused(String version) throws IOException {
    Path source = Path.of("src/test/resources/models/versions", version.replace(".0", "."));
    MutationSweep sweep =
        new MutationSweep(source.resolve("model"), source.resolve("input.npy"), temporary);
    Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);
    List<String> wrong = new ArrayList<>();
    for (int number = 0; number < EACH; number++) {
      MutationSweep.Result result = sweep.result(sweep.mutation(number));
      counts.merge(result.outcome(), 1, Integer::sum);
      String kind = result.mutation().kind();
      if (result.outcome() == Outcome.DIFFERENT) {
        DIFFERENT.merge(kind, 1, Integer::sum);
      }
      boolean unseen = result.outcome() == Outcome.DIFFERENT && !SAID_ONCE.containsKey(kind);
      if (unseen || result.outcome() == Outcome.FAILED) {
        wrong.add(result.mutation() + " " + result.outcome() + ": " + result.detail());
      }
    }
    COUNTS.put(version, counts);
    assertEquals(List.of(), wrong);
    assertTrue(counts.getOrDefault(Outcome.REFUSED, 0) > EACH / 10, counts.toString());
  }

  @AfterAll
  static void writePage() throws IOException {
    if (!Boolean.getBoolean("graft.writeDocs")) {
      return;
    }
    List<String> lines = new ArrayList<>();
    lines.add("# Changed models\n");
    lines.add(
        "What becomes of a valid `saved_model.pb` when one of its fields is changed. Every kind");
    lines.add(
        "of field has the same chance; one change in twelve hits raw bytes. The copies have no");
    lines.add("`fingerprint.pb`, which would notice every change. A model counts as unharmed if");
    lines.add(
        "`inspect`, `features`, all layers' values and the gradients are what they were, bit for");
    lines.add("bit. Made by\n");
    lines.add("```bash");
    lines.add(
        "mvn test -Dtest=MutationsTest -Dgraft.mutations=" + EACH + " -Dgraft.writeDocs=true");
    lines.add("```\n");
    lines.add("`mvn verify` runs 250 a model.\n");
    lines.add(
        "| Written by | Mutations | Refused by name | Unharmed | Different | Crashes and stack traces |");
    lines.add("|---|---|---|---|---|---|");
    COUNTS.forEach((version, counts) -> lines.add(line(version, counts)));
    lines.add("\nThe different ones changed what the file says only once:\n");
    lines.add("| Kind of field | Times | Why nothing contradicts it |");
    lines.add("|---|---|---|");
    DIFFERENT.forEach(
        (kind, times) ->
            lines.add(
                "| " + kind + " | " + times + " | " + SAID_ONCE.getOrDefault(kind, "OPEN") + " |"));
    Files.writeString(PAGE, String.join("\n", lines) + "\n");
  }

  private static String line(String version, Map<Outcome, Integer> counts) {
    List<String> cells = new ArrayList<>();
    cells.add("TensorFlow " + version.substring(3).replace(".0", "."));
    cells.add(Integer.toString(EACH));
    for (Outcome outcome :
        List.of(Outcome.REFUSED, Outcome.HARMLESS, Outcome.DIFFERENT, Outcome.FAILED)) {
      cells.add(Integer.toString(counts.getOrDefault(outcome, 0)));
    }
    return "| " + String.join(" | ", cells) + " |";
  }
}
