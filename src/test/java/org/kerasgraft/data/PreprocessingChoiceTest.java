package org.kerasgraft.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.graph.Network;
import org.kerasgraft.savedmodel.RecordedPreprocessing;
import org.kerasgraft.savedmodel.SavedModelReader;

class PreprocessingChoiceTest {

  private static final Path MODELS = Path.of("src/test/resources/models");

  @Test
  void whatTheModelRecordsIsTaken() {
    Network network =
        SmallNetwork.of(-1, -1, -1, 3).recording(recorded("torch", 20, 30)).with("input");
    assertEquals(
        new ImageInput(Preprocessing.TORCH, new ImageSize(20, 30)),
        PreprocessingChoice.AUTO.resolve(network));
  }

  @Test
  void whatIsAskedForWinsOverTheRecord() {
    Network network =
        SmallNetwork.of(-1, -1, -1, 3).recording(recorded("torch", 20, 30)).with("input");
    assertEquals(
        new ImageInput(Preprocessing.SCALE_0_1, new ImageSize(8, 9)),
        PreprocessingChoice.parse("scale-0-1", Optional.of("8x9")).resolve(network));
  }

  @Test
  void whatTheLayersTellIsTaken() {
    Network vgg = Network.of(SavedModelReader.read(MODELS.resolve("tiny-vgg-keras2")));
    assertEquals(
        new ImageInput(Preprocessing.CAFFE, new ImageSize(32, 32)),
        PreprocessingChoice.AUTO.resolve(vgg));
  }

  @Test
  void anotherModelWithoutARecordNeedsTheMode() {
    Network network = ChainNetwork.of("conv1=conv3/1");
    UsageException e =
        assertThrows(UsageException.class, () -> PreprocessingChoice.AUTO.resolve(network));
    assertTrue(e.remedy().contains("caffe, tf, torch, scale-0-1 or none"), e.explain());
    assertTrue(e.getMessage().contains("reads the images as they are"), e.explain());
    assertEquals(
        Preprocessing.NONE,
        PreprocessingChoice.parse("none", Optional.empty()).resolve(network).mode());
  }

  @Test
  void aFixedSizeCannotBeChanged() {
    Network network = SmallNetwork.of(-1, 32, 48, 3).recording(recorded("tf", 1, 1)).with("i");
    PreprocessingChoice other = PreprocessingChoice.parse("auto", Optional.of("48x32"));
    UsageException e = assertThrows(UsageException.class, () -> other.resolve(network));
    assertTrue(
        e.getMessage().contains("48x32") && e.getMessage().contains("32x48"), e.getMessage());
    assertEquals(
        new ImageSize(32, 48),
        PreprocessingChoice.parse("auto", Optional.of("32x48")).resolve(network).size());
  }

  @Test
  void anOpenSizeWithoutARecordIsRequired() {
    Network network = Network.of(SavedModelReader.read(MODELS.resolve("dynamic-vgg-keras3")));
    UsageException e =
        assertThrows(UsageException.class, () -> PreprocessingChoice.AUTO.resolve(network));
    assertTrue(e.remedy().contains("--image-size"), e.explain());
  }

  @Test
  void aDamagedRecordIsTheModelsFault() {
    Network mode = SmallNetwork.of(-1, 4, 4, 3).recording(recorded("cafe", 4, 4)).with("i");
    assertThrows(InvalidModelException.class, () -> PreprocessingChoice.AUTO.resolve(mode));
    Network size = SmallNetwork.of(-1, -1, -1, 3).recording(recorded("tf", 0, 4)).with("i");
    assertThrows(InvalidModelException.class, () -> PreprocessingChoice.AUTO.resolve(size));
  }

  @Test
  void aModelOfArraysTakesNoImages() {
    Network network = SmallNetwork.of(-1, 12).recording(recorded("tf", 4, 4)).with("input");
    assertThrows(ModelRefusedException.class, () -> PreprocessingChoice.AUTO.resolve(network));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "224", "224x", "x224", "0x5", "5x0", "-1x5", "99999x1", "224 x 224"})
  void whatIsNoSizeIsRefused(String text) {
    assertThrows(UsageException.class, () -> ImageSize.parse(text));
  }

  @Test
  void anUnknownModeIsRefusedWhenItIsRead() {
    assertThrows(
        UnknownNameException.class, () -> PreprocessingChoice.parse("tff", Optional.empty()));
  }

  private static RecordedPreprocessing recorded(String mode, int height, int width) {
    return new RecordedPreprocessing(mode, OptionalInt.of(height), OptionalInt.of(width));
  }
}
