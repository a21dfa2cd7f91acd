package org.kerasgraft.promises;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.kerasgraft.Backbone;
import org.kerasgraft.Graft;
import org.kerasgraft.RunDirectory;
import org.kerasgraft.TrainedModel;
import org.kerasgraft.Trainer;
import org.kerasgraft.data.ImageFolder;
import org.kerasgraft.data.pictures.PictureFamily;
import org.kerasgraft.data.pictures.Pictures;
import org.kerasgraft.features.FeatureStore;
import org.kerasgraft.head.Head;
import org.kerasgraft.internal.AtomicDirectory;
import org.kerasgraft.leaks.OpenResources;
import org.kerasgraft.train.Optimizer;
import org.kerasgraft.train.Training;

/**
 * A model trained for one step on eight pictures, live, with what it was trained on. Trained once
 * for all tests of this process; only read.
 */
final class SmallRun {

  /** Input 32×32, VGG16's layers. */
  static final Path MODEL = Path.of("src/test/resources/models/tiny-vgg-keras3");

  private static SmallRun shared;

  private final Path pictures;
  private final Path cache;
  private final TrainedModel model;

  private SmallRun(Path pictures, Path cache, TrainedModel model) {
    this.pictures = pictures;
    this.cache = cache;
    this.model = model;
  }

  /** Trains if nobody has yet; everything goes when the process ends. */
  static synchronized SmallRun shared() {
    if (shared == null) {
      try {
        Path folder = Files.createTempDirectory("small-run");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(folder)));
        shared = OpenResources.staying(() -> in(folder));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return shared;
  }

  private static void remove(Path folder) {
    try {
      AtomicDirectory.deleteTree(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static SmallRun in(Path folder) {
    Path pictures = pictures(folder.resolve("pictures"), 2);
    Path cache = folder.resolve("cache");
    Head head = Head.builder().flatten().classes(4).build();
    Training training =
        Training.builder()
            .head(1, Optimizer.adam(0.01))
            .fineTune(1, Optimizer.sgd(0.001, 0.9))
            .batchSize(8)
            .build();
    Backbone backbone = Graft.open(MODEL).cutAfter("block5_pool");
    TrainedModel model =
        Trainer.of(backbone, head)
            .store(FeatureStore.at(cache))
            .fit(ImageFolder.open(pictures), training);
    return new SmallRun(pictures, cache, model);
  }

  /** Draws class folders of four classes. */
  static Path pictures(Path folder, int perClass) {
    Pictures.writeClassFolders(folder, PictureFamily.TARGET.classes(), perClass, 1);
    return folder;
  }

  /** Where the pictures lie. */
  Path pictures() {
    return pictures;
  }

  /** Where the features lie. */
  Path cache() {
    return cache;
  }

  /** The live model. */
  TrainedModel model() {
    return model;
  }

  /** Writes the run. */
  Path write(Path out) {
    return RunDirectory.write(model, new RunDirectory.Notes("Run", List.of(), Map.of()), out);
  }

  /** The files below a directory, relative, sorted. */
  static List<String> files(Path directory) {
    try (var tree = Files.walk(directory)) {
      return tree.filter(Files::isRegularFile)
          .map(file -> directory.relativize(file).toString())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
