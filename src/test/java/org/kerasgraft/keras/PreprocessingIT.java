package org.kerasgraft.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.data.PreprocessingChoice;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.graph.Network;
import org.kerasgraft.savedmodel.SavedModelReader;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.types.TFloat32;

/**
 * What {@code auto} makes of images is what {@code preprocess_input} of the model's family makes of
 * them, for every family of Keras Applications, plain and inside other models; what no one can know
 * asks. Nothing is recorded with these models.
 */
@Tag("keras")
class PreprocessingIT {

  private static final int CASES_AT_LEAST = 45;

  @TempDir static Path models;

  @TestFactory
  Stream<DynamicTest> everyFamilyIsPreparedAsKerasDoes() throws IOException {
    KerasPeer.orSkip().run("peer_preprocessing.py", models);
    List<Path> cases;
    try (Stream<Path> directories = Files.list(models)) {
      cases = directories.sorted().toList();
    }
    assertTrue(cases.size() >= CASES_AT_LEAST, cases::toString);
    return cases.stream()
        .map(c -> DynamicTest.dynamicTest(c.getFileName().toString(), () -> check(c)));
  }

  private static void check(Path directory) throws IOException {
    Network network = Network.of(SavedModelReader.read(directory.resolve("model")));
    Path prepared = directory.resolve("prepared.npy");
    if (!Files.exists(prepared)) {
      assertThrows(UsageException.class, () -> PreprocessingChoice.AUTO.resolve(network));
      return;
    }
    Network spliced = PreprocessingChoice.AUTO.resolve(network).splice(network);
    PeerArray ours = run(spliced, PeerArray.read(directory.resolve("images.npy")));
    PeerArray keras = PeerArray.read(prepared);
    assertEquals(keras.shape(), ours.shape());
    for (int i = 0; i < keras.values().length; i++) {
      float expected = keras.values()[i];
      assertEquals(expected, ours.values()[i], Math.ulp(expected), "value " + i);
    }
  }

  /** What the model's own input layer gives; for {@code none} that is the images themselves. */
  private static PeerArray run(Network spliced, PeerArray images) {
    if (spliced.layers().get(0).output().equals(spliced.input().tensor())) {
      return images;
    }
    try (Graph graph = new Graph()) {
      graph.importGraphDef(spliced.graph().graphDef());
      try (Session session = new Session(graph);
          TFloat32 feed = images.tensor();
          Result result =
              session
                  .runner()
                  .feed(spliced.input().tensor(), feed)
                  .fetch(spliced.layers().get(0).output())
                  .run()) {
        return PeerArray.of(result.get(0));
      }
    }
  }
}
