package org.kerasgraft.export;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.kerasgraft.backbone.SessionSettings;
import org.kerasgraft.error.ModelRefusedException;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.internal.types.registry.TensorTypeRegistry;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.train.Restore;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TString;

/**
 * Values of checkpoints, read one by one; TensorFlow verifies each value's checksum. Owns a graph
 * and a session.
 */
final class StoredValues implements AutoCloseable {

  private final Graph graph = new Graph();
  private final Session session = new Session(graph, false, SessionSettings.plain().config());
  private final Ops tf = Ops.create(graph);
  private final Placeholder<TString> prefix = tf.placeholder(TString.class);
  private final Placeholder<TString> keys = tf.placeholder(TString.class);
  private final Map<DataType, Restore> restores = new EnumMap<>(DataType.class);

  /**
   * Reads a value.
   *
   * @param checkpoint the prefix of the checkpoint's files
   * @param key under which it is stored
   * @param dtype its type
   * @return a copy; half precision as float32, which holds it exactly
   * @throws ModelRefusedException if values of that type cannot be copied
   */
  Hdf5Array read(Path checkpoint, String key, DataType dtype) {
    Restore restore = restores.computeIfAbsent(dtype, this::restore);
    try (TString path = TString.scalarOf(checkpoint.toString());
        TString name = TString.vectorOf(key);
        Result result =
            session
                .runner()
                .feed(prefix, path)
                .feed(keys, name)
                .fetch(restore.tensors().get(0))
                .run()) {
      return copy(result.get(0));
    }
  }

  private Restore restore(DataType dtype) {
    return tf.train.restore(
        prefix, keys, tf.array(""), List.of(TensorTypeRegistry.find(dtype).type()));
  }

  private static Hdf5Array copy(Tensor tensor) {
    return switch (tensor.dataType()) {
      case DT_FLOAT -> raw(Hdf5Array.Type.FLOAT32, tensor);
      case DT_DOUBLE -> raw(Hdf5Array.Type.FLOAT64, tensor);
      case DT_INT8, DT_UINT8, DT_BOOL -> raw(Hdf5Array.Type.INT8, tensor);
      case DT_INT32 -> raw(Hdf5Array.Type.INT32, tensor);
      case DT_INT64 -> raw(Hdf5Array.Type.INT64, tensor);
      case DT_HALF, DT_BFLOAT16 -> {
        float[] values = TensorValues.floats(tensor);
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        yield new Hdf5Array(Hdf5Array.Type.FLOAT32, tensor.shape(), bytes);
      }
      default ->
          throw new ModelRefusedException(
              "The model has a variable of type " + tensor.dataType() + ".",
              "Variables of float, integer and boolean types can be returned to Keras 3.");
    };
  }

  private static Hdf5Array raw(Hdf5Array.Type type, Tensor tensor) {
    byte[] bytes = new byte[Math.toIntExact(tensor.shape().size() * type.size())];
    tensor.asRawTensor().data().read(bytes);
    return new Hdf5Array(type, tensor.shape(), ByteBuffer.wrap(bytes));
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
