package org.kerasgraft.train;

import java.util.Arrays;
import java.util.Optional;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.data.LabelledRows;
import org.kerasgraft.data.Labels;
import org.kerasgraft.data.RowSource;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/** Computes a tensor's values for all rows, the last ones being for validation. */
final class TinyFeatures implements FeatureProvider {

  private final LiveNetwork network;
  private final TinyRows rows;
  private final int validation;

  TinyFeatures(LiveNetwork network, TinyRows rows, int validation) {
    this.network = network;
    this.rows = rows;
    this.validation = validation;
  }

  @Override
  public Optional<LabelledRows> at(String tensor, ImageSubset which) {
    int training = rows.labels.length - validation;
    if (which == ImageSubset.TRAINING) {
      return Optional.of(some(tensor, 0, training));
    }
    return validation == 0 ? Optional.empty() : Optional.of(some(tensor, training, validation));
  }

  private LabelledRows some(String tensor, int begin, int count) {
    Output<?> input = network.input();
    Shape inputRow = input.shape().tail();
    float[] part =
        Arrays.copyOfRange(rows.values, begin * rows.rowSize, (begin + count) * rows.rowSize);
    Labels labels = new Labels("tiny", Arrays.copyOfRange(rows.labels, begin, begin + count));
    if (tensor.equals(Tensors.name(input))) {
      return new LabelledRows(RowSource.of(part, inputRow), labels);
    }
    try (TFloat32 x = Tensors.of(Shape.of(count).append(inputRow), part);
        Result result =
            network.session().runner().feed(input, x).fetch(network.tensor(tensor)).run()) {
      return new LabelledRows(
          RowSource.of(Tensors.floats(result.get(0)), result.get(0).shape().tail()), labels);
    }
  }
}
