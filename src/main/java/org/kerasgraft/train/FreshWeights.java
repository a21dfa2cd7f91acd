package org.kerasgraft.train;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.savedmodel.VariableSpec;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;

/**
 * Starts a network anew with Keras' default initializers: Glorot uniform for kernels, zeros for
 * biases and moving means, ones for scales and moving variances. Glorot uniform draws from ±√(6 /
 * (fan in + fan out)), where a convolution's fans count its window (Keras {@code GlorotUniform}).
 */
public final class FreshWeights {

  private FreshWeights() {}

  /**
   * Gives every float32 variable of a network a new value; others keep theirs.
   *
   * @param network the network
   * @param seed the same seed gives the same bits
   */
  public static void assign(LiveNetwork network, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, float[]> values = new HashMap<>();
    for (VariableSpec variable : network.network().graph().variables().values()) {
      if (variable.dtype() == DataType.DT_FLOAT) {
        values.put(variable.name(), initial(variable, random.split()));
      }
    }
    network.assign(values);
  }

  private static float[] initial(VariableSpec variable, SplittableRandom random) {
    float[] values = new float[Math.toIntExact(variable.size())];
    if (variable.shape().numDimensions() > 1) {
      double limit = glorotLimit(variable.shape());
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) ((2 * random.nextDouble() - 1) * limit);
      }
    } else if (variable.name().endsWith("gamma") || variable.name().endsWith("moving_variance")) {
      Arrays.fill(values, 1);
    }
    return values;
  }

  static double glorotLimit(Shape shape) {
    int rank = shape.numDimensions();
    double window = 1;
    for (int i = 0; i < rank - 2; i++) {
      window *= shape.get(i);
    }
    return Math.sqrt(6 / (window * (shape.get(rank - 2) + shape.get(rank - 1))));
  }
}
