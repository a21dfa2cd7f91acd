package org.kerasgraft.export;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.kerasgraft.backbone.SessionSettings;
import org.kerasgraft.internal.FaultPoints;
import org.kerasgraft.internal.FaultPoints.Point;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.train.Save;
import org.tensorflow.proto.TrackableObjectGraphOuterClass.TrackableObjectGraph;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/**
 * Writes variables as a checkpoint that both TensorFlow's C++ loader and Python's object-based
 * restore read. The values are shared with the live session, not copied, and the saving graph lives
 * only as long as this takes.
 */
final class CheckpointWriter {

  /** Under this key Python looks for the objects that own the variables. */
  private static final String OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH";

  private CheckpointWriter() {}

  static void write(LiveVariables variables, TrackableObjectGraph objects, Path prefix)
      throws IOException {
    try (Result values = variables.read();
        TString objectGraph =
            TString.tensorOfBytes(NdArrays.scalarOfObject(objects.toByteArray()));
        Graph graph = new Graph();
        Session session = new Session(graph, false, SessionSettings.plain().config())) {
      Ops tf = Ops.create(graph);
      List<String> keys = new ArrayList<>();
      List<Operand<?>> tensors = new ArrayList<>();
      Session.Runner runner = session.runner();
      for (int i = 0; i < values.size(); i++) {
        keys.add(ExportedVariable.checkpointKey(i));
        tensors.add(fed(tf, runner, values.get(i)));
      }
      keys.add(OBJECT_GRAPH);
      tensors.add(fed(tf, runner, objectGraph));
      Save save =
          tf.train.save(
              tf.constant(prefix.toString()),
              tf.array(keys.toArray(String[]::new)),
              tf.array(keys.stream().map(key -> "").toArray(String[]::new)),
              tensors);
      long bytes = IntStream.range(0, values.size()).mapToLong(i -> values.get(i).numBytes()).sum();
      FaultPoints.before(Point.WRITE, prefix);
      try {
        runner.addTarget(save).run().close();
      } catch (RuntimeException e) {
        throw NativeFailure.whenWriting(prefix, e, OptionalLong.of(bytes));
      }
    }
  }

  private static Operand<?> fed(Ops tf, Session.Runner runner, Tensor value) {
    Placeholder<? extends TType> placeholder = tf.placeholder(((TType) value).type());
    runner.feed(placeholder, value);
    return placeholder;
  }
}
