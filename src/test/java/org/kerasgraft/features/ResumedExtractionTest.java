package org.kerasgraft.features;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
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
import org.kerasgraft.error.UsageException;
import org.kerasgraft.features.FeatureExtractor.Target;
import org.kerasgraft.graph.Network;
import org.kerasgraft.internal.Cancellation;

/** An interrupted extraction ends with the bytes of an uninterrupted one, wherever it stopped. */
class ResumedExtractionTest {

  private static final int BATCH = 2;

  /** Of 9 pictures two in three can be used: 3 whole batches, then one that only rejects. */
  private static final int PICTURES = 9;

  private static final int BATCHES = 4;

  @TempDir private static Path shared;
  private static Path pictures;
  private static LiveNetwork live;
  private static String tensor;
  private static String other;
  private static Map<String, String> whole;

  @TempDir private Path folder;

  @BeforeAll
  static void extractWithoutInterruption() throws IOException {
    pictures = pictures(shared.resolve("pictures"));
    Network network = TinyVgg.CAFFE.splice(TinyVgg.network());
    live = TinyVgg.live(network);
    tensor = network.layer("block5_pool").output();
    other = network.layer("fc1").output();
    extractor(BATCH).extract(tensor, shared.resolve("whole")).close();
    whole = hashes(shared.resolve("whole"));
  }

  @AfterAll
  static void closeNetwork() {
    live.close();
  }

  private static Path pictures(Path folder) throws IOException {
    Files.createDirectories(folder.resolve("a"));
    for (int i = 0; i < PICTURES; i++) {
      Path file = folder.resolve("a/" + i + ".png");
      if (i % 3 == 2) {
        Files.writeString(file, "no picture, \"" + i + "\"");
      } else {
        Files.copy(TinyVgg.PICTURES.resolve(TinyVgg.GOOD.get(i % 3)), file);
      }
    }
    return folder;
  }

  private static FeatureExtractor extractor(int batchSize) {
    return new FeatureExtractor(
        live,
        TinyVgg.images(pictures),
        new ExtractionOptions(batchSize, ExtractionListener.SILENT));
  }

  /** Stops after some batches, as Ctrl-C does. */
  private static FeatureExtractor stopping(int after) {
    Cancellation cancellation = new Cancellation();
    if (after == 0) {
      cancellation.cancel();
    }
    return new FeatureExtractor(
        live,
        TinyVgg.images(pictures),
        new ExtractionOptions(
            BATCH,
            new ExtractionListener() {
              private int batches;

              @Override
              public void onProgress(int done, int total, double rowsPerSecond) {
                batches++;
                if (batches == after) {
                  cancellation.cancel();
                }
              }
            },
            cancellation));
  }

  private static Map<String, String> hashes(Path directory) throws IOException {
    Map<String, String> hashes = new TreeMap<>();
    try (Stream<Path> files = Files.list(directory)) {
      files.forEach(file -> hashes.put(file.getFileName().toString(), Sha256.of(file)));
    }
    return hashes;
  }

  private Path kept() {
    return folder.resolve(".out.partial");
  }

  private Path out() {
    return folder.resolve("out");
  }

  private void stop(int after) {
    assertThrows(RunInterruptedException.class, () -> stopping(after).extract(tensor, out()));
    assertFalse(Files.exists(out()));
  }

  private void resumeAndCompare(String when) throws IOException {
    extractor(BATCH).resume(tensor, out()).close();
    assertEquals(whole, hashes(out()), when);
    assertArrayEquals(new String[] {"out"}, folder.toFile().list(), when);
    deleteOut();
  }

  /** Without its first line, which is synced before it has a name, a journal is damaged. */
  private void spoilAndCompare(String name, byte[] bytes, String when) throws IOException {
    boolean says = !name.equals("journal") || new String(bytes, US_ASCII).contains("\n");
    Files.write(kept().resolve(name), bytes);
    if (!says) {
      Map<String, String> before = hashes(kept());
      refused(
          InvalidDataException.class,
          () -> extractor(BATCH).resume(tensor, out()),
          "journal' is damaged");
      assertEquals(before, hashes(kept()), when);
      Files.delete(kept().resolve(name));
    }
    resumeAndCompare(when);
  }

