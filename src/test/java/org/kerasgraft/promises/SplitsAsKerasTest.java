package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.data.ImageFolder;
import org.kerasgraft.data.ImageSet;
import org.kerasgraft.data.LabelledImage;
import org.kerasgraft.data.PathText;
import org.kerasgraft.data.Sha256;

/**
 * P12: the files that train and validate, in order, and the classes are Keras' own, listed by
 * {@code src/test/python/make_split_goldens.py}.
 */
class SplitsAsKerasTest {

  private static final Path GOLDENS = Path.of("src/test/resources/golden/splits");
  private static final String[] ENDINGS = {".png", ".JPG", ".jpeg", ".bmp", ".Gif"};

  /** In the order in which the script has them, which is not the sorted one. */
  private static final List<String> CLASSES =
      List.of("B", "a", "Z", "\u00e4", "10", "9", "_x", "a b", "\ud83d\ude00", "\ufffd", "e\u0301");

  @TempDir private Path folder;

  @Test
  void splitsAndClassesAreThoseOfKeras() throws IOException {
    List<String> lines = Files.readAllLines(GOLDENS.resolve("splits.csv"));
    List<String> classes = Files.readAllLines(GOLDENS.resolve("classes.txt"));
    assertEquals(1 + 20 * 5, lines.size());
    Map<Integer, ImageSet> sets = new HashMap<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(",");
      int size = Integer.parseInt(cells[1]);
      ImageSet set = sets.computeIfAbsent(size, this::tree);
      ImageSet.Parts parts = set.split(Double.parseDouble(cells[2]), Long.parseLong(cells[0]));
      assertEquals(Integer.parseInt(cells[3]), parts.training().count(), line);
      assertEquals(Integer.parseInt(cells[4]), parts.validation().count(), line);
      String text =
          Stream.of(parts.training(), parts.validation())
              .flatMap(part -> part.images().stream())
              .map(LabelledImage::relativePath)
              .collect(Collectors.joining("\n", "", "\n"));
      assertEquals(cells[5], Sha256.of(text.getBytes(StandardCharsets.UTF_8)), line);
    }
    assertEquals(classes, sets.get(1000).classes());
    Promises.of(12)
        .tried("splits of " + sets.size() + " folders by 20 seeds, with 11 classes", 100)
        .holds("the same files on both sides in the same order, the same classes");
  }

  /** By the rule of the script. */
  private ImageSet tree(int size) {
    Path top = folder.resolve(Integer.toString(size));
    try {
      for (int i = 0; i < size; i++) {
        Path place = PathText.resolve(top, CLASSES.get(i % CLASSES.size())); // in any locale
        place = i % 3 == 0 ? place.resolve("sub-" + i % 4) : place;
        String name = i * 7919L % 10007 + ENDINGS[i % ENDINGS.length];
        Files.createFile(Files.createDirectories(place).resolve(name));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ImageFolder.open(top);
  }
}
