package org.kerasgraft.data;

/**
 * What decoding an image takes beyond three bytes for each of its pixels, as far as its headers
 * tell.
 *
 * @param pixels how many pixels, at three bytes each, would take the memory that is held; 0 if that
 *     is the image's own
 * @param reason what takes it, for a reader; empty if nothing does
 * @param scans how often the pixels are gone over, 1 or more
 * @param packed the compressed texts and profiles that are unpacked on the way, 0 or more
 */
record ImageCost(long pixels, String reason, int scans, int packed) {

  /** Three bytes a pixel and nothing else. */
  static final ImageCost NONE = new ImageCost(0, "", 1, 0);

  /** Checks. */
  ImageCost {
    if (pixels < 0 || scans < 1 || packed < 0) {
      throw new IllegalArgumentException(pixels + " pixels, " + scans + ", " + packed);
    }
  }

  static ImageCost ofMemory(long pixels, String reason) {
    return new ImageCost(pixels, reason, 1, 0);
  }

  static ImageCost ofPacked(int packed) {
    return new ImageCost(0, "", 1, packed);
  }
}
