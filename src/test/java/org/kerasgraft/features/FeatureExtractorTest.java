package org.kerasgraft.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.data.ImageFolder;
import org.kerasgraft.data.Labels;
import org.kerasgraft.data.Npy;
import org.kerasgraft.data.NpyWriter;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.features.FeatureExtractor.Target;
import org.kerasgraft.graph.Network;
import org.tensorflow.ndarray.Shape;

class FeatureExtractorTest {

  @TempDir private Path folder;

  /** Keras' own layer outputs; float32 sums may run in another order, hence relative 1e-5. */
  @Test
  void severalLayersOfAnArrayEqualKerasInOnePass() {
    Network network = TinyVgg.network();
    TinyVgg.Heard heard = new TinyVgg.Heard();
    List<String> layers = List.of("block4_pool", "block5_pool", "fc1");
    try (Npy input = Npy.open(TinyVgg.GOLDEN.resolve("input.npy"));
        LiveNetwork live = TinyVgg.live(network)) {
      FeatureExtractor extractor =
          new FeatureExtractor(live, TinyVgg.rows(input), heard.options(2));
      List<FeatureSet> sets =
          extractor.extractAll(
              layers.stream()
                  .map(l -> new Target(network.layer(l).output(), folder.resolve(l)))
                  .toList(),
              Beginning.ANEW,
              Map.of());
      for (int i = 0; i < layers.size(); i++) {
        try (FeatureSet set = sets.get(i);
            Npy keras = Npy.open(TinyVgg.GOLDEN.resolve(layers.get(i) + ".npy"))) {
          assertEquals(keras.rowShape(), set.rowShape());
          assertNear(TinyVgg.values(keras), TinyVgg.values(set), 1e-5, layers.get(i));
          assertEquals("array", set.manifest().key().preprocessing());
        }
      }
    }
    assertEquals(3, heard.done);
    assertEquals(2, heard.batches);
  }

  @Test
  void imagesGiveTheFeaturesOfTheirPreprocessedPixels() throws IOException {
    Path pixels = folder.resolve("x.npy");
    float[] image = new float[32 * 32 * 3];
    try (NpyWriter writer = NpyWriter.create(pixels, Shape.of(32, 32, 3))) {
      for (String name : List.of("animated.gif", "landscape.png", "portrait.jpg", "bitmap.bmp")) {
        try (Npy keras = Npy.open(TinyVgg.PICTURES.resolve(name + ".32x32.npy"))) {
          float[] rgb = TinyVgg.values(keras);
          for (int i = 0; i < image.length; i += 3) {
            image[i] = rgb[i + 2] - 103.939f;
            image[i + 1] = rgb[i + 1] - 116.779f;
            image[i + 2] = rgb[i] - 123.68f;
          }
          writer.append(image, 0);
        }
      }
    }
    Network plain = TinyVgg.network();
    Network spliced = TinyVgg.CAFFE.splice(plain);
    String tensor = plain.layer("block5_pool").output();
    try (Npy array = Npy.open(pixels);
        LiveNetwork onArrays = TinyVgg.live(plain);
        LiveNetwork onImages = TinyVgg.live(spliced);
        FeatureSet expected =
            new FeatureExtractor(onArrays, TinyVgg.rows(array), ExtractionOptions.defaults())
                .extract(tensor, folder.resolve("arrays"));
        FeatureSet set =
            new FeatureExtractor(
                    onImages,
                    TinyVgg.images(TinyVgg.pictures(folder.resolve("pictures"))),
                    ExtractionOptions.defaults())
                .extract(tensor, folder.resolve("images"))) {
      // The same kernels on the same numbers.
      assertNear(TinyVgg.values(expected), TinyVgg.values(set), 1e-6, "block5_pool");
      assertArrayEquals(new int[] {0, 0, 0, 1}, set.labels());
    }
  }