  private void deleteOut() throws IOException {
    for (String name : whole.keySet()) {
      Files.delete(out().resolve(name));
    }
    Files.delete(out());
  }

  @Test
  void stoppedAfterEachBatchItEndsWithTheSameBytes() throws IOException {
    for (int after = 0; after < BATCHES; after++) {
      stop(after);
      assertEquals(after > 0, Files.exists(kept()), "kept after " + after);
      resumeAndCompare("stopped after " + after + " batches");
    }
  }

  @Test
  void stoppedAfterEveryBatchInTurnItEndsWithTheSameBytes() throws IOException {
    stop(1);
    for (int batch = 1; batch < BATCHES - 1; batch++) {
      assertThrows(RunInterruptedException.class, () -> stopping(1).resume(tensor, out()));
    }
    resumeAndCompare("stopped after each batch");
  }

  /** What a kill leaves: every file may end anywhere, whatever the order they were written in. */
  @Test
  void everyFileCutAnywhereEndsWithTheSameBytes() throws IOException {
    int tried = 0;
    for (String name : List.of("features.npy", "index.csv", "journal", "inputs")) {
      stop(3);
      byte[] bytes = Files.readAllBytes(kept().resolve(name));
      int step = Math.max(1, bytes.length / 23);
      resumeAndCompare("before " + name + " is cut");
      for (int length = 0; length < bytes.length; length += step) {
        stop(3);
        spoilAndCompare(name, Arrays.copyOf(bytes, length), name + " cut to " + length + " bytes");
        tried++;
      }
    }
    assertTrue(tried > 80, tried + " cuts");
  }

  /** What a power failure leaves: a file of its full length whose last blocks were not written. */
  @Test
  void zeroesInPlaceOfWhatWasWrittenEndWithTheSameBytes() throws IOException {
    for (String name : List.of("features.npy", "index.csv", "journal")) {
      for (int part = 0; part < 12; part++) {
        stop(3);
        byte[] bytes = Files.readAllBytes(kept().resolve(name));
        Arrays.fill(bytes, bytes.length * part / 12, bytes.length, (byte) 0);
        spoilAndCompare(name, bytes, name + " zeroed from part " + part);
      }
    }
  }

  @Test
  void whatWasWrittenBehindTheLastBatchIsCutOff() throws IOException {
    for (String name : List.of("features.npy", "index.csv", "journal")) {
      stop(2);
      Files.writeString(kept().resolve(name), "8 6 1x1x8 999", StandardOpenOption.APPEND);
      resumeAndCompare("more in " + name);
    }
  }

  @Test
  void finishedButNotRenamedItIsOnlyRenamed() throws IOException {
    stop(1);
    for (String name : whole.keySet()) {
      Files.copy(
          shared.resolve("whole").resolve(name),
          kept().resolve(name),
          StandardCopyOption.REPLACE_EXISTING);
    }
    Files.delete(kept().resolve("journal"));
    Files.delete(kept().resolve("inputs"));
    TinyVgg.Heard heard = new TinyVgg.Heard();
    new FeatureExtractor(live, TinyVgg.images(pictures), heard.options(BATCH))
        .resume(tensor, out())
        .close();
    assertEquals(whole, hashes(out()));
    assertEquals(0, heard.batches);
  }

  @Test
  void withoutTheWishToGoOnKeptWorkIsAnErrorThatNamesItAndStays() throws IOException {
    stop(2);
    CannotCreateException e =
        assertThrows(CannotCreateException.class, () -> extractor(BATCH).extract(tensor, out()));
    assertTrue(e.explain().contains(kept().toString()), e.explain());
    assertTrue(e.explain().contains("--resume"), e.explain());
    resumeAndCompare("after the refusal");
  }

