package org.kerasgraft.export;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kerasgraft.junit.GraphAssertions.assertValuesEqual;
import static org.kerasgraft.junit.Tolerance.SAME_GRAPH;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.data.EncodedImage;
import org.kerasgraft.data.ImageDecoder;
import org.kerasgraft.data.ImageSize;
import org.kerasgraft.data.Preprocessing;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.error.MissingInputException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.junit.Values;
import org.kerasgraft.savedmodel.OpPolicy;
import org.tensorflow.Result;
import org.tensorflow.ndarray.Shape;

/** An exported model reopens from wherever a user points, predicts, and says what is wrong. */
class ServedModelTest {

  private static final Path IMAGES = Path.of("src/test/resources/golden/images");
  private static final String DATA = "variables/variables.data-00000-of-00001";

  @TempDir static Path shared;
  @TempDir Path folder;

  private static Path run;
  private static Path exported;

  @BeforeAll
  static void exportOnce() {
    run = shared.resolve("run");
    exported = run.resolve("model").resolve("1");
    try (TrainedExample live = TrainedExample.images("circle", "square", "star")) {
      SavedModelExport.write(live.spec(), exported);
    }
  }

  @Test
  void opensTheRunItsModelFolderAndItsVersion() {
    for (Path path : List.of(run, run.resolve("model"), exported)) {
      try (ServedModel model = ServedModel.open(path)) {
        assertEquals(exported, model.directory());
      }
    }
  }

  @Test
  void takesTheLargestVersionByNumber() throws IOException {
    for (String version : List.of("2", "9", "10")) {
      copy(exported, folder.resolve("model").resolve(version));
    }
    Files.createDirectories(folder.resolve("model/11"));
    Files.createDirectories(folder.resolve("model/latest"));
    try (ServedModel model = ServedModel.open(folder)) {
      assertEquals(folder.resolve("model/10"), model.directory());
    }
  }

  @Test
  void knowsLabelsInputAndProvenance() {
    try (ServedModel model = ServedModel.open(exported)) {
      assertEquals(List.of("circle", "square", "star"), model.labels());
      assertEquals(Shape.of(32, 32, 3), model.rowShape());
      assertEquals(Preprocessing.CAFFE, model.images().orElseThrow().mode());
      assertEquals(new ImageSize(32, 32), model.images().orElseThrow().size());
      Provenance provenance = model.provenance();
      assertEquals("block5_pool", provenance.surgery().cutAfter().orElseThrow());
      assertEquals(TrainedExample.TINY_VGG.toString(), provenance.surgery().source().path());
      assertTrue(provenance.surgery().source().sha256().matches("[0-9a-f]{64}"));
      assertTrue(provenance.training().variables().contains("block5_conv3/kernel"));
      assertEquals("2.18.0", provenance.versions().tensorflow());
    }
  }

  @Test
  void writtenFilesSayWhatTheModelTakes() throws IOException {
    assertEquals(
        "circle\nsquare\nstar\n", Files.readString(exported.resolve("assets.extra/labels.txt")));
    String json = Files.readString(exported.resolve("assets.extra/graft.json"));
    assertTrue(json.contains("\"preprocessing\" : \"none\""), json);
    assertTrue(json.contains("\"builtInPreprocessing\" : \"caffe\""), json);
  }

  @Test
  void encodedImagesPredictAsTheirDecodedPixels() throws IOException {
    List<byte[]> encoded = new ArrayList<>();
    try (ImageDecoder decoder = ImageDecoder.open(new ImageSize(32, 32));
        ServedModel model = ServedModel.open(exported)) {
      List<Path> files;
      try (Stream<Path> all = Files.list(IMAGES)) {
        files = all.filter(p -> p.toString().matches(".*\\.(png|jpg|gif|bmp)")).sorted().toList();
      }
      assertTrue(files.size() >= 5, "images: " + files);
      float[] rows = new float[files.size() * decoder.imageValues()];
      for (Path file : files) {
        byte[] bytes = Files.readAllBytes(file);
        decoder.decode(EncodedImage.of(bytes), rows, encoded.size() * decoder.imageValues());
        encoded.add(bytes);
      }
      float[][] expected = model.predict(rows, files.size());
      float[][] actual = model.predictBytes(encoded);
      assertValuesEqual(Values.of(expected), Values.of(actual), SAME_GRAPH, files.toString());
    }
  }

  @Test
  void aCorruptImageIsNamedAsSuch() {
    try (ServedModel model = ServedModel.open(exported)) {
      var failure =
          assertThrows(
              InvalidDataException.class, () -> model.predictBytes(List.of(new byte[] {1, 2, 3})));
      assertEquals(
          "An image cannot be decoded: Unknown image file format. One of JPEG, PNG, GIF, BMP"
              + " required.",
          failure.getMessage());
    }
  }

