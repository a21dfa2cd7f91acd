package org.kerasgraft.cli;

import java.nio.file.Path;
import java.util.OptionalDouble;
import org.apache.commons.cli.Option;
import org.kerasgraft.error.UsageException;

/** What each epoch is judged by. */
sealed interface ValidationChoice {

  Option FOLDER =
      OptionSection.valued("validation", "DIR", "Class folders to judge each epoch by.");
  Option SPLIT =
      OptionSection.valued(
          "validation-split",
          "F",
          "The part of the rows to judge by instead, above 0 and below 1, chosen as Keras does.");

  /** Nothing: all rows train. */
  record None() implements ValidationChoice {}

  /**
   * Other images.
   *
   * @param folder their class folders
   */
  record Folder(Path folder) implements ValidationChoice {}

  /**
   * A part of the rows.
   *
   * @param fraction above 0 and below 1
   */
  record Part(double fraction) implements ValidationChoice {}

  static ValidationChoice of(Arguments arguments) {
    OptionalDouble part = arguments.number("validation-split", Arguments.Range.INNER_PART);
    if (part.isPresent() && arguments.has("validation")) {
      throw new UsageException(
          "--validation and --validation-split are both given.", "Give one of them.");
    }
    if (arguments.has("validation") && arguments.has("input")) {
      throw new UsageException(
          "--validation is given with --input.", "Use --validation-split with arrays.");
    }
    if (part.isPresent()) {
      return new Part(part.getAsDouble());
    }
    return arguments.path("validation").<ValidationChoice>map(Folder::new).orElseGet(None::new);
  }
}
