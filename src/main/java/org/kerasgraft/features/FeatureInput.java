package org.kerasgraft.features;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.kerasgraft.data.EncodedImage;
import org.kerasgraft.data.ImageInput;
import org.kerasgraft.data.ImageSet;
import org.kerasgraft.data.LabelledImage;
import org.kerasgraft.data.Labels;
import org.kerasgraft.data.Npy;
import org.kerasgraft.error.InvalidDataException;

/** What features are computed from: image files, the rows of an array, or of one array an input. */
public sealed interface FeatureInput {

  /**
   * The number of inputs.
   *
   * @return 0 or more
   */
  int count();

  /**
   * Where they come from.
   *
   * @return a name for messages and manifests
   */
  String name();

  /**
   * The class names by number.
   *
   * @return empty if there are none
   */
  List<String> classes();

  /**
   * Image files; decoded and resized on the way, for a network spliced with the same {@link
   * ImageInput}.
   *
   * @param set the files, labelled or not
   * @param input what the network expects of its images
   */
  record Images(ImageSet set, ImageInput input) implements FeatureInput {
    /** Checks. */
    public Images {
      Objects.requireNonNull(set);
      Objects.requireNonNull(input);
    }

    @Override
    public int count() {
      return set.count();
    }

    @Override
    public String name() {
      return set.name();
    }

    @Override
    public List<String> classes() {
      return set.classes();
    }

    String labelOf(LabelledImage image) {
      return image.label() < 0 ? "" : set.classes().get(image.label());
    }

    /** Reads a file again; what is not as its hash says has changed. */
    EncodedImage read(int i, String contentHash) {
      EncodedImage image = EncodedImage.read(set.images().get(i).file(), set.mostPixels());
      boolean same =
          image.contentHash().equals(contentHash)
              || image.result().equals(EncodedImage.NO_MEMORY); // its hash took none
      return same ? image : EncodedImage.changed();
    }
  }

  /**
   * Rows of an array, fed as they are.
   *
   * @param rows the array; borrowed, closed by whoever opened it
   * @param labels as many labels, if there are any
   */
  record Rows(Npy rows, Optional<Labels> labels) implements FeatureInput {
    /** Checks that there are as many labels as rows. */
    public Rows {
      labels.ifPresent(l -> l.pairWith(rows, rows.file().toString()));
    }

    @Override
    public int count() {
      return rows.count();
    }

    @Override
    public String name() {
      return rows.file().toString();
    }

    @Override
    public List<String> classes() {
      return List.of();
    }
  }

  /**
   * Rows of several arrays, one for each input of the network, fed together as they are.
   *
   * @param arrays the network's argument name to the array; borrowed, closed by whoever opened them
   */
  record NamedRows(Map<String, Npy> arrays) implements FeatureInput {
    /**
     * Checks and copies, in the order of the names.
     *
     * @throws InvalidDataException if the arrays have not the same number of rows
     */
    public NamedRows {
      arrays = Collections.unmodifiableMap(new TreeMap<>(arrays));
      if (arrays.isEmpty()) {
        throw new IllegalArgumentException("arrays must not be empty");
      }
      Npy first = arrays.values().iterator().next();
      for (Npy other : arrays.values()) {
        if (other.count() != first.count()) {
          throw new InvalidDataException(
              "'"
                  + first.file()
                  + "' has "
                  + first.count()
                  + " rows, but '"
                  + other.file()
                  + "' has "
                  + other.count()
                  + ".",
              "Give arrays of which the same row belongs to the same example.");
        }
      }
    }

    @Override
    public int count() {
      return arrays.values().iterator().next().count();
    }

    @Override
    public String name() {
      return arrays.entrySet().stream()
          .map(e -> e.getKey() + "=" + e.getValue().file())
          .collect(Collectors.joining(", "));
    }

    @Override
    public List<String> classes() {
      return List.of();
    }
  }
}
