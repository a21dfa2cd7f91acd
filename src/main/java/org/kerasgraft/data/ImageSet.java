package org.kerasgraft.data;

import java.util.Arrays;
import java.util.List;
import org.kerasgraft.error.InvalidDataException;

/**
 * Image files in a fixed order, with their classes if they have any.
 *
 * @param name where they come from, for messages
 * @param classes the class names by number; empty if the images are unlabelled
 * @param images the files in order
 */
public record ImageSet(String name, List<String> classes, List<LabelledImage> images) {

  /** Checks and copies. */
  public ImageSet {
    classes = List.copyOf(classes);
    images = List.copyOf(images);
    for (LabelledImage image : images) {
      if (classes.isEmpty()
          ? image.label() != LabelledImage.UNLABELLED
          : image.label() < 0 || image.label() >= classes.size()) {
        throw new IllegalArgumentException(image + " does not fit the classes " + classes);
      }
    }
  }

  /** The training and the validation part of a set. */
  public record Parts(ImageSet training, ImageSet validation) {}

  /**
   * The number of images.
   *
   * @return 0 or more
   */
  public int count() {
    return images.size();
  }

  /**
   * The labels in order.
   *
   * @return {@link LabelledImage#UNLABELLED} for images without a class; owned by the caller
   */
  public int[] labels() {
    return images.stream().mapToInt(LabelledImage::label).toArray();
  }

  /**
   * Some of the images, in the given order, with the same classes.
   *
   * @param rows indices of images
   * @return the smaller set
   */
  public ImageSet select(int[] rows) {
    return new ImageSet(name, classes, Arrays.stream(rows).mapToObj(images::get).toList());
  }

  /**
   * Splits as Keras' {@code validation_split} with the same seed does, see {@link Split}.
   *
   * @param fraction the part that validates, between 0 and 1, both excluded
   * @param seed 0 … 2^32−1
   * @return both parts, in Keras' shuffled order
   * @throws org.kerasgraft.error.UsageException if the fraction leaves one part empty
   */
  public Parts split(double fraction, long seed) {
    Split split = Split.of(count(), fraction, seed);
    return new Parts(select(split.training()), select(split.validation()));
  }

  /**
   * Checks that there is something to tell apart.
   *
   * @return this set
   * @throws InvalidDataException if fewer than two classes have images
   */
  public ImageSet requireTwoClasses() {
    List<String> filled =
        images.stream()
            .mapToInt(LabelledImage::label)
            .filter(label -> label >= 0)
            .distinct()
            .sorted()
            .mapToObj(classes::get)
            .toList();
    if (filled.size() < 2) {
      throw new InvalidDataException(
          "'"
              + name
              + "' has images of "
              + (filled.isEmpty() ? "no class" : "one class only, '" + filled.get(0) + "'")
              + "; at least two are needed.",
          "Put the images of each class into its own folder below it.");
    }
    return this;
  }
}