  @Test
  void badImagesAreLinesWithCodesAndTheOthersGoOn() throws IOException {
    TinyVgg.Heard heard = new TinyVgg.Heard();
    Network spliced = TinyVgg.CAFFE.splice(TinyVgg.network());
    try (LiveNetwork live = TinyVgg.live(spliced);
        FeatureSet set =
            new FeatureExtractor(
                    live, TinyVgg.images(TinyVgg.pictures(folder.resolve("p"))), heard.options(4))
                .extract(spliced.layer("flatten").output(), folder.resolve("out"))) {
      assertEquals(
          List.of("ok", "ok", "ok", "empty", "ok", "not-an-image"),
          set.index().stream().map(IndexRow::status).toList());
      assertEquals(List.of(0, 1, 2, -1, 3, -1), set.index().stream().map(IndexRow::row).toList());
      assertEquals(4, set.count());
      assertEquals(2, set.rejected());
      assertEquals(List.of("b/1.png", "b/3.png"), heard.rejected);
      assertEquals(6, heard.done);
      assertEquals(
          List.of("features.npy", "index.csv", "manifest.json"),
          List.of(folder.resolve("out").toFile().list()).stream().sorted().toList());
    }
  }

  @Test
  void atTheInputTheDecodedImagesAreStored() throws IOException {
    Network spliced = TinyVgg.CAFFE.splice(TinyVgg.network());
    Path pictures = TinyVgg.pictures(folder.resolve("p"));
    String input = spliced.graph().inputs().get("images").tensor();
    try (LiveNetwork live = TinyVgg.live(spliced);
        FeatureSet set =
            new FeatureExtractor(live, TinyVgg.images(pictures), ExtractionOptions.defaults())
                .extract(input, folder.resolve("out"));
        Npy keras = Npy.open(TinyVgg.PICTURES.resolve("landscape.png.32x32.npy"))) {
      float[] image = new float[set.rowSize()];
      set.read(1, image, 0);
      assertArrayEquals(TinyVgg.values(keras), image, 0f);
    }
  }

  @Test
  void unlabelledImagesHaveNoLabels() throws IOException {
    Network spliced = TinyVgg.CAFFE.splice(TinyVgg.network());
    Path pictures = TinyVgg.pictures(folder.resolve("p"));
    FeatureInput input = new FeatureInput.Images(ImageFolder.tree(pictures), TinyVgg.CAFFE);
    try (LiveNetwork live = TinyVgg.live(spliced);
        FeatureSet set =
            new FeatureExtractor(live, input, ExtractionOptions.defaults())
                .extract(spliced.layer("fc1").output(), folder.resolve("out"))) {
      assertEquals("", set.index().get(0).label());
      assertThrows(InvalidDataException.class, set::labels);
    }
  }

  @Test
  void arraysKeepTheirLabels() {
    Network network = TinyVgg.network();
    try (Npy array = Npy.open(TinyVgg.GOLDEN.resolve("input.npy"));
        LiveNetwork live = TinyVgg.live(network)) {
      Labels labels = new Labels("y.npy", new int[] {2, 0, 1});
      FeatureInput input = new FeatureInput.Rows(array, Optional.of(labels));
      try (FeatureSet set =
          new FeatureExtractor(live, input, ExtractionOptions.defaults())
              .extract(network.layer("fc1").output(), folder.resolve("out"))) {
        assertArrayEquals(new int[] {2, 0, 1}, set.labels());
      }
      Labels few = new Labels("y.npy", new int[] {2, 0});
      InvalidDataException e =
          assertThrows(
              InvalidDataException.class, () -> new FeatureInput.Rows(array, Optional.of(few)));
      assertTrue(e.getMessage().contains("3 rows") && e.getMessage().contains("2 labels"));
    }
  }

  @Test
  void noGoodImageAtAllIsInvalidDataAndLeavesNothing() throws IOException {
    Path pictures = Files.createDirectories(folder.resolve("p/a"));
    Files.writeString(pictures.resolve("1.png"), "text");
    for (int i = 2; i <= 7; i++) {
      Files.createFile(pictures.resolve(i + ".png"));
    }
    Network spliced = TinyVgg.CAFFE.splice(TinyVgg.network());
    Path out = Files.createDirectory(folder.resolve("outs")).resolve("out");
    try (LiveNetwork live = TinyVgg.live(spliced)) {
      FeatureExtractor extractor =
          new FeatureExtractor(
              live, TinyVgg.images(folder.resolve("p")), ExtractionOptions.defaults());
      String tensor = spliced.layer("fc1").output();
      InvalidDataException e =
          assertThrows(InvalidDataException.class, () -> extractor.extract(tensor, out));
      assertEquals(
          "None of the 7 inputs in '"
              + folder.resolve("p")
              + "' can be used (6 empty, 1 not-an-image): 'a/1.png' is 'not-an-image', 'a/2.png' is"
              + " 'empty', 'a/3.png' is 'empty', 'a/4.png' is 'empty', 'a/5.png' is 'empty' and 2"
              + " more.",
          e.getMessage());
    }
    assertArrayEquals(new String[0], out.getParent().toFile().list());
  }

