package org.kerasgraft.data.pictures;

import static org.kerasgraft.data.pictures.Outline.ARROW;
import static org.kerasgraft.data.pictures.Outline.BOWL;
import static org.kerasgraft.data.pictures.Outline.CROSS;
import static org.kerasgraft.data.pictures.Outline.DISC;
import static org.kerasgraft.data.pictures.Outline.HEART;
import static org.kerasgraft.data.pictures.Outline.RING;
import static org.kerasgraft.data.pictures.Outline.SQUARE;
import static org.kerasgraft.data.pictures.Outline.STAR;
import static org.kerasgraft.data.pictures.Outline.TEE;
import static org.kerasgraft.data.pictures.Outline.TRIANGLE;
import static org.kerasgraft.data.pictures.Texture.CHECKS;
import static org.kerasgraft.data.pictures.Texture.DOTS;
import static org.kerasgraft.data.pictures.Texture.STRIPES;
import static org.kerasgraft.data.pictures.Texture.WAVES;

import java.util.List;

/** Two families of classes that share neither an outline nor a texture. */
public enum PictureFamily {
  /** The classes on which the embedded model was trained. */
  SOURCE,
  /** The demo's classes, new to the embedded model. */
  TARGET;

  /**
   * Every outline of the family with every texture of the family.
   *
   * @return the classes; immutable
   */
  public List<PictureClass> classes() {
    return outlines().stream()
        .flatMap(o -> textures().stream().map(t -> new PictureClass(o, t)))
        .toList();
  }

  private List<Outline> outlines() {
    return switch (this) {
      case SOURCE -> List.of(DISC, SQUARE, TRIANGLE, STAR, CROSS, RING);
      case TARGET -> List.of(HEART, ARROW, BOWL, TEE);
    };
  }

  private List<Texture> textures() {
    return switch (this) {
      case SOURCE -> List.of(STRIPES, CHECKS, DOTS);
      case TARGET -> List.of(WAVES);
    };
  }
}
