package org.kerasgraft.features;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.data.Sha256;
import org.kerasgraft.error.CannotCreateException;
import org.kerasgraft.error.GraftException;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.RunInterruptedException;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.graph.Network;
import org.kerasgraft.internal.AtomicDirectory;
import org.kerasgraft.internal.Cancellation;
import org.kerasgraft.internal.FaultPoints;
import org.kerasgraft.internal.FaultPoints.Point;

/** What a resumption does not know it neither goes on with nor removes; nor gives it a name. */
class UnknownPartialTest {

  private static final List<String> FILES = List.of("features.npy", "index.csv", "manifest.json");

  @TempDir private static Path shared;
  private static Path pictures;
  private static LiveNetwork live;
  private static String tensor;
  private static String other;

  @TempDir private Path folder;

  @BeforeAll
  static void openNetwork() throws IOException {
    pictures = TinyVgg.pictures(shared.resolve("pictures"));
    Network network = TinyVgg.CAFFE.splice(TinyVgg.network());
    live = TinyVgg.live(network);
    tensor = network.layer("block5_pool").output();
    other = network.layer("fc1").output();
  }

  @AfterAll
  static void closeNetwork() {
    live.close();
  }

  private static FeatureExtractor extractor(Cancellation cancellation, ExtractionListener heard) {
    return new FeatureExtractor(
        live, TinyVgg.images(pictures), new ExtractionOptions(2, heard, cancellation));
  }

  private static FeatureExtractor extractor() {
    return extractor(new Cancellation(), ExtractionListener.SILENT);
  }

  private Path kept() {
    return folder.resolve(".out.partial");
  }

  private Path out() {
    return folder.resolve("out");
  }

  private void resume() {
    extractor().resume(tensor, out()).close();
  }

  private static FeatureExtractor stopping() {
    Cancellation cancellation = new Cancellation();
    return extractor(
        cancellation,
        new ExtractionListener() {
          @Override
          public void onProgress(int done, int total, double rowsPerSecond) {
            cancellation.cancel();
          }
        });
  }

  /** Stops after the first batch. */
  private void stop() {
    assertThrows(RunInterruptedException.class, () -> stopping().extract(tensor, out()));
  }

  private static Map<String, String> hashes(Path directory) throws IOException {
    Map<String, String> hashes = new TreeMap<>();
    try (Stream<Path> files = Files.list(directory)) {
      files.forEach(file -> hashes.put(file.getFileName().toString(), Sha256.of(file)));
    }
    return hashes;
  }

  private void refused(Class<? extends GraftException> kind, Executable resume, String said)
      throws IOException {
    Map<String, String> before = hashes(kept());
    GraftException e = assertThrows(kind, resume);
    assertTrue(e.explain().contains(said), e.explain());
    assertTrue(e.explain().contains(kept().toString()), e.explain());
    assertEquals(before, hashes(kept()));
    assertFalse(Files.exists(out()));
  }

  @Test
  void anotherCommandsPartialOrAUsersFilesAreLeftAsTheyAre() throws IOException {
    try (AtomicDirectory run = AtomicDirectory.resumable(out(), "train", false)) {
      Files.writeString(run.staging().resolve("index.csv"), "half");
    }
    refused(CannotCreateException.class, this::resume, "begun by 'graft train'");
    AtomicDirectory.deleteTree(kept());

    Files.writeString(Files.createDirectory(kept()).resolve("index.csv"), "a user's");
    refused(CannotCreateException.class, this::resume, "was not begun by 'graft features'");
  }

  @Test
  void aJournalThatDoesNotSayOfWhatItIsIsDamageAndNothingIsLost() throws IOException {
    stop();
    byte[] journal = Files.readAllBytes(kept().resolve("journal"));
    byte[] damaged = journal.clone();
    damaged[9] ^= 1;
    Files.write(kept().resolve("journal"), damaged);
    refused(InvalidDataException.class, this::resume, "begin anew");
    Map<String, String> before = hashes(kept());
    assertThrows(
        RunInterruptedException.class,
        () -> extractor(cancelled(), ExtractionListener.SILENT).resume(tensor, out()));
    assertEquals(before, hashes(kept()));
    Files.write(kept().resolve("journal"), journal);
    resume();
    assertEquals(FILES, new ArrayList<>(hashes(out()).keySet()));
  }

  private static Cancellation cancelled() {
    Cancellation cancellation = new Cancellation();
    cancellation.cancel();
    return cancellation;
  }

