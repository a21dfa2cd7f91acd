package org.kerasgraft.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.internal.Decimal;

/**
 * What a training's result depends on. A training goes on from a kept state only if all of it is
 * the same.
 *
 * @param parts in the order in which they are compared; names differ
 */
public record Identity(List<Part> parts) {

  /** Nothing. */
  public static final Identity NONE = new Identity(List.of());

  /** Copies. */
  public Identity {
    parts = List.copyOf(parts);
  }

  /** Who can mend a difference. */
  public enum Kind {
    /** The user, by choosing as before. */
    CHOICE,
    /** Nobody, if what was read has changed. */
    CONTENT
  }

  /**
   * One thing that the result depends on.
   *
   * @param kind a choice or a content
   * @param name in words
   * @param value in words; a hash for contents
   */
  public record Part(Kind kind, String name, String value) {
    /** Checks. */
    public Part {
      Objects.requireNonNull(kind);
      Objects.requireNonNull(name);
      Objects.requireNonNull(value);
    }

    /**
     * Something that was chosen.
     *
     * @param name in words
     * @param value in words
     * @return the part
     */
    public static Part choice(String name, Object value) {
      return new Part(Kind.CHOICE, name, value.toString());
    }

    /**
     * Something that was read.
     *
     * @param name in words, as in {@code NAME changed}
     * @param sha256 its hash
     * @return the part
     */
    public static Part content(String name, String sha256) {
      return new Part(Kind.CONTENT, name, sha256);
    }
  }

  /**
   * The settings of a training.
   *
   * @param training the settings
   * @return one part each
   */
  public static Identity of(Training training) {
    Training.Batches batches = training.batches();
    Training.Regularisation regularisation = training.regularisation();
    List<Part> parts = new ArrayList<>();
    phase(parts, Phase.HEAD, training.head().epochs(), training.head().optimizer());
    phase(parts, Phase.FINE_TUNE, training.fineTune().epochs(), training.fineTune().optimizer());
    parts.add(Part.choice("batch size", batches.size()));
    parts.add(Part.choice("shuffle", batches.shuffle()));
    parts.add(Part.choice("seed", batches.seed()));
    parts.add(Part.choice("l2", Decimal.shortest(regularisation.l2())));
    parts.add(Part.choice("label smoothing", Decimal.shortest(regularisation.labelSmoothing())));
    parts.add(Part.choice("keep", training.keep()));
    return new Identity(parts);
  }

  private static void phase(List<Part> parts, String name, int epochs, Optimizer optimizer) {
    parts.add(Part.choice(name + " epochs", epochs));
    parts.add(Part.choice(name + " optimizer", epochs == 0 ? "none" : optimizer.describe()));
  }

  /**
   * This and more.
   *
   * @param later what is compared after this
   * @return both
   */
  public Identity and(Part... later) {
    List<Part> all = new ArrayList<>(parts);
    all.addAll(List.of(later));
    return new Identity(all);
  }

  /**
   * This and more.
   *
   * @param later what is compared after this
   * @return both
   */
  public Identity and(Identity later) {
    return and(later.parts.toArray(Part[]::new));
  }

  /**
   * Checks that a kept training depends on the same.
   *
   * @param kept what the kept one depends on; may hold more
   * @param where it is kept
   * @throws UsageException if something else was chosen, naming the first
   * @throws InvalidDataException if something else was read, naming the first
   */
  void requireSame(Identity kept, Path where) {
    for (Part now : parts) {
      String before = kept.value(now.name()).orElse("unknown");
      if (before.equals(now.value())) {
        continue;
      }
      String anew = "remove '" + where + "' to start from the beginning.";
      if (now.kind() == Kind.CHOICE) {
        throw new UsageException(
            "The training kept in '"
                + where
                + "' has "
                + now.name()
                + " '"
                + before
                + "', this one '"
                + now.value()
                + "'; nothing was touched.",
            "Choose as before, or " + anew);
      }
      throw new InvalidDataException(
          "Since the training kept in '"
              + where
              + "' began, "
              + now.name()
              + " changed; nothing was touched.",
          "Put the old content back, or " + anew);
    }
  }

  /** The parts whose names the other one lacks. */
  Identity without(Identity other) {
    return new Identity(parts.stream().filter(p -> other.value(p.name()).isEmpty()).toList());
  }

  private Optional<String> value(String name) {
    return parts.stream().filter(p -> p.name().equals(name)).map(Part::value).findFirst();
  }
}
