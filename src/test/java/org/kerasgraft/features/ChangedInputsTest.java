package org.kerasgraft.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.data.DecodeStatus;
import org.kerasgraft.data.EncodedImage;
import org.kerasgraft.data.Manifest;
import org.kerasgraft.graph.Network;
import org.kerasgraft.internal.Cancellation;
import org.kerasgraft.promises.Seals;

/** Files that change or go away between the hashing of inputs and their decoding. */
class ChangedInputsTest {

  @TempDir private Path folder;
  private Path pictures;
  private Network network;

  @BeforeEach
  void open() throws IOException {
    pictures = TinyVgg.pictures(folder.resolve("pictures"));
    network = TinyVgg.CAFFE.splice(TinyVgg.network());
  }

  /** Overwrites one picture and deletes another after the first batch. */
  private final class Disturbing implements ExtractionListener {
    private boolean done;
    private int computed;
    private int hits;

    @Override
    public void onProgress(int now, int total, double rowsPerSecond) {
      computed++;
      if (!done) {
        done = true;
        try {
          Files.copy(
              TinyVgg.PICTURES.resolve("alpha.png"),
              pictures.resolve("a/portrait.jpg"),
              StandardCopyOption.REPLACE_EXISTING);
          Files.delete(pictures.resolve("b/2.bmp"));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }

    @Override
    public void onStoreHit(String tensor, Path entry) {
      hits++;
    }
  }

  @Test
  void whatChangedIsARowWithACodeAndTheOthersGoOn() {
    Disturbing disturbing = new Disturbing();
    String tensor = network.layer("flatten").output();
    try (LiveNetwork live = TinyVgg.live(network);
        FeatureSet set = extractor(live, disturbing).extract(tensor, folder.resolve("out"))) {
      assertEquals(
          List.of(
              "a/animated.gif ok animated",
              "a/landscape.png ok ",
              "a/portrait.jpg changed it changed between two readings",
              "b/1.png empty 0 bytes",
              "b/2.bmp changed it changed between two readings",
              "b/3.png not-an-image the content is neither JPEG, PNG, GIF nor BMP"),
          set.index().stream().map(r -> r.path() + " " + r.status() + " " + r.detail()).toList());
      assertEquals(2, set.count());
    }
  }

  @Test
  void aStoreDoesNotKeepWhatChanged() throws IOException {
    FeatureStore store = FeatureStore.at(folder.resolve("store"));
    byte[] bitmap = Files.readAllBytes(pictures.resolve("b/2.bmp"));
    byte[] portrait = Files.readAllBytes(pictures.resolve("a/portrait.jpg"));
    String tensor = network.layer("flatten").output();
    Disturbing disturbing = new Disturbing();
    try (LiveNetwork live = TinyVgg.live(network)) {
      store.get(extractor(live, disturbing), tensor).close();
      Files.write(pictures.resolve("b/2.bmp"), bitmap);
      Files.write(pictures.resolve("a/portrait.jpg"), portrait);
      int before = disturbing.computed;
      try (FeatureSet again = store.get(extractor(live, disturbing), tensor)) {
        assertEquals(4, again.count());
        assertEquals(0, disturbing.hits);
        assertTrue(disturbing.computed > before);
        assertArrayEquals(new int[] {0, 0, 0, 1}, again.labels());
      }
      store.get(extractor(live, disturbing), tensor).close();
      assertEquals(1, disturbing.hits);
    }
  }

  /** A row that says so is no property of the file, by which the store finds it. */
  @Test
  void aStoreDoesNotKeepWhatMemoryWasShortFor() throws IOException {
    FeatureStore store = FeatureStore.at(folder.resolve("store"));
    String tensor = network.layer("flatten").output();
    Disturbing heard = new Disturbing();
    heard.done = true;
    try (LiveNetwork live = TinyVgg.live(network)) {
      Path entry;
      try (FeatureSet set = store.get(extractor(live, heard), tensor)) {
        entry = set.directory();
      }
      Path index = entry.resolve("index.csv");
      String text = Files.readString(index);
      String empty = ",empty,0 bytes";
      assertTrue(text.contains(empty), text);
      String scarce = ",too-large," + EncodedImage.NO_MEMORY.detail();
      Files.writeString(index, text.replace(empty, scarce));
      Seals.reseal(Manifest.Kind.FEATURES, entry, "index.csv");
      store.get(extractor(live, heard), tensor).close();
      assertEquals(0, heard.hits);
      assertEquals(text, Files.readString(index));
    }
  }

  /**
   * The hash and the second reading go by the same limit, so that nothing seems to have changed.
   */
  @Test
  void anotherLimitOfPixelsChangesNoFile() {
    FeatureInput.Images all = TinyVgg.images(pictures);
    for (long most : new long[] {1, 800, 1000}) {
      FeatureInput.Images images =
          new FeatureInput.Images(all.set().withMostPixels(most), all.input());
      InputHashes hashes = InputHashes.of(images, new Cancellation());
      for (int i = 0; i < images.count(); i++) {
        EncodedImage read = images.read(i, hashes.hash(i));
        String name = images.set().images().get(i).relativePath();
        assertNotEquals(DecodeStatus.CHANGED, read.result().status(), name);
        if (name.endsWith("landscape.png")) {
          assertEquals(most < 24 * 40 ? "too-large" : "ok", read.result().status().code());
          assertEquals(most < 24 * 40, hashes.hash(i).equals("too-large"));
        }
      }
    }
  }

  private FeatureExtractor extractor(LiveNetwork live, ExtractionListener listener) {
    return new FeatureExtractor(live, TinyVgg.images(pictures), new ExtractionOptions(1, listener));
  }
}