  @Test
  void whatWasBegunBeforeStaysIfTheResumptionFailsAtOnce() throws IOException {
    stop();
    Files.writeString(kept().resolve("features.npy"), ""); // no batch of it is whole any more
    assertThrows(
        RunInterruptedException.class,
        () -> extractor(cancelled(), ExtractionListener.SILENT).resume(tensor, out()));
    assertTrue(Files.exists(kept().resolve("journal")));
    resume();
  }

  @Test
  void wholeFeaturesOfSomethingElseThatLackOnlyTheirNameAreNotOverwritten() throws IOException {
    extractor().extract(other, out()).close();
    Files.move(out(), kept());
    refused(UsageException.class, this::resume, "the layer (");
    AtomicDirectory.deleteTree(kept());

    extractor().extract(tensor, out()).close();
    Files.move(out(), kept());
    Path picture = pictures.resolve("a").resolve("new.png");
    Files.copy(TinyVgg.PICTURES.resolve("alpha.png"), picture);
    try {
      refused(InvalidDataException.class, this::resume, "the inputs differs");
    } finally {
      Files.delete(picture);
    }
    Path index = kept().resolve("index.csv");
    String text = Files.readString(index);
    Files.writeString(index, text.replace("ok", "no"));
    refused(InvalidDataException.class, this::resume, "index.csv");
    Files.writeString(index, text);
    resume();
    assertEquals(FILES, new ArrayList<>(hashes(out()).keySet()));
  }

  /** The journal does not speak of it, so that nothing else would notice. */
  @Test
  void aDamagedHeaderOfTheIndexIsNotVouchedFor() throws IOException {
    extractor().extract(tensor, folder.resolve("whole")).close();
    stop();
    Path index = kept().resolve("index.csv");
    Files.writeString(index, "R" + Files.readString(index).substring(1));
    resume();
    assertEquals(hashes(folder.resolve("whole")), hashes(out()));
  }

  /** As a disk does that takes a block and gives another: it is read back before it has a name. */
  @Test
  void whatIsBrokenGetsNoName() throws IOException {
    FaultPoints.Hook hook =
        (point, path) -> {
          if (path.endsWith("manifest.json")) {
            Path index = path.resolveSibling("index.csv");
            Files.writeString(index, "R" + Files.readString(index).substring(1));
          }
        };
    try (var installed = FaultPoints.install(hook)) {
      assertThrows(InvalidDataException.class, () -> extractor().extract(tensor, out()).close());
    }
    assertFalse(Files.exists(out()));
    assertTrue(Files.exists(kept().resolve("journal")));
    resume();
    assertEquals(FILES, new ArrayList<>(hashes(out()).keySet()));
  }

  @Test
  void theJournalGoesOnlyWhenAllElseIsSynced() throws IOException {
    List<String> passed = new ArrayList<>();
    FaultPoints.Hook hook =
        (point, path) -> {
          if (path.startsWith(kept()) && (point == Point.SYNC || point == Point.DELETE)) {
            passed.add(point + " " + path.getFileName());
          }
        };
    try (var installed = FaultPoints.install(hook)) {
      extractor().extract(tensor, out()).close();
    }
    int journal = passed.indexOf("DELETE journal");
    for (String name : FILES) {
      int synced = passed.lastIndexOf("SYNC " + name);
      assertTrue(synced >= 0 && synced < journal, passed.toString());
    }
    AtomicDirectory.deleteTree(out());
    try (var full =
        FaultPoints.install(
            (point, path) -> {
              if (point == Point.SYNC && path.endsWith("features.npy")) {
                throw new IOException("Input/output error");
              }
            })) {
      assertThrows(StorageException.class, () -> extractor().extract(tensor, out()).close());
    }
    assertTrue(Files.exists(kept().resolve("journal")));
    resume();
  }

  @Test
  void aPassingStoreDoesNotSayThatAnythingIsKept() throws IOException {
    Path store = folder.resolve("store");
    RunInterruptedException passing =
        assertThrows(
            RunInterruptedException.class,
            () -> FeatureStore.passing(store).get(stopping(), tensor));
    assertTrue(passing.explain().contains("nothing is kept"), passing.explain());
    AtomicDirectory.deleteTree(store);
    RunInterruptedException stored =
        assertThrows(
            RunInterruptedException.class, () -> FeatureStore.at(store).get(stopping(), tensor));
    assertTrue(stored.explain().contains("they are kept in '" + store), stored.explain());
  }
}
