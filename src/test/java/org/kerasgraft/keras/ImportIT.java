package org.kerasgraft.keras;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What it takes to import large models: at most two and a half times their weights are resident.
 * Each import has a process of its own. ResNet152 alone, unless {@code -Dgraft.import=all} asks for
 * the largest Applications, a series of growing weights and one of growing graphs; {@code
 * -Dgraft.writeDocs=true} then writes the figures into {@code src/docs/import.md}.
 */
@Tag("keras")
class ImportIT {

  /** Of the weights' bytes; above what a JVM that has only started TensorFlow takes. */
  private static final double MOST = 2.5;

  private static final boolean ALL = "all".equals(System.getProperty("graft.import"));
  private static final int ROUNDS = Integer.getInteger("graft.import.rounds", ALL ? 3 : 1);
  private static final Map<String, ImportPage.Row> ROWS = new LinkedHashMap<>();

  @TempDir Path folder;

  static List<String> models() {
    return ALL
        ? List.of(
            "VGG19",
            "ResNet152",
            "ConvNeXtXLarge",
            "width-0.25",
            "width-0.5",
            "width-1",
            "width-1.5",
            "depth-25",
            "depth-50",
            "depth-100",
            "depth-200")
        : List.of("ResNet152");
  }

  @ParameterizedTest
  @MethodSource("models")
  void atMostTwoAndAHalfTimesTheWeightsAreResident(String name) {
    KerasPeer keras = KerasPeer.orSkip();
    keras.run("import_models.py", folder, name);
    Path model = folder.resolve(name);
    List<ImportRun> idle = new ArrayList<>();
    List<ImportRun> graft = new ArrayList<>();
    List<ImportRun> bundle = new ArrayList<>();
    List<ImportRun> python = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      idle.add(ImportRun.java("idle", model));
      graft.add(ImportRun.java("graft", model));
      bundle.add(ImportRun.java("bundle", model));
      if (ALL) {
        python.add(ImportRun.parse(keras.run("import_models.py", "--load", model)));
      }
    }
    ImportPage.Row row =
        new ImportPage.Row(
            name,
            model.resolve("saved_model.pb").toFile().length(),
            ImportRun.best(idle),
            ImportRun.best(graft),
            ImportRun.best(bundle),
            python.isEmpty() ? ImportRun.best(bundle) : ImportRun.best(python));
    ROWS.put(name, row);
    if (!name.startsWith("depth") && !name.equals("width-0.25")) {
      assertTrue(row.resident() <= MOST, row.toString());
      assertTrue(row.residentBeforeSession() <= MOST, row.toString());
    }
  }

  @AfterAll
  static void writeThePage() {
    if (Boolean.getBoolean("graft.writeDocs")) {
      ImportPage.write(List.copyOf(ROWS.values()));
    }
  }
}
