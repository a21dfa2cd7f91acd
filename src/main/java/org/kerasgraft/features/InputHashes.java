package org.kerasgraft.features;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.kerasgraft.data.EncodedImage;
import org.kerasgraft.data.ImageSet;
import org.kerasgraft.data.LabelledImage;
import org.kerasgraft.data.Sha256;
import org.kerasgraft.internal.Cancellation;
import org.kerasgraft.internal.NewFile;

/**
 * The content of each input by its hash, in order. Kept beside an unfinished extraction, so that a
 * resumption can say which file is no longer the same.
 *
 * @param ofImages whether each is an image, and so an input; else each is an array of inputs
 * @param all one an image file, or one an array
 */
record InputHashes(boolean ofImages, List<Input> all) {

  /** The file's name beside an unfinished extraction. */
  static final String FILE = "inputs";

  private static final String IMAGES = "images";
  private static final String ARRAYS = "arrays";
  private static final int MOST_NAMED = 3;

  /**
   * One input.
   *
   * @param hash SHA-256 of its bytes; the code of a file without bytes
   * @param name the image's path below its folder, or the name of the network's input
   */
  record Input(String hash, String name) {}

  InputHashes {
    all = List.copyOf(all);
  }

  /**
   * Reads every input.
   *
   * @throws org.kerasgraft.error.RunInterruptedException if that is wished
   */
  static InputHashes of(FeatureInput input, Cancellation cancellation) {
    if (input instanceof FeatureInput.Images images) {
      return new InputHashes(
          true,
          images.set().images().stream()
              .parallel()
              .map(
                  image -> {
                    cancellation.stopIfWished("Stopped while reading the images.");
                    return new Input(hash(images.set(), image), image.relativePath());
                  })
              .toList());
    }
    List<Input> arrays = new ArrayList<>();
    if (input instanceof FeatureInput.Rows rows) {
      arrays.add(new Input(Sha256.of(rows.rows().file(), cancellation), "the array"));
    } else if (input instanceof FeatureInput.NamedRows named) {
      named
          .arrays()
          .forEach((name, npy) -> arrays.add(new Input(Sha256.of(npy.file(), cancellation), name)));
    }
    return new InputHashes(false, arrays);
  }

  /** As {@link FeatureInput.Images#read} will compare it. */
  private static String hash(ImageSet set, LabelledImage image) {
    return EncodedImage.contentHash(image.file(), set.mostPixels());
  }

  String hash(int input) {
    return all.get(input).hash();
  }

  /**
   * Writes what they are, then one line each; a line break in a name becomes a space, it is for
   * reading only.
   */
  void write(Path folder) {
    StringBuilder lines = new StringBuilder(ofImages ? IMAGES : ARRAYS).append('\n');
    for (Input input : all) {
      lines.append(input.hash()).append(' ').append(oneLine(input.name())).append('\n');
    }
    NewFile.text(folder.resolve(FILE), lines.toString());
  }

  private static String oneLine(String name) {
    return name.replaceAll("[\r\n]", " ");
  }

  /** The images' names that were written, in order; none if there is no such file, or of arrays. */
  static List<String> imageNames(Path folder) {
    try {
      List<String> lines = Files.readAllLines(folder.resolve(FILE));
      return lines.isEmpty() || !lines.get(0).equals(IMAGES)
          ? List.of()
          : lines.stream().skip(1).map(line -> line.substring(line.indexOf(' ') + 1)).toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Which inputs are other ones than those that were written, in words; empty if not known. */
  String differences(Path folder) {
    Map<String, String> before = new HashMap<>();
    try {
      for (String line : Files.readAllLines(folder.resolve(FILE)).stream().skip(1).toList()) {
        int space = line.indexOf(' ');
        before.put(line.substring(space + 1), line.substring(0, Math.max(space, 0)));
      }
    } catch (IOException e) {
      return "";
    }
    List<String> changes = new ArrayList<>();
    for (Input input : all) {
      String hash = before.remove(oneLine(input.name()));
      if (hash == null) {
        changes.add("'" + input.name() + "' is new");
      } else if (!hash.equals(input.hash())) {
        changes.add("'" + input.name() + "' has changed");
      }
    }
    before.keySet().stream().sorted().forEach(name -> changes.add("'" + name + "' is gone"));
    String named = String.join(", ", changes.subList(0, Math.min(changes.size(), MOST_NAMED)));
    int more = changes.size() - MOST_NAMED;
    return more > 0 ? named + " and " + more + " more" : named;
  }
}
