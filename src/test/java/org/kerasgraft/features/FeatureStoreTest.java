package org.kerasgraft.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.data.ImageFolder;
import org.kerasgraft.data.ImageInput;
import org.kerasgraft.data.ImageSize;
import org.kerasgraft.data.Preprocessing;
import org.kerasgraft.error.CannotCreateException;
import org.kerasgraft.graph.Network;

class FeatureStoreTest {

  private static LiveNetwork live;
  private static Network network;
  private static String pool4;
  private static String pool5;

  @TempDir private Path folder;
  private Path pictures;
  private FeatureStore store;
  private final TinyVgg.Heard heard = new TinyVgg.Heard();

  @BeforeAll
  static void openNetwork() {
    network = TinyVgg.CAFFE.splice(TinyVgg.network());
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

  @Test
  void unchangedInputsAreComputedOnce() {
    float[] computed = get(pool5);
    int batches = heard.batches;
    assertTrue(batches > 0);
    assertArrayEquals(computed, get(pool5), 0f);
    assertEquals(batches, heard.batches);
    assertEquals(List.of(pool5), heard.misses);
    assertEquals(List.of(pool5), heard.hits);
  }

  @Test
  void severalTensorsShareOnePassAndOnlyMissingOnesAreComputed() {
    get(pool5);
    List<FeatureSet> sets = store.get(extractor(2), List.of(pool4, pool5));
    assertEquals(List.of(pool5, pool4), heard.misses);
    assertEquals(List.of(pool5), heard.hits);
    assertEquals(network.layer("block4_pool").outputShape().tail(), sets.get(0).rowShape());
    assertEquals(network.layer("block5_pool").outputShape().tail(), sets.get(1).rowShape());
    sets.forEach(FeatureSet::close);
  }

  @Test
  void anotherBatchSizeIsAMissSinceItMayChangeLastBits() {
    get(pool5);
    store.get(extractor(1), pool5).close();
    assertEquals(List.of(), heard.hits);
    assertEquals(List.of(pool5, pool5), heard.misses);
  }

  @Test
  void whateverChangesTheInputsIsAMiss() throws IOException {
    List<FeatureKey> keys = new ArrayList<>();
    keys.add(extractor(2).key(pool5));
    Path first = pictures.resolve("a/landscape.png");
    Files.copy(TinyVgg.PICTURES.resolve("alpha.png"), pictures.resolve("a/more.png"));
    keys.add(extractor(2).key(pool5));
    Files.move(pictures.resolve("a/more.png"), pictures.resolve("b/more.png"));
    keys.add(extractor(2).key(pool5));
    Files.move(first, first.resolveSibling("renamed.png"));
    keys.add(extractor(2).key(pool5));
    byte[] bytes = Files.readAllBytes(pictures.resolve("b/2.bmp"));
    bytes[bytes.length - 1] ^= 1;
    Files.write(pictures.resolve("b/2.bmp"), bytes);
    keys.add(extractor(2).key(pool5));
    keys.add(extractor(2).key(pool4));
    ImageInput tf = new ImageInput(Preprocessing.TF, new ImageSize(32, 32));
    keys.add(
        new FeatureExtractor(
                live, new FeatureInput.Images(ImageFolder.open(pictures), tf), heard.options(2))
            .key(pool5));
    assertEquals(keys.size(), keys.stream().map(FeatureKey::digest).distinct().count());
    assertEquals(keys.get(4), extractor(2).key(pool5));
  }

  @Test
  void otherWeightsAreAMiss() throws IOException {
    String before = FeatureKey.modelHash(TinyVgg.MODEL);
    Path copy = copyOfModel();
    assertEquals(before, FeatureKey.modelHash(copy));
    Path weights = copy.resolve("variables/variables.data-00000-of-00001");
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length / 2] ^= 1;
    Files.write(weights, bytes);
    assertNotEquals(before, FeatureKey.modelHash(copy));
  }

  @Test
  void aStoreThatCannotBeWrittenSaysHowToChooseAnother() throws IOException {
    Files.writeString(store.directory(), "a file where the store should be");
    CannotCreateException refused =
        assertThrows(CannotCreateException.class, () -> store.get(extractor(2), pool5));
    assertTrue(refused.getMessage().contains(store.directory().toString()), refused.explain());
    assertTrue(refused.remedy().contains("GRAFT_CACHE"), refused.explain());
  }

  @Test
  void aDamagedOrUnfinishedEntryIsComputedAgain() throws IOException {
    float[] computed = get(pool5);
    Path entry = store.directory().resolve(extractor(2).key(pool5).digest());
    Path features = entry.resolve("features.npy");
    byte[] bytes = Files.readAllBytes(features);
    bytes[bytes.length - 2] ^= 4;
    Files.write(features, bytes);
    assertArrayEquals(computed, get(pool5), 0f);
    Files.delete(entry.resolve("manifest.json"));
    assertArrayEquals(computed, get(pool5), 0f);
    assertEquals(2, heard.damaged.size());
    assertEquals(3, heard.misses.size());
    assertArrayEquals(computed, get(pool5), 0f);
    assertEquals(1, heard.hits.size());
  }

  @Test
  void aFasterProcessesEntryIsUsed() {
    ExtractionListener racing =
        new ExtractionListener() {
          @Override
          public void onStoreMiss(String tensor, Path entry) {
            store.get(extractor(2), tensor).close();
          }
        };
    FeatureExtractor slower =
        new FeatureExtractor(live, TinyVgg.images(pictures), new ExtractionOptions(2, racing));
    float[] values;
    try (FeatureSet set = store.get(slower, pool5)) {
      values = TinyVgg.values(set);
    }
    assertArrayEquals(values, get(pool5), 0f);
    assertEquals(List.of(pool5), heard.misses);
    assertEquals(1, store.directory().toFile().list().length);
  }

  @Test
  void aFasterProcessesOneEntryOfTwoIsUsed() {
    ExtractionListener racing =
        new ExtractionListener() {
          @Override
          public void onStoreMiss(String tensor, Path entry) {
            if (tensor.equals(pool4)) {
              store.get(extractor(2), pool4).close();
            }
          }
        };
    FeatureExtractor slower =
        new FeatureExtractor(live, TinyVgg.images(pictures), new ExtractionOptions(2, racing));
    List<FeatureSet> sets = store.get(slower, List.of(pool4, pool5));
    try (FeatureSet four = sets.get(0);
        FeatureSet five = sets.get(1)) {
      assertArrayEquals(TinyVgg.values(four), get(pool4), 0f);
      assertArrayEquals(TinyVgg.values(five), get(pool5), 0f);
    }
    assertEquals(2, store.directory().toFile().list().length);
  }

  private FeatureExtractor extractor(int batchSize) {
    return new FeatureExtractor(live, TinyVgg.images(pictures), heard.options(batchSize));
  }

  private float[] get(String tensor) {
    try (FeatureSet set = store.get(extractor(2), tensor)) {
      return TinyVgg.values(set);
    }
  }

  private Path copyOfModel() throws IOException {
    Path copy = folder.resolve("model");
    Files.createDirectories(copy.resolve("variables"));
    Files.copy(TinyVgg.MODEL.resolve("saved_model.pb"), copy.resolve("saved_model.pb"));
    for (String name : List.of("variables.index", "variables.data-00000-of-00001")) {
      Files.copy(
          TinyVgg.MODEL.resolve("variables").resolve(name),
          copy.resolve("variables").resolve(name));
    }
    return copy;
  }
}