  /** Room is made for as many rows as there are. */
  @Test
  void aBatchMayBeAskedForLargerThanTheInput() throws IOException {
    Network network = TinyVgg.CAFFE.splice(TinyVgg.network());
    FeatureInput images = TinyVgg.images(TinyVgg.pictures(folder.resolve("p")));
    ExtractionOptions options = new ExtractionOptions(Integer.MAX_VALUE, ExtractionListener.SILENT);
    try (LiveNetwork live = TinyVgg.live(network);
        FeatureSet set =
            new FeatureExtractor(live, images, options)
                .extract(network.layer("flatten").output(), folder.resolve("out"))) {
      assertEquals(4, set.count());
    }
  }

  @Test
  void rowsOfAnotherShapeAreRefusedNamingBoth() {
    Path odd = folder.resolve("odd.npy");
    try (NpyWriter writer = NpyWriter.create(odd, Shape.of(31, 32, 3))) {
      writer.append(new float[31 * 32 * 3], 0);
    }
    Network network = TinyVgg.network();
    try (Npy array = Npy.open(odd);
        LiveNetwork live = TinyVgg.live(network)) {
      FeatureExtractor extractor =
          new FeatureExtractor(live, TinyVgg.rows(array), ExtractionOptions.defaults());
      String tensor = network.layer("fc1").output();
      InvalidDataException e =
          assertThrows(
              InvalidDataException.class, () -> extractor.extract(tensor, folder.resolve("out")));
      assertTrue(
          e.getMessage().contains("[31, 32, 3]") && e.getMessage().contains(" [32, 32, 3]"),
          e.getMessage());
    }
  }

  @Test
  void aTensorWithoutOneRowAnInputIsRefused() {
    Network network = TinyVgg.network();
    try (Npy array = Npy.open(TinyVgg.GOLDEN.resolve("input.npy"));
        LiveNetwork live = TinyVgg.live(network)) {
      String scalar = live.ops().withName("total").constant(1f).op().name() + ":0";
      FeatureExtractor extractor =
          new FeatureExtractor(live, TinyVgg.rows(array), ExtractionOptions.defaults());
      assertThrows(
          ModelRefusedException.class, () -> extractor.extract(scalar, folder.resolve("out")));
    }
  }

  @Test
  void theBatchSizeChangesTheKeyAndAtMostTheFeaturesLastBits() {
    Network network = TinyVgg.network();
    String tensor = network.layer("block5_pool").output();
    try (Npy array = Npy.open(TinyVgg.GOLDEN.resolve("input.npy"));
        LiveNetwork live = TinyVgg.live(network)) {
      FeatureExtractor one =
          new FeatureExtractor(
              live, TinyVgg.rows(array), new ExtractionOptions(1, ExtractionListener.SILENT));
      FeatureExtractor three =
          new FeatureExtractor(
              live, TinyVgg.rows(array), new ExtractionOptions(3, ExtractionListener.SILENT));
      assertEquals(
          List.of("the batch size (1, now 3)"),
          one.key(tensor).differences(three.key(tensor)).stream()
              .map(FeatureKey.Difference::words)
              .toList());
      try (FeatureSet a = one.extract(tensor, folder.resolve("a"));
          FeatureSet b = three.extract(tensor, folder.resolve("b"))) {
        // Batches may be summed in another order.
        assertNear(TinyVgg.values(a), TinyVgg.values(b), 1e-6, "block5_pool");
      }
    }
  }

  private static void assertNear(float[] expected, float[] actual, double most, String what) {
    assertEquals(expected.length, actual.length, what);
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += Math.pow(expected[i] - actual[i], 2);
      norm += Math.pow(expected[i], 2);
    }
    assertTrue(norm > 0, what + " is all zero");
    double relative = Math.sqrt(difference / norm);
    assertTrue(relative <= most, what + " differs by " + relative);
  }
}
