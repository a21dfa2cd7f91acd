package org.kerasgraft.data;

/** What became of an input file. The codes are stable: they stand in {@code index.csv}. */
public enum DecodeStatus {
  /** Decoded. */
  OK("ok"),
  /** A file of zero bytes. */
  EMPTY("empty"),
  /** A file that was listed but is not there any more, or a link that leads nowhere. */
  VANISHED("vanished"),
  /** A file that may not or cannot be read. */
  UNREADABLE("unreadable"),
  /** Content that is neither JPEG, PNG, GIF nor BMP, whatever the file's name. */
  NOT_AN_IMAGE("not-an-image"),
  /** An image whose end is missing. */
  TRUNCATED("truncated"),
  /** An image that ends as it should but cannot be decoded. */
  DAMAGED("damaged"),
  /** An image of more than {@link ImageDecoder#MOST_PIXELS} pixels, or a file too big to hold. */
  TOO_LARGE("too-large");

  private final String code;

  DecodeStatus(String code) {
    this.code = code;
  }

  /**
   * The code in files.
   *
   * @return for example {@code not-an-image}
   */
  public String code() {
    return code;
  }
}