  @Test
  void eightThreadsPredictWhatOneDoes() throws Exception {
    float[] rows = TrainedExample.rows(5);
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try (ServedModel model = ServedModel.open(exported)) {
      float[][] expected = model.predict(rows, 5);
      Callable<float[][]> task = () -> model.predict(rows, 5);
      List<Future<float[][]>> answers = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        answers.add(threads.submit(task));
      }
      for (Future<float[][]> answer : answers) {
        assertEquals(Values.of(expected), Values.of(answer.get()));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** The session has only what predicting and restoring need: nothing in it writes files. */
  @Test
  void theSaverIsNotInTheSession() {
    List<String> saver = List.of(MainGraph.savedRead(0), "save/control_dependency");
    try (ServedModel model = ServedModel.open(exported)) {
      for (String node : saver) {
        var failure = assertThrows(IllegalArgumentException.class, () -> model.read(List.of(node)));
        assertTrue(failure.getMessage().contains(node), failure.getMessage());
      }
    }
    try (ServedModel model =
            ServedModel.open(exported, RuntimeOptions.defaults(), OpPolicy.listed(), saver);
        Result read = model.read(List.of(MainGraph.savedRead(0)))) {
      assertEquals(1, read.size());
    }
  }

  @Test
  void nothingGivesNothing() {
    try (ServedModel model = ServedModel.open(exported)) {
      assertEquals(0, model.predict(new float[0], 0).length);
      assertEquals(0, model.predictBytes(List.of()).length);
    }
  }

  @Test
  void aWrongNumberOfValuesSaysWhatFits() {
    try (ServedModel model = ServedModel.open(exported)) {
      var failure = assertThrows(InvalidDataException.class, () -> model.predict(new float[10], 2));
      assertEquals("10 values are no 2 inputs of shape [32, 32, 3].", failure.getMessage());
      assertEquals("Give 6144 values.", failure.remedy());
    }
  }

  @Test
  void aModelOfRowsTakesNoImages() {
    try (TrainedExample kept = TrainedExample.keptHeadOnRows()) {
      Path model = SavedModelExport.writeAtomically(kept.spec(), folder.resolve("kept"));
      try (ServedModel served = ServedModel.open(model)) {
        assertTrue(served.images().isEmpty());
        assertThrows(UsageException.class, () -> served.predictBytes(List.of(new byte[1])));
      }
    }
  }

  @Test
  void closingTwiceIsFineAndUseAfterwardsIsNot() {
    ServedModel model = ServedModel.open(exported);
    model.close();
    assertDoesNotThrow(model::close);
    assertThrows(IllegalStateException.class, () -> model.predict(TrainedExample.rows(1), 1));
  }

  @Test
  void aMissingDirectoryIsAMissingInput() {
    assertThrows(MissingInputException.class, () -> ServedModel.open(folder.resolve("nowhere")));
  }

  @Test
  void aModelThatIsNotOursIsRefusedWithTheFix() {
    var failure =
        assertThrows(InvalidModelException.class, () -> ServedModel.open(TrainedExample.TINY_VGG));
    assertTrue(failure.getMessage().contains("Graft did not export it"), failure.getMessage());
    assertFalse(failure.remedy().isEmpty());
    assertThrows(InvalidModelException.class, () -> ServedModel.open(folder));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "saved_model.pb",
        "variables/variables.index",
        DATA,
        "assets.extra/graft.json",
        "assets.extra/labels.txt"
      })
  void aTruncatedOrMissingFileIsNamed(String file) throws IOException {
    Path model = copy(exported, folder.resolve("model"));
    Path victim = model.resolve(file);
    byte[] bytes = Files.readAllBytes(victim);
    Files.write(victim, java.util.Arrays.copyOf(bytes, bytes.length / 2));
    var truncated = assertThrows(InvalidModelException.class, () -> ServedModel.open(model));
    assertTrue(truncated.getMessage().contains(file), truncated.getMessage());
    assertFalse(truncated.getMessage().contains("\n"), truncated.getMessage());
    Files.delete(victim);
    assertThrows(InvalidModelException.class, () -> ServedModel.open(model));
  }

  @ParameterizedTest
  @ValueSource(strings = {"saved_model.pb", "variables/variables.index", DATA})
  void aFlippedBitIsFound(String file) throws IOException {
    Path model = copy(exported, folder.resolve("model"));
    Path victim = model.resolve(file);
    byte[] bytes = Files.readAllBytes(victim);
    bytes[bytes.length / 2] ^= 1;
    Files.write(victim, bytes);
    assertThrows(InvalidModelException.class, () -> ServedModel.open(model));
  }

  private static Path copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path copy = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
    return to;
  }
}
