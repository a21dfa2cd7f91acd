package org.kerasgraft.export;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.kerasgraft.backbone.SessionSettings;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.internal.FaultPoints;
import org.kerasgraft.internal.FaultPoints.Point;
import org.kerasgraft.savedmodel.Checkpoint;
import org.kerasgraft.savedmodel.TensorSpec;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.internal.types.registry.TensorTypeRegistry;
import org.tensorflow.op.Ops;
import org.tensorflow.op.train.Save;
import org.tensorflow.types.family.TType;

/**
 * A checkpoint like another one, with other values for some keys. Every other tensor (optimizer
 * slots, metrics, the object graph) is copied as it is. No value passes through Java.
 */
final class RewrittenCheckpoint {

  private final Checkpoint original;

  RewrittenCheckpoint(Checkpoint original) {
    this.original = original;
  }

  /**
   * Writes it.
   *
   * @param values the checkpoint that has the new values
   * @param replaced the original's keys to be replaced, each with its key in {@code values}
   * @param prefix where to write, in an existing directory
   * @throws StorageException if it does not hold afterwards what it should
   */
  void write(Checkpoint values, Map<String, String> replaced, Path prefix) throws IOException {
    List<String> keys = List.copyOf(original.tensors().keySet());
    try (Graph graph = new Graph();
        Session session = new Session(graph, false, SessionSettings.plain().config())) {
      Ops tf = Ops.create(graph);
      List<String> kept = keys.stream().filter(key -> !replaced.containsKey(key)).toList();
      List<String> changed = keys.stream().filter(replaced::containsKey).toList();
      List<Operand<?>> tensors = new ArrayList<>(restored(tf, original, kept));
      tensors.addAll(restored(tf, values, changed.stream().map(replaced::get).toList()));
      List<String> names = new ArrayList<>(kept);
      names.addAll(changed);
      Save save =
          tf.train.save(
              tf.constant(prefix.toString()),
              tf.array(names.toArray(String[]::new)),
              tf.array(names.stream().map(key -> "").toArray(String[]::new)),
              tensors);
      FaultPoints.before(Point.WRITE, prefix);
      try {
        session.runner().addTarget(save).run().close();
      } catch (RuntimeException e) {
        throw NativeFailure.whenWriting(prefix, e, OptionalLong.empty());
      }
    }
  }

  private static List<Operand<?>> restored(Ops tf, Checkpoint from, List<String> keys) {
    if (keys.isEmpty()) {
      return List.of();
    }
    List<Operand<?>> tensors = new ArrayList<>();
    tf.train
        .restore(
            tf.constant(from.prefix().toString()),
            tf.array(keys.toArray(String[]::new)),
            tf.array(keys.stream().map(key -> "").toArray(String[]::new)),
            keys.stream()
                .<Class<? extends TType>>map(key -> type(from.tensors().get(key)))
                .toList())
        .tensors()
        .forEach(tensors::add);
    return tensors;
  }

  private static Class<? extends TType> type(TensorSpec tensor) {
    return TensorTypeRegistry.find(tensor.dtype()).type();
  }
}
