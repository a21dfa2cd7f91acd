package org.kerasgraft.data;

/** What became of an input file. The codes are stable: they stand in {@code index.csv}. */
public enum DecodeStatus {
  /** Decoded. */
  OK("ok"),
  /** A file of zero bytes. */
  EMPTY("empty"),
  /** A file that was listed but is not there any more, or a link that leads nowhere. */
  VANISHED("vanished"),
  /**
   * A file that may not or cannot be read, what is no file at all (a pipe, a socket, a device), or
   * a folder that may not or cannot be listed.
   */
  UNREADABLE("unreadable"),
  /** A file that changed while it was read, or between the two times that a job reads it. */
  CHANGED("changed"),
  /** Content that is neither JPEG, PNG, GIF nor BMP, whatever the file's name. */
  NOT_AN_IMAGE("not-an-image"),
  /** An image whose end is missing. */
  TRUNCATED("truncated"),
  /** An image that ends as it should but cannot be decoded. */
  DAMAGED("damaged"),
  /**
   * An image of channels that are not decoded to RGB, by Keras neither: a BMP of other than 24 bits
   * a pixel or with the header of OS/2, a JPEG of other than 1, 3 or 4 components.
   */
  WRONG_CHANNELS("wrong-channels"),
  /**
   * An image of more pixels than are allowed, {@link ImageDecoder#MOST_PIXELS} unless another limit
   * was set; one that takes as much memory or time (several scans of a JPEG, compressed texts of a
   * PNG, frames and extensions of a GIF); or a file much longer than its pixels need.
   */
  TOO_LARGE("too-large"),
  /**
   * An input on which decoding or the model ended the process, where that is run apart from the one
   * that writes the rows.
   */
  CRASHED("crashed");

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
