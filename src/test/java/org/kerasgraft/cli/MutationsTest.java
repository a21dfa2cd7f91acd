package org.kerasgraft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever field of a model's file is changed, {@code inspect} describes it or refuses it. */
class MutationsTest {

  private static final int MUTATIONS = 60;

  @TempDir private Path temporary;

  @Test
  void inspectDescribesOrRefusesAChangedModel() throws IOException {
    Path source = Path.of("src/test/resources/models/versions/tf-2.21/model");
    MutationSweep sweep = new MutationSweep(source, temporary);
    List<String> failed = new ArrayList<>();
    int refused = 0;
    for (int number = 0; number < MUTATIONS; number++) {
      Mutation mutation = sweep.mutation(number);
      CommandRun run = sweep.inspect(mutation);
      refused += run.code() == ExitCode.OK ? 0 : 1;
      if (run.code() == ExitCode.INTERNAL) {
        failed.add(mutation + ": " + run.err());
      }
    }
    assertEquals(List.of(), failed);
    assertTrue(refused > 0 && refused < MUTATIONS, refused + " refused");
  }
}