  @Test
  void anotherLayerBatchSizeOrChangedInputIsAnErrorThatNamesIt() throws IOException {
    stop(2);
    refused(UsageException.class, () -> extractor(BATCH).resume(other, out()), "the layer (");
    refused(
        UsageException.class,
        () -> extractor(3).resume(tensor, out()),
        "the batch size (2, now 3)");
    Path changed = pictures.resolve("a/4.png");
    byte[] before = Files.readAllBytes(changed);
    Files.copy(TinyVgg.PICTURES.resolve("alpha.png"), changed, StandardCopyOption.REPLACE_EXISTING);
    Files.writeString(pictures.resolve("a/new.png"), "");
    refused(
        InvalidDataException.class,
        () -> extractor(BATCH).resume(tensor, out()),
        "'a/4.png' has changed, 'a/new.png' is new");
    Files.write(changed, before);
    Files.delete(pictures.resolve("a/new.png"));
    resumeAndCompare("after the refusals");
  }

  private static void refused(
      Class<? extends GraftException> kind, Executable resume, String said) {
    GraftException e = assertThrows(kind, resume);
    assertTrue(e.explain().contains(said), e.explain());
  }

  @Test
  void finishedFeaturesAreOpenedAndThoseOfSomethingElseRefused() throws IOException {
    extractor(BATCH).extract(tensor, out()).close();
    List<Integer> heard = new ArrayList<>();
    ExtractionListener listener =
        new ExtractionListener() {
          @Override
          public void onResumed(int done, int total) {
            heard.add(done);
          }
        };
    try (FeatureSet set =
        new FeatureExtractor(live, TinyVgg.images(pictures), new ExtractionOptions(BATCH, listener))
            .resume(tensor, out())) {
      assertEquals(6, set.count());
    }
    assertEquals(List.of(PICTURES), heard);
    refused(
        CannotCreateException.class, () -> extractor(BATCH).resume(other, out()), "the layer (");
    assertEquals(whole, hashes(out()));
  }

  @Test
  void severalTensorsGoOnAfterTheLastBatchThatAllHave() throws IOException {
    List<Path> outs = List.of(folder.resolve("one"), folder.resolve("two"));
    both(extractor(BATCH), outs, Beginning.ANEW);
    List<Map<String, String>> expected = List.of(hashes(outs.get(0)), hashes(outs.get(1)));
    Path store = folder.resolve("store");
    for (int lost = 0; lost < 3; lost++) {
      List<Path> entries = List.of(store.resolve("one" + lost), store.resolve("two" + lost));
      assertThrows(
          RunInterruptedException.class, () -> both(stopping(3), entries, Beginning.STORED));
      Path journal = store.resolve(".two" + lost + ".partial/journal");
      List<String> lines = Files.readAllLines(journal);
      Files.write(journal, lines.subList(0, lines.size() - lost));
      both(extractor(BATCH), entries, Beginning.STORED);
      assertEquals(expected, List.of(hashes(entries.get(0)), hashes(entries.get(1))));
    }
  }

  private void both(FeatureExtractor extractor, List<Path> places, Beginning beginning) {
    List<Target> targets =
        List.of(new Target(tensor, places.get(0)), new Target(other, places.get(1)));
    extractor.extractAll(targets, beginning, Map.of()).forEach(FeatureSet::close);
  }

  @Test
  void theStoreGoesOnByItselfAndAnotherBatchSizeHasItsOwnEntry() throws IOException {
    FeatureStore store = FeatureStore.at(folder.resolve("store"));
    Path entry = store.directory().resolve(extractor(BATCH).key(tensor).digest());
    assertThrows(RunInterruptedException.class, () -> store.get(stopping(3), tensor));
    TinyVgg.Heard heard = new TinyVgg.Heard();
    store
        .get(new FeatureExtractor(live, TinyVgg.images(pictures), heard.options(BATCH)), tensor)
        .close();
    assertEquals(1, heard.batches);
    assertEquals(whole, hashes(entry));
    Files.move(entry, folder.resolve("away"));
    assertThrows(RunInterruptedException.class, () -> store.get(stopping(3), tensor));
    store.get(extractor(3), tensor).close();
    Path other = store.directory().resolve(extractor(3).key(tensor).digest());
    try (FeatureSet set = FeatureSet.open(other)) {
      assertEquals(6, set.count());
    }
    store.get(extractor(BATCH), tensor).close();
    assertEquals(whole, hashes(entry));
  }
}
