package org.kerasgraft.data.pictures;

import static org.kerasgraft.data.pictures.Outline.ARROW;
import static org.kerasgraft.data.pictures.Outline.CROSS;
import static org.kerasgraft.data.pictures.Outline.DISC;
import static org.kerasgraft.data.pictures.Outline.HEART;
import static org.kerasgraft.data.pictures.Outline.RING;
import static org.kerasgraft.data.pictures.Outline.SQUARE;
import static org.kerasgraft.data.pictures.Outline.STAR;
import static org.kerasgraft.data.pictures.Outline.TRIANGLE;
import static org.kerasgraft.data.pictures.Texture.BRICKS;
import static org.kerasgraft.data.pictures.Texture.CHECKS;
import static org.kerasgraft.data.pictures.Texture.DOTS;
import static org.kerasgraft.data.pictures.Texture.STRIPES;
import static org.kerasgraft.data.pictures.Texture.WAVES;

import java.util.List;

/** Two families of classes that share neither an outline nor a texture. */
public enum PictureFamily {
  /** The classes on which the embedded model was trained. */
  SOURCE(List.of(DISC, SQUARE, TRIANGLE, STAR, CROSS, RING), List.of(STRIPES, CHECKS, DOTS)),
  /** The demo's classes, new to the embedded model. */
  TARGET(List.of(HEART, ARROW), List.of(WAVES, BRICKS));

  private final List<PictureClass> classes;

  PictureFamily(List<Outline> outlines, List<Texture> textures) {
    this.classes =
        outlines.stream().flatMap(o -> textures.stream().map(t -> new PictureClass(o, t))).toList();
  }

  /**
   * Every outline of the family with every texture of the family.
   *
   * @return the classes; immutable
   */
  public List<PictureClass> classes() {
    return classes;
  }
}
