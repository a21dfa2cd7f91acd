package org.kerasgraft.data;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kerasgraft.error.UsageException;

/**
 * The size of an image in pixels.
 *
 * @param height 1 … 65535
 * @param width 1 … 65535
 */
public record ImageSize(int height, int width) {

  private static final int MOST = 65_535;
  private static final Pattern FORM = Pattern.compile("(\\d{1,5})[xX](\\d{1,5})");

  /** Checks. */
  public ImageSize {
    if (height < 1 || width < 1 || height > MOST || width > MOST) {
      throw new UsageException(
          "The image size " + height + "x" + width + " is outside 1 … 65535.",
          "Give height and width in pixels, for example 224x224.");
    }
  }

  /**
   * Reads {@code HxW}.
   *
   * @param text for example {@code 150x150}
   * @return the size
   * @throws UsageException if it is anything else
   */
  public static ImageSize parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      throw new UsageException(
          "'" + text + "' is no image size.",
          "Give height and width in pixels, for example 224x224.");
    }
    return new ImageSize(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
  }

  /** The size as {@code HxW}. */
  @Override
  public String toString() {
    return height + "x" + width;
  }
}
