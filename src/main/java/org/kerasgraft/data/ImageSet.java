package org.kerasgraft.data;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.kerasgraft.error.InvalidDataException;

/**
 * Image files in a fixed order, with their classes if they have any.
 *
 * @param name where they come from, for messages
 * @param classes the class names by number, fit to be shown anywhere ({@link
 *     PathText#isPrintable}); empty if the images are unlabelled
 * @param images the files in order
 * @param leftOut what else lies there
 * @param mostPixels the pixels of the largest image that is decoded, 1 or more
 */
public record ImageSet(
    String name,
    List<String> classes,
    List<LabelledImage> images,
    LeftOut leftOut,
    long mostPixels) {

  /** Checks and copies. */
  public ImageSet {
    classes = List.copyOf(classes);
    images = List.copyOf(images);
    PathText.requirePrintable(classes, "the class");
    Objects.requireNonNull(leftOut);
    if (mostPixels < 1) {
      throw new IllegalArgumentException("mostPixels must be 1 or more, not " + mostPixels);
    }
    for (LabelledImage image : images) {
      if (classes.isEmpty()
          ? image.label() != LabelledImage.UNLABELLED
          : image.label() < 0 || image.label() >= classes.size()) {
        throw new IllegalArgumentException(image + " does not fit the classes " + classes);
      }
    }
  }

  /**
   * Images of up to {@link ImageDecoder#MOST_PIXELS} pixels, with nothing left out.
   *
   * @param name where they come from, for messages
   * @param classes the class names by number; empty if the images are unlabelled
   * @param images the files in order
   */
  public ImageSet(String name, List<String> classes, List<LabelledImage> images) {
    this(name, classes, images, LeftOut.NOTHING, ImageDecoder.MOST_PIXELS);
  }

  /**
   * The same images with another limit of pixels.
   *
   * @param most the pixels of the largest image that is decoded, 1 or more; larger ones become rows
   *     with the code {@code too-large}
   * @return the set
   */
  public ImageSet withMostPixels(long most) {
    return new ImageSet(name, classes, images, leftOut, most);
  }

  ImageSet withLeftOut(LeftOut other) {
    return new ImageSet(name, classes, images, other, mostPixels);
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
    List<LabelledImage> some = Arrays.stream(rows).mapToObj(images::get).toList();
    return new ImageSet(name, classes, some, leftOut, mostPixels);
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
