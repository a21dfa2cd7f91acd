package org.kerasgraft.features;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.graph.Network;
import org.kerasgraft.internal.AtomicDirectory;
import org.kerasgraft.internal.Cancellation;

/** What the store makes of inputs that have ended a process. */
class CrashedInputsTest {

  private static final int INPUT = 1;
  private static final String DETAIL = "the model ended by signal 6 (SIGABRT)";

  private static LiveNetwork live;
  private static String pool4;
  private static String pool5;

  @TempDir private Path folder;
  private Path pictures;
  private FeatureStore store;
  private final TinyVgg.Heard heard = new TinyVgg.Heard();

  @BeforeAll
  static void openNetwork() {
    Network network = TinyVgg.CAFFE.splice(TinyVgg.network());
    live = TinyVgg.live(network);
    pool4 = network.layer("block4_pool").output();
    pool5 = network.layer("block5_pool").output();
  }

  @AfterAll
  static void closeNetwork() {
    live.close();
  }

  @BeforeEach
  void drawPictures() throws IOException {
    pictures = TinyVgg.pictures(folder.resolve("pictures"));
    store = FeatureStore.at(folder.resolve("store"));
  }

  private FeatureExtractor extractor(Optional<Path> watch) {
    return new FeatureExtractor(
        live, TinyVgg.images(pictures), new ExtractionOptions(2, heard, new Cancellation(), watch));
  }

  private FeatureExtractor unwatched() {
    return extractor(Optional.empty());
  }

  private FeatureExtractor watched() {
    return extractor(Optional.of(folder.resolve("watch")));
  }

  /** As if a process had been watched and had died. */
  private void note(String tensor) throws IOException {
    Path partial = AtomicDirectory.kept(entry(tensor));
    Files.createDirectories(partial);
    Files.writeString(partial.resolve("isolation"), "crashed " + INPUT + " " + DETAIL + "\n");
  }

  private Path entry(String tensor) {
    return store.directory().resolve(unwatched().key(tensor).digest());
  }

  /** The inputs that each set lacks because they crashed. */
  private List<Integer> crashed(FeatureExtractor extractor, String... tensors) {
    List<Integer> crashed = new ArrayList<>();
    for (FeatureSet set : store.get(extractor, List.of(tensors))) {
      try (set) {
        crashed.add(set.crashed().size());
      }
    }
    return crashed;
  }

  @Test
  void anEntryThatLacksACrashedInputIsUsedByWatchedProcessesOnly() throws IOException {
    note(pool5);
    try (FeatureSet set = store.get(watched(), pool5)) {
      assertEquals(Map.of(INPUT, DETAIL), set.crashed());
    }
    assertEquals(List.of(1), crashed(watched(), pool5));
    assertEquals(List.of(pool5), heard.hits);
    assertEquals(List.of(), heard.damaged);

    assertEquals(List.of(0), crashed(unwatched(), pool5));
    assertEquals(1, heard.damaged.size());
    assertEquals(List.of(0), crashed(watched(), pool5));
  }

  @Test
  void whatOneTensorLacksIsNotTriedForAnother() throws IOException {
    note(pool5);
    assertEquals(List.of(1), crashed(watched(), pool5));
    assertEquals(List.of(1, 1), crashed(watched(), pool4, pool5));
    assertEquals(List.of(pool5), heard.hits);
  }

  @Test
  void anInputThatCrashedForOneTensorOnlyCrashedByChance() throws IOException {
    crashed(unwatched(), pool4);
    note(pool5);
    assertEquals(List.of(1), crashed(watched(), pool5));
    assertEquals(List.of(0, 0), crashed(watched(), pool4, pool5));
    assertEquals(1, heard.damaged.size());
  }

  @Test
  void unfinishedEntriesWithoutACrashedInputAreBegunAnewByOthers() throws IOException {
    note(pool5);
    assertEquals(List.of(0), crashed(unwatched(), pool5));
    assertEquals(1, store.directory().toFile().list().length);
  }

  /** Another process holds the entry, so that each watched one works in a place of its own. */
  @Test
  void whatWasFoundInAPlaceOfItsOwnIsNotFoundAgain() throws IOException {
    Path own = store.directory().resolve(".NAME.tmp-1");
    Path next = store.directory().resolve(".NAME.tmp-2");
    Files.createDirectories(own);
    Files.createDirectories(next);
    Optional<Path> watch = Optional.of(folder.resolve("watch"));
    Isolation.in(own, Map.of(), watch).close();
    Isolation parent = Isolation.of(watch.get()).orElseThrow();
    assertTrue(parent.blame(3, DETAIL));
    assertTrue(parent.separate(8));

    try (Isolation child = Isolation.in(next, Map.of(), watch)) {
      assertTrue(child.crashed(3).isPresent());
      assertTrue(child.runsAlone(8));
    }
    try (Isolation other = Isolation.in(folder, Map.of(), watch)) {
      assertFalse(other.crashed(3).isPresent());
    }
  }

  @Test
  void theWatchKeepsNamesThatAreNoText() throws IOException {
    Path odd = Files.createDirectories(folder.resolve("ü \n%41"));
    Optional<Path> watch = Optional.of(folder.resolve("watch"));
    Isolation.in(odd, Map.of(), watch).close();
    Isolation parent = Isolation.of(watch.get()).orElseThrow();
    long own = ProcessHandle.current().pid();
    assertTrue(parent.last(own).isPresent());
    assertTrue(parent.last(own + 1).isEmpty());
    parent.blame(0, DETAIL);
    assertEquals(
        "crashed 0 " + DETAIL + "\n",
        Files.readString(odd.resolve("isolation"), StandardCharsets.UTF_8));
  }

  @Test
  void whatAnotherProcessHasFinishedNeedsNoNotes() throws IOException {
    Path gone = Files.createDirectories(folder.resolve(".NAME.partial"));
    Optional<Path> watch = Optional.of(folder.resolve("watch"));
    Isolation.in(gone, Map.of(), watch).close();
    Isolation parent = Isolation.of(watch.get()).orElseThrow();
    assertEquals(0, parent.progress());
    AtomicDirectory.deleteTree(gone);
    assertTrue(parent.blame(0, DETAIL));
    assertTrue(parent.progress() > Integer.MAX_VALUE);
    assertFalse(Files.exists(gone));
  }
}
