package org.kerasgraft.savedmodel;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * A signature of a SavedModel.
 *
 * @param name its key, for example {@code serving_default}
 * @param inputs argument name to tensor, sorted by name
 * @param outputs result name to tensor, sorted by name
 */
public record Signature(
    String name, Map<String, TensorSpec> inputs, Map<String, TensorSpec> outputs) {
  /** Copies. */
  public Signature {
    inputs = Collections.unmodifiableMap(new TreeMap<>(inputs));
    outputs = Collections.unmodifiableMap(new TreeMap<>(outputs));
  }
}
