package org.kerasgraft.data;

/**
 * What a reader may want to know of an image that was accepted as Keras accepts it. The codes are
 * stable: they stand in the detail of an accepted row of {@code index.csv}, separated by spaces.
 */
public enum ImageRemark {
  /** Its EXIF data asks for turning or mirroring, which is not done. */
  EXIF_ROTATED("exif-rotated"),
  /** It has several frames, of which only the first is used. */
  ANIMATED("animated");

  private final String code;

  ImageRemark(String code) {
    this.code = code;
  }

  /**
   * The code in files.
   *
   * @return for example {@code exif-rotated}
   */
  public String code() {
    return code;
  }

  /**
   * Whether the detail of an accepted row has this remark.
   *
   * @param detail codes, separated by spaces
   * @return false if it has not
   */
  public boolean isIn(String detail) {
    return (" " + detail + " ").contains(" " + code + " ");
  }
}
