package org.kerasgraft.cli;

import java.util.Arrays;
import java.util.Optional;
import org.kerasgraft.data.DecodeResult;
import org.kerasgraft.data.EncodedImage;
import org.kerasgraft.data.ImageDecoder;
import org.kerasgraft.data.ImageInput;
import org.kerasgraft.data.RowSource;
import org.kerasgraft.export.ServedModel;

/**
 * Inputs that a saved model answers together: images are decoded into it, rows are copied into it.
 * Owns the decoder, not the model. Not thread-safe.
 */
final class PredictionBatch implements AutoCloseable {

  private final ServedModel model;
  private final Optional<ImageDecoder> decoder;
  private final int rowSize;
  private float[] values = {};
  private int count;

  /**
   * An empty batch.
   *
   * @param model borrowed
   * @param mostPixels the pixels of the largest image that is decoded
   */
  PredictionBatch(ServedModel model, long mostPixels) {
    this.model = model;
    this.rowSize = Math.toIntExact(model.rowShape().size());
    this.decoder = model.images().map(ImageInput::size).map(s -> ImageDecoder.open(s, mostPixels));
  }

  /** Takes all inputs out, and makes room. */
  void begin(int most) {
    count = 0;
    if (values.length < Math.multiplyExact(most, rowSize)) {
      values = new float[most * rowSize];
    }
  }

  /** Decodes an image; takes it in if that goes well. */
  DecodeResult add(EncodedImage image) {
    DecodeResult result = decoder.orElseThrow().decode(image, values, count * rowSize);
    count += result.isOk() ? 1 : 0;
    return result;
  }

  /** Takes a row in. */
  void add(RowSource rows, int row) {
    rows.read(row, values, count * rowSize);
    count++;
  }

  /** How many inputs were taken in. */
  int count() {
    return count;
  }

  /** The probabilities of one input, as if it were the only one. */
  float[] predictAlone(int input) {
    return model.predict(Arrays.copyOfRange(values, input * rowSize, (input + 1) * rowSize), 1)[0];
  }

  /** The probabilities of all inputs. */
  float[][] predict() {
    return model.predict(Arrays.copyOf(values, count * rowSize), count);
  }

  @Override
  public void close() {
    decoder.ifPresent(ImageDecoder::close);
  }
}
