package org.kerasgraft.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.kerasgraft.junit.KerasAssertions.assertCutsEqualKeras;
import static org.kerasgraft.junit.KerasAssertions.assertGradientsEqualKeras;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kerasgraft.graph.Network;
import org.kerasgraft.junit.Golden;
import org.kerasgraft.savedmodel.SavedModelReader;

/** The JUnit kit on goldens that Keras makes by the scripts given to users. */
@Tag("keras")
class JunitKitIT {

  private static final Path SCRIPTS = Path.of("..", "..", "..", "notebooks-export");
  private static final String GOLDEN = SCRIPTS.resolve("make_golden.py").toString();
  private static final String GRADIENTS = SCRIPTS.resolve("make_gradient_golden.py").toString();
  private static final Path MODEL = Path.of("src/test/resources/models/tiny-vgg-keras2");

  @TempDir private Path folder;

  private static Network network(Path directory) {
    return Network.of(SavedModelReader.read(directory));
  }

  private Golden golden(String script, Object... arguments) {
    Path file = folder.resolve("golden.npz");
    Object[] all = new Object[arguments.length + 1];
    all[0] = arguments[0];
    all[1] = file;
    System.arraycopy(arguments, 1, all, 2, arguments.length - 1);
    KerasPeer.orSkip().run(script, all);
    return Golden.read(file);
  }

  @Test
  void aGoldenOfChosenLayersIsWhatTheCutsGive() {
    Golden golden = golden(GOLDEN, MODEL, "block4_pool", "block5_pool", "fc1");

    assertEquals(Set.of("block4_pool", "block5_pool", "fc1"), golden.outputs().keySet());
    assertCutsEqualKeras(golden, network(MODEL));
  }

  @Test
  void aGoldenOfAllLayersIsWhatTheCutsGive() {
    assertCutsEqualKeras(golden(GOLDEN, MODEL), network(MODEL));
  }

  @Test
  void aGoldenOfGradientsIsWhatTrainingComputes() {
    Golden golden = golden(GRADIENTS, MODEL, "block5_pool");

    assertEquals(26, golden.gradients().size());
    assertGradientsEqualKeras(golden, network(MODEL));
    assertCutsEqualKeras(golden, network(MODEL));
  }

  @ParameterizedTest
  @ValueSource(strings = {"keras-3-export", "keras-2-saved-model"})
  void goldensOfAModelWithSeveralInputsFeedEachByItsName(String format) {
    KerasPeer.orSkip().run("peer_inputs.py", folder);
    Path model = folder.resolve(format).resolve("model");
    Path file = folder.resolve(format).resolve("model.keras");
    Path source = Files.exists(file) ? file : model;

    Golden golden = golden(GOLDEN, source, "conv", "dense", "joined", "predictions");
    assertEquals(Set.of("image", "extra"), golden.inputs().keySet());
    assertCutsEqualKeras(golden, network(model));

    Golden gradients = golden(GRADIENTS, source, "predictions");
    assertEquals(6, gradients.gradients().size());
    assertGradientsEqualKeras(gradients, network(model));
  }
}
