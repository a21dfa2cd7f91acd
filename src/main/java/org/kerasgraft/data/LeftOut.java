package org.kerasgraft.data;

/**
 * What lies in a folder of images and is no input, as in Keras.
 *
 * @param files of another ending than images have, or beside class folders
 * @param folders linked ones further down, which are not entered, or hidden ones among class
 *     folders
 */
public record LeftOut(int files, int folders) {

  /** Nothing. */
  public static final LeftOut NOTHING = new LeftOut(0, 0);

  /**
   * Together.
   *
   * @param other what else
   * @return the sums
   */
  public LeftOut and(LeftOut other) {
    return new LeftOut(files + other.files, folders + other.folders);
  }
}
