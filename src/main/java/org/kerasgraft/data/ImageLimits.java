package org.kerasgraft.data;

import java.util.Optional;

/**
 * What is refused by its header, before it is read whole and before it is decoded: what is no
 * image, cannot be decoded to RGB, or would take more memory or time than the limit of pixels
 * stands for.
 */
final class ImageLimits {

  /** Longer files are not read, whatever they are. */
  static final int MOST_BYTES = 1 << 28;

  /** The bytes of a file in which its size must be found; pixels may take more. */
  static final int LONGEST_HEADER = 1 << 24;

  /** What a GIF may have beside its screen, mostly other frames. */
  private static final int LONGEST_ANIMATION = 1 << 26;

  /** The widest pixel is four channels of 16 bits. */
  private static final int BYTES_A_PIXEL = 8;

  /** Encoders of progressive JPEG files make about 10, of a few lines hardly more. */
  private static final int MOST_SCANS = 100;

  /** How often as many pixels as may be decoded are gone over. */
  private static final int MOST_PASSES = 20;

  /** Each unpacks to 8 MB at most, in a seventh of a second. */
  private static final int MOST_PACKED = 16;

  private ImageLimits() {}

  /**
   * Judges an image by its header.
   *
   * @param header as far as it is known; empty if it is none
   * @param bytes the length of the file
   * @param mostPixels the pixels of the largest image that is decoded
   * @return {@link DecodeResult#OK} if nothing speaks against it yet
   */
  static DecodeResult verdict(Optional<ImageHeader> header, long bytes, long mostPixels) {
    if (header.isEmpty()) {
      return new DecodeResult(
          DecodeStatus.NOT_AN_IMAGE, "the content is neither JPEG, PNG, GIF nor BMP");
    }
    ImageHeader known = header.get();
    return tooLarge(known, mostPixels)
        .or(() -> wrongChannels(known))
        .or(() -> tooLong(known, bytes))
        .orElse(DecodeResult.OK);
  }

  private static Optional<DecodeResult> tooLarge(ImageHeader header, long mostPixels) {
    String size = header.height() + "x" + header.width() + " pixels";
    ImageCost cost = header.cost();
    if (header.ownPixels() > mostPixels) {
      return refused(size);
    }
    if (cost.pixels() > mostPixels) {
      return refused(
          size + " with " + cost.reason() + " take the memory of " + cost.pixels() + " pixels");
    }
    if (cost.scans() > MOST_SCANS) {
      return refused("a JPEG of " + cost.scans() + " scans; up to " + MOST_SCANS + " are decoded");
    }
    if (cost.scans() > 1 && header.ownPixels() * cost.scans() / MOST_PASSES > mostPixels) {
      return refused(
          size
              + " in "
              + cost.scans()
              + " scans; up to "
              + MOST_PASSES
              + " of the largest image are decoded");
    }
    if (cost.packed() > MOST_PACKED) {
      return refused(
          "a PNG of more than "
              + MOST_PACKED
              + " compressed texts and profiles, each of which is unpacked");
    }
    return Optional.empty();
  }

  private static Optional<DecodeResult> wrongChannels(ImageHeader header) {
    return header.wrongChannels().isEmpty()
        ? Optional.empty()
        : Optional.of(new DecodeResult(DecodeStatus.WRONG_CHANNELS, header.wrongChannels()));
  }

  /** Such a file holds something else, or nothing: a sparse one is as long as it likes. */
  private static Optional<DecodeResult> tooLong(ImageHeader header, long bytes) {
    if (header.ownPixels() == 0) {
      return bytes > LONGEST_HEADER
          ? refused(bytes + " bytes, and no size of an image in the first " + LONGEST_HEADER)
          : Optional.empty();
    }
    long beside = header.kind() == ImageHeader.Kind.GIF ? LONGEST_ANIMATION : LONGEST_HEADER;
    return bytes > beside + BYTES_A_PIXEL * header.ownPixels()
        ? refused(bytes + " bytes for " + header.height() + "x" + header.width() + " pixels")
        : Optional.empty();
  }

  private static Optional<DecodeResult> refused(String detail) {
    return Optional.of(new DecodeResult(DecodeStatus.TOO_LARGE, detail));
  }
}
