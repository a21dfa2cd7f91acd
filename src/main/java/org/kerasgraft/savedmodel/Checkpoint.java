package org.kerasgraft.savedmodel;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorflow.proto.TrackableObjectGraphOuterClass.TrackableObjectGraph;

/**
 * What the checkpoint of a SavedModel stores, without the values: variables that the serving
 * signature does not read, optimizer slots and metrics too.
 *
 * @param prefix the path that TensorFlow's restore ops take, {@code …/variables/variables}
 * @param tensors every key with its stored tensor, sorted by key
 * @param objects the object graph stored with the values; the empty graph if there is none
 */
public record Checkpoint(
    Path prefix, Map<String, TensorSpec> tensors, TrackableObjectGraph objects) {

  /** Copies. */
  public Checkpoint {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
  }

  /**
   * Reads the index; checks that the data files are long enough.
   *
   * @param directory a SavedModel
   * @return its checkpoint
   * @throws org.kerasgraft.error.InvalidModelException if it is missing, truncated or damaged
   */
  public static Checkpoint of(Path directory) {
    Path prefix = directory.resolve("variables").resolve("variables");
    CheckpointIndex index = CheckpointIndex.read(prefix);
    return new Checkpoint(prefix, index.tensors(), index.objectGraph());
  }
}
