package org.kerasgraft.data.pictures;

import java.util.Locale;
import java.util.Objects;

/**
 * A class of pictures: what tells its pictures from those of other classes.
 *
 * @param outline the subject's outline
 * @param texture what fills it
 */
public record PictureClass(Outline outline, Texture texture) {

  /** Checks that nothing is missing. */
  public PictureClass {
    Objects.requireNonNull(outline, "outline");
    Objects.requireNonNull(texture, "texture");
  }

  /**
   * The class's name, which is its folder's name too.
   *
   * @return for example {@code heart-waves}
   */
  public String name() {
    return (outline.name() + "-" + texture.name()).toLowerCase(Locale.ROOT);
  }
}
