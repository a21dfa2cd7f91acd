package org.kerasgraft.export;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.kerasgraft.savedmodel.ModelFormat;

/**
 * What the return trip into Keras wrote.
 *
 * @param directory where
 * @param format the original's: for {@link ModelFormat#KERAS_2_SAVED_MODEL} the directory is itself
 *     a Keras model, else it holds a weights file for the original
 * @param original the original model's directory
 * @param weights how many variables there are
 * @param needsScript layers whose class could not be known: Keras 3 takes the weights file by the
 *     script's {@code load} then, not by {@code load_weights}; mostly empty
 */
public record ReturnedModel(
    Path directory,
    ModelFormat format,
    Path original,
    VariableCounts weights,
    List<String> needsScript) {

  /**
   * Numbers of variables.
   *
   * @param trained those of the original that were trained, and have new values
   * @param kept those that have the original's values
   * @param head those of the new layers
   */
  public record VariableCounts(int trained, int kept, int head) {}

  /** Checks and copies. */
  public ReturnedModel {
    Objects.requireNonNull(directory);
    Objects.requireNonNull(format);
    Objects.requireNonNull(original);
    Objects.requireNonNull(weights);
    needsScript = List.copyOf(needsScript);
  }
}
