package org.kerasgraft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever field of a model's file is changed, it is refused by an error for users, or used. */
class MutationsTest {

  private static final int MUTATIONS = 60;

  @TempDir private Path temporary;

  @Test
  void aChangedModelIsUsedOrRefused() throws IOException {
    Path source = Path.of("src/test/resources/models/versions/tf-2.21");
    MutationSweep sweep =
        new MutationSweep(source.resolve("model"), source.resolve("input.npy"), temporary);
    List<String> failed = new ArrayList<>();
    for (int number = 0; number < MUTATIONS; number++) {
      MutationSweep.Result result = sweep.result(sweep.mutation(number));
      if (result.outcome() == MutationSweep.Outcome.FAILED) {
        failed.add(result.toString());
      }
    }
    assertEquals(List.of(), failed);
  }
}
