package org.kerasgraft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.Backbone;
import org.kerasgraft.Graft;
import org.kerasgraft.RunDirectory;
import org.kerasgraft.TrainedModel;
import org.kerasgraft.Trainer;
import org.kerasgraft.data.DecodeStatus;
import org.kerasgraft.data.ImageFolder;
import org.kerasgraft.data.pictures.PictureClass;
import org.kerasgraft.data.pictures.PictureFamily;
import org.kerasgraft.data.pictures.Pictures;
import org.kerasgraft.features.FeatureStore;
import org.kerasgraft.head.Head;
import org.kerasgraft.train.Optimizer;
import org.kerasgraft.train.Training;

/** What the commands say of images, and how {@code --max-bad} and {@code --max-pixels} hold. */
class ImageOptionsTest {

  private static final Path MODEL = Path.of("src/test/resources/models/tiny-vgg-keras3");
  private static final Path GOLDENS = Path.of("src/test/resources/golden/images");

  @TempDir private static Path folder;
  private static Path run;
  private static Path images;

  @BeforeAll
  static void train() throws IOException {
    List<PictureClass> classes = PictureFamily.TARGET.classes();
    Path pictures = folder.resolve("pictures");
    Pictures.writeClassFolders(pictures, classes, 1, 1);
    Training training = Training.builder().head(1, Optimizer.adam(0.01)).batchSize(4).build();
    try (Backbone backbone = Graft.open(MODEL).cutAfter("block5_pool");
        TrainedModel model =
            Trainer.of(backbone, Head.builder().flatten().classes(4).build())
                .store(FeatureStore.at(folder.resolve("cache")))
                .fit(ImageFolder.open(pictures), training)) {
      run = folder.resolve("run");
      RunDirectory.write(model, new RunDirectory.Notes("Run", List.of(), Map.of()), run);
    }
    images = Files.createDirectory(folder.resolve("images"));
    Path first = Files.createDirectory(images.resolve(classes.get(0).name()));
    for (String name : List.of("turned.jpg", "animated.gif", "landscape.png")) {
      Files.copy(GOLDENS.resolve(name), first.resolve(name));
    }
    Files.writeString(first.resolve("zz.png"), "no image");
    Files.writeString(first.resolve("notes.txt"), "no image either");
  }

  @Test
  void eachCommandSaysWhatBecameOfItsImages() {
    for (String command : List.of("predict", "evaluate", "features")) {
      List<String> said = command(command, ExitCode.OK).err().lines().toList();
      assertTrue(
          said.contains(
              "Left out of '"
                  + images
                  + "': 1 files that are no images by name or place, 0"
                  + " folders that are linked or hidden"),
          command + said);
      assertTrue(
          said.contains(
              "4 images: 3 accepted (1 exif-rotated, 1 animated), 1 rejected (1 not-an-image)"),
          command + said);
    }
  }

  @Test
  void moreBadImagesThanAllowedAreExitCodeOne() {
    for (String command : List.of("predict", "evaluate", "features")) {
      command(command, ExitCode.OK, "--max-bad", "1");
      CommandRun refused = command(command, ExitCode.UNMET, "--max-bad", "0");
      assertTrue(
          refused.err().contains("1 of the 4 inputs in '" + images + "' were rejected; 0 are"),
          refused.err());
    }
  }

  @Test
  void anotherLimitOfPixelsHoldsForEachCommand() {
    for (String command : List.of("predict", "evaluate", "features")) {
      CommandRun limited = command(command, ExitCode.OK, "--max-pixels", "959");
      assertTrue(limited.err().contains("2 rejected (1 not-an-image, 1 too-large)"), limited.err());
    }
    CommandRun wrong = command("predict", ExitCode.USAGE, "--max-pixels", "0");
    assertTrue(wrong.err().contains("--max-pixels was '0'"), wrong.err());
  }

  @Test
  void theReadmeListsEachCode() throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    for (DecodeStatus status : DecodeStatus.values()) {
      assertTrue(readme.contains("\n| `" + status.code() + "` | "), status.code());
    }
  }

  private static CommandRun command(String name, ExitCode expected, String... more) {
    List<String> words = new ArrayList<>(List.of(name, "--images", images.toString()));
    if (name.equals("features")) {
      Path out = folder.resolve("features-" + System.nanoTime());
      words.addAll(List.of("--model", MODEL.toString(), "--at", "block1_pool"));
      words.addAll(List.of("--preprocessing", "caffe", "--out", out.toString()));
    } else {
      words.addAll(List.of("--model", run.toString()));
    }
    words.addAll(List.of(more));
    CommandRun result = CommandRun.of(words.toArray(String[]::new));
    assertEquals(expected, result.code(), () -> words + "\n" + result.err());
    return result;
  }
}
