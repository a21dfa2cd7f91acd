package org.kerasgraft.promises;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.kerasgraft.data.Sha256;

/**
 * {@code graft features} in processes of its own, on the tiny model and many small pictures of
 * which some cannot be used.
 */
final class FeaturesRun {

  static final int BATCH = 4;

  private static final Path MODEL = Path.of("src/test/resources/models/tiny-vgg-keras3");
  private static final Path PICTURES = Path.of("src/test/resources/golden/images");
  private static final List<String> NAMES =
      List.of("landscape.png", "portrait.jpg", "animated.gif", "bitmap.bmp", "alpha.png");

  private final Path folder;
  private final Path images;

  /** Writes the pictures; every seventh is no picture. */
  FeaturesRun(Path folder, int pictures) throws IOException {
    this.folder = folder;
    this.images = Files.createDirectory(folder.resolve("images"));
    for (int i = 0; i < pictures; i++) {
      String name = NAMES.get(i % NAMES.size());
      Path file = images.resolve(String.format(Locale.ROOT, "%06d-%s", i, name));
      if (i % 7 == 6) {
        Files.writeString(file, "no picture, \"" + i + "\"");
      } else {
        Files.copy(PICTURES.resolve(name), file);
      }
    }
  }

  Path images() {
    return images;
  }

  Path out(String name) {
    return folder.resolve(name);
  }

  /** What an unfinished run has written to its journal, in bytes. */
  long journal(String name) {
    try {
      return Files.size(folder.resolve("." + name + ".partial/journal"));
    } catch (IOException e) {
      return 0;
    }
  }

  /** The batches that an unfinished run has finished: the journal's lines after the first. */
  long batches(String name) {
    try (Stream<String> lines = Files.lines(folder.resolve("." + name + ".partial/journal"))) {
      return Math.max(0, lines.count() - 1);
    } catch (IOException | UncheckedIOException e) {
      return 0;
    }
  }

  CommandProcess start(String name, String... more) {
    return start(List.of("-Xmx256m"), name, more);
  }

  CommandProcess start(List<String> flags, String name, String... more) {
    List<Object> words =
        new ArrayList<>(
            List.of(
                "features",
                "--model",
                MODEL,
                "--at",
                "block5_pool",
                "--preprocessing",
                "caffe",
                "--batch-size",
                BATCH,
                "--images",
                images,
                "--out",
                out(name)));
    words.addAll(List.of(more));
    return CommandProcess.start(folder, flags, words.toArray());
  }

  /** The SHA-256 of each file of a finished run. */
  Map<String, String> hashes(String name) throws IOException {
    Map<String, String> hashes = new TreeMap<>();
    try (Stream<Path> files = Files.list(out(name))) {
      files.forEach(file -> hashes.put(file.getFileName().toString(), Sha256.of(file)));
    }
    return hashes;
  }

  /** What lies beside the pictures and the commands' messages: finished and unfinished runs. */
  List<String> left() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.startsWith("command") && !name.equals("images"))
          .sorted()
          .toList();
    }
  }
}
