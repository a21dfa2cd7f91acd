package org.kerasgraft.cli;

import java.util.Locale;
import org.kerasgraft.data.ImageDecoder;
import org.kerasgraft.data.ImageSet;

/**
 * How to work through many rows.
 *
 * @param batchSize rows a step, 1 or more
 * @param maxBad how many images may be unusable
 * @param mostPixels the pixels of the largest image that is decoded
 * @param quiet no progress
 */
record RowOptions(int batchSize, int maxBad, int mostPixels, boolean quiet) {

  static RowOptions of(Arguments arguments) {
    return new RowOptions(
        arguments.count("batch-size", 1).orElse(CommonOptions.BATCH_SIZE),
        arguments.count("max-bad", 0).orElse(Integer.MAX_VALUE),
        arguments.count("max-pixels", 1).orElse((int) ImageDecoder.MOST_PIXELS),
        arguments.has("quiet"));
  }

  /** The images with their limit; says what lies beside them. */
  ImageSet admitted(ImageSet found, Progress progress) {
    noteLeftOut(found, progress);
    return found.withMostPixels(mostPixels);
  }

  /** Says what a folder holds beside its images, if anything. */
  static void noteLeftOut(ImageSet set, Progress progress) {
    int files = set.leftOut().files();
    int folders = set.leftOut().folders();
    if (files + folders > 0) {
      progress.note(
          String.format(
              Locale.ROOT,
              "Left out of '%s': %,d files that are no images by name or place, %,d folders that"
                  + " are linked or hidden",
              set.name(),
              files,
              folders));
    }
  }
}
