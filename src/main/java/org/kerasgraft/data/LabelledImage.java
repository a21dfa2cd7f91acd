package org.kerasgraft.data;

import java.nio.file.Path;
import java.util.Objects;

/**
 * An image file and its class.
 *
 * @param file where it is
 * @param relativePath its path below the folder that was opened, with {@code /} between names
 * @param label its class number; {@link #UNLABELLED} if it has none
 */
public record LabelledImage(Path file, String relativePath, int label) {

  /** The label of an image without a class. */
  public static final int UNLABELLED = -1;

  /** Checks. */
  public LabelledImage {
    Objects.requireNonNull(file);
    Objects.requireNonNull(relativePath);
    if (label < UNLABELLED) {
      throw new IllegalArgumentException("A label is 0 or more, or -1 for none; not " + label);
    }
  }
}
