package org.kerasgraft.savedmodel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kerasgraft.error.GraftException;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.error.MissingInputException;
import org.kerasgraft.graph.Network;

/** What is no SavedModel, or only part of one, is refused by name, never by accident. */
class DamagedModelTest {

  private static final Path MODELS = Path.of("src/test/resources/models");
  private static final int PLACES = 16;

  @TempDir private Path temporary;

  private Path copy(String model) throws IOException {
    Path from = MODELS.resolve(model);
    Path to = temporary.resolve(model);
    try (Stream<Path> tree = Files.walk(from)) {
      for (Path path : tree.toList()) {
        Files.copy(path, to.resolve(from.relativize(path)));
      }
    }
    return to;
  }

  @ParameterizedTest
  @CsvSource({
    "tiny-vgg-keras3, saved_model.pb",
    "tiny-vgg-keras3, variables/variables.index",
    "tiny-vgg-keras3, variables/variables.data-00000-of-00001",
    "tiny-vgg-keras2, saved_model.pb",
    "tiny-vgg-keras2, keras_metadata.pb",
    "tiny-vgg-keras2, variables/variables.index",
    "tiny-vgg-keras2, variables/variables.data-00000-of-00001"
  })
  void aTruncatedFileIsRefusedWhereverItEnds(String model, String name) throws IOException {
    Path directory = copy(model);
    Path file = directory.resolve(name);
    byte[] whole = Files.readAllBytes(file);
    int refused = 0;
    for (int place = 0; place < PLACES; place++) {
      Files.write(file, Arrays.copyOf(whole, (int) ((long) whole.length * place / PLACES)));
      try {
        SavedModelReader.read(directory);
      } catch (InvalidModelException e) {
        assertTrue(e.getMessage().contains(temporary.toString()), e.getMessage());
        refused++;
      }
    }
    // An empty metadata file is a valid message without layers.
    assertEquals(name.equals("keras_metadata.pb") ? PLACES - 1 : PLACES, refused);
    Files.write(file, whole);
    assertEquals(32, SavedModelReader.read(directory).variables().size());
  }

  @ParameterizedTest
  @CsvSource({
    "tiny-vgg-keras3, saved_model.pb, 997",
    "tiny-vgg-keras2, saved_model.pb, 1499",
    "tiny-vgg-keras2, keras_metadata.pb, 499",
    "tiny-vgg-keras3, variables/variables.index, 61"
  })
  void aFlippedByteGivesAModelOrARefusalNeverACrash(String model, String name, int stride)
      throws IOException {
    Path directory = copy(model);
    Path file = directory.resolve(name);
    byte[] whole = Files.readAllBytes(file);
    int read = 0;
    int refused = 0;
    for (int at = 0; at < whole.length; at += stride) {
      byte[] changed = whole.clone();
      changed[at] ^= (byte) 0x55;
      Files.write(file, changed);
      try {
        Network.of(SavedModelReader.read(directory));
        read++;
      } catch (GraftException e) {
        refused++;
      }
    }
    assertTrue(refused > 0, "none of " + (read + refused) + " changes was noticed");
  }

  @Test
  void anAbsentPathIsMissing() {
    Path absent = temporary.resolve("absent");
    MissingInputException e =
        assertThrows(MissingInputException.class, () -> SavedModelReader.read(absent));
    assertTrue(e.getMessage().contains("absent"), e.getMessage());
  }

  @Test
  void aDirectoryWithoutAModelIsNoSavedModel() {
    InvalidModelException e =
        assertThrows(InvalidModelException.class, () -> SavedModelReader.read(temporary));
    assertTrue(e.getMessage().contains("it has no saved_model.pb"), e.getMessage());
    assertTrue(e.remedy().contains("model.export("), e.remedy());
  }

  @Test
  void aFileIsNoSavedModel() throws IOException {
    Path file = Files.writeString(temporary.resolve("model.keras"), "x");
    InvalidModelException e =
        assertThrows(InvalidModelException.class, () -> SavedModelReader.read(file));
    assertTrue(e.getMessage().contains("is a file"), e.getMessage());
  }

  @Test
  void aModelJustBelowIsPointedAt() throws IOException {
    Path below = Files.createDirectories(temporary.resolve("run/model/1"));
    Files.writeString(below.resolve("saved_model.pb"), "x");
    InvalidModelException e =
        assertThrows(
            InvalidModelException.class, () -> SavedModelReader.read(temporary.resolve("run")));
    assertTrue(e.remedy().contains(below.toString()), e.remedy());
  }

  @ParameterizedTest
  @CsvSource({"variables.index", "variables.data-00000-of-00001"})
  void aMissingWeightsFileIsNamed(String name) throws IOException {
    Path directory = copy("tiny-vgg-keras3");
    Files.delete(directory.resolve("variables").resolve(name));
    InvalidModelException e =
        assertThrows(InvalidModelException.class, () -> SavedModelReader.read(directory));
    assertTrue(e.getMessage().contains(name), e.getMessage());
  }

  @Test
  void recordedPreprocessingIsReadAndOtherJsonRefused() throws IOException {
    Path directory = copy("tiny-vgg-keras3");
    Path notes = Files.createDirectories(directory.resolve("assets.extra")).resolve("graft.json");
    Files.writeString(
        notes,
        "{\"preprocessing\":\"caffe\",\"imageSize\":{\"height\":150,\"width\":140},\"more\":1}");
    RecordedPreprocessing recorded = SavedModelReader.read(directory).preprocessing().orElseThrow();
    assertEquals("caffe", recorded.mode());
    assertEquals(150, recorded.height().orElseThrow());
    assertEquals(140, recorded.width().orElseThrow());
    Files.writeString(notes, "{\"preprocessing\":");
    assertThrows(InvalidModelException.class, () -> SavedModelReader.read(directory));
  }
}
