package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kerasgraft.FinishedRun;
import org.kerasgraft.data.Sha256;
import org.kerasgraft.data.pictures.PictureFamily;
import org.kerasgraft.data.pictures.Pictures;

/**
 * {@code graft train} in processes of its own, on the tiny model: both phases, dropout, Adam and
 * momentum, a part held back, the best epoch kept.
 */
final class TrainingProcess {

  private static final Path MODEL = Path.of("src/test/resources/models/tiny-vgg-keras3");
  private static final int PICTURES_A_CLASS = 8;

  private final Path folder;
  private final int epochs;
  private final List<String> options;

  /** Draws the pictures; each phase has so many epochs. */
  TrainingProcess(Path folder, int epochs, String... options) {
    this.folder = folder;
    this.epochs = epochs;
    this.options = List.of(options);
    Pictures.writeClassFolders(
        folder.resolve("pictures"), PictureFamily.TARGET.classes(), PICTURES_A_CLASS, 1);
  }

  CommandProcess start(String name, String... more) {
    return start(List.of("-Xmx256m"), name, more);
  }

  CommandProcess start(List<String> flags, String name, String... more) {
    List<Object> words = new ArrayList<>(List.of("train", "--model", MODEL));
    words.addAll(List.of("--images", folder.resolve("pictures"), "--validation-split", "0.25"));
    words.addAll(List.of("--head", "flatten, dense(16, relu), dropout(0.5), dense(classes)"));
    words.addAll(List.of("--head-epochs", epochs, "--head-optimizer", "adam"));
    words.addAll(List.of("--fine-tune-epochs", epochs, "--fine-tune-learning-rate", "0.003"));
    words.addAll(List.of("--batch-size", "4", "--seed", "5"));
    words.addAll(List.of("--cache", cache(name), "--out", folder.resolve(name)));
    words.addAll(options);
    words.addAll(List.of(more));
    return CommandProcess.start(folder, flags, words.toArray());
  }

  /** A store of its own: what a kill leaves in it is gone on with, too. */
  private Path cache(String name) {
    return folder.resolve("cache").resolve(name);
  }

  /** Whether an unfinished run has begun to extract features, and not finished that. */
  boolean isExtracting(String name) {
    try (Stream<Path> entries = Files.list(cache(name))) {
      return entries.anyMatch(entry -> entry.getFileName().toString().endsWith(".partial"));
    } catch (IOException | UncheckedIOException e) {
      return false;
    }
  }

  /** The number of the newest checkpoint of an unfinished run; 0 if there is none. */
  int checkpoint(String name) {
    Path checkpoints = folder.resolve("." + name + ".partial/.checkpoints");
    try (Stream<Path> list = Files.list(checkpoints)) {
      Optional<Integer> newest =
          list.map(path -> path.getFileName().toString())
              .filter(entry -> entry.matches("checkpoint-\\d+"))
              .map(entry -> Integer.parseInt(entry.substring("checkpoint-".length())))
              .max(Comparator.naturalOrder());
      return newest.orElse(0);
    } catch (IOException | UncheckedIOException e) {
      return 0;
    }
  }

  /** Whether an unfinished run has begun to write its model. */
  boolean hasModel(String name) {
    return Files.exists(folder.resolve("." + name + ".partial/model"));
  }

  /**
   * The SHA-256 of each file that a run's course must not change, and the figures of its epochs; of
   * a run that is as its manifest says.
   */
  Map<String, String> results(String name) throws IOException {
    Path run = folder.resolve(name);
    assertTrue(FinishedRun.at(run).isPresent(), name);
    Map<String, String> results = new TreeMap<>();
    try (Stream<Path> files = Files.walk(run)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String path = run.relativize(file).toString();
        switch (path) {
          case "history.csv" -> results.put(path, timeless(file));
          case "report.html", "manifest.json" -> results.put(path, "tell time and place");
          default -> results.put(path, Sha256.of(file));
        }
      }
    }
    return results;
  }

  /** The last column is the time taken. */
  private static String timeless(Path history) throws IOException {
    return Files.readAllLines(history).stream()
        .map(line -> line.substring(0, line.lastIndexOf(',')))
        .collect(Collectors.joining("\n"));
  }

  /** What lies beside pictures, features and messages: finished and unfinished runs. */
  List<String> left() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.startsWith("command"))
          .filter(name -> !List.of("pictures", "cache").contains(name))
          .sorted()
          .toList();
    }
  }
}
