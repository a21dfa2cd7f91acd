package org.kerasgraft.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.kerasgraft.junit.KerasAssertions.assertCutsEqualKeras;

import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.graph.Network;
import org.kerasgraft.junit.Golden;
import org.kerasgraft.savedmodel.SavedModelReader;

/** The JUnit kit on a golden that Keras makes by the script given to users. */
@Tag("keras")
class JunitKitIT {

  private static final Path SCRIPT =
      Path.of("..", "..", "..", "notebooks-export", "make_golden.py");
  private static final Path MODEL = Path.of("src/test/resources/models/tiny-vgg-keras2");

  @TempDir private Path folder;

  @Test
  void aGoldenOfChosenLayersIsWhatTheCutsGive() {
    Path file = folder.resolve("golden.npz");
    KerasPeer.orSkip().run(SCRIPT.toString(), MODEL, file, "block4_pool", "block5_pool", "fc1");

    Golden golden = Golden.read(file);

    assertEquals(Set.of("block4_pool", "block5_pool", "fc1"), golden.outputs().keySet());
    assertCutsEqualKeras(golden, Network.of(SavedModelReader.read(MODEL)));
  }

  @Test
  void aGoldenOfAllLayersIsWhatTheCutsGive() {
    Path file = folder.resolve("golden.npz");
    KerasPeer.orSkip().run(SCRIPT.toString(), MODEL, file);

    assertCutsEqualKeras(Golden.read(file), Network.of(SavedModelReader.read(MODEL)));
  }
}
