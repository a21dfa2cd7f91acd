package org.kerasgraft.export;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.kerasgraft.data.EncodedImage;
import org.kerasgraft.data.ImageDecoder;
import org.kerasgraft.data.ImageSize;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.savedmodel.OpPolicy;
import org.tensorflow.RawTensor;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;

/**
 * Proves that what was written is what was trained: reloads it, compares every variable bit by bit,
 * and compares what both signatures answer with the live network's.
 */
final class ExportVerification {

  /**
   * The most by which probabilities may differ, and logits relative to the largest (or 1). Both run
   * the same kernels on the same weights; only TensorFlow's graph optimizer may fuse them
   * otherwise. Measured: 0 on a CPU. That a single weight differs is found by comparing bits.
   */
  static final double TOLERANCE = 1e-5;

  /**
   * {@code serving_bytes} runs the network inside a function, which TensorFlow optimizes by itself,
   * so each layer may round once more; a network that multiplies roundings (fresh weights without
   * calibrated statistics) may differ by more than the tolerance. Measured by what one rounding of
   * the input does to it; the roundings of 256 layers together are about 16 of one.
   */
  private static final int ROUNDINGS = 16;

  private static final int[] BATCHES = {1, 3};
  private static final long SEED = 20_17;
  private static final List<String> OUTPUTS =
      List.of(ServingBody.PROBABILITIES, ServingBody.LOGITS);

  private final ExportSpec spec;
  private final ServingBody body;
  private final LiveVariables variables;

  ExportVerification(ExportSpec spec, ServingBody body, LiveVariables variables) {
    this.spec = spec;
    this.body = body;
    this.variables = variables;
  }

  void verify(Path directory) throws IOException {
    try (ServedModel served = open(directory)) {
      compareVariables(served);
      Random random = new Random(SEED);
      for (int n : BATCHES) {
        compareOutputs(served, randomRows(random, n), n);
        if (served.images().isPresent()) {
          compareEncoded(served, random, n);
        }
      }
    }
  }

  private ServedModel open(Path directory) {
    return ServedModel.open(
        directory,
        spec.network().options(),
        OpPolicy.listedAnd(spec.provenance().surgery().source().allowedOps()),
        savedReads());
  }

  private List<String> savedReads() {
    return IntStream.range(0, body.variables().size()).mapToObj(MainGraph::savedRead).toList();
  }

  private void compareVariables(ServedModel served) {
    try (Result live = variables.read();
        Result reloaded = served.read(savedReads())) {
      for (int i = 0; i < body.variables().size(); i++) {
        if (!sameBits(live.get(i).asRawTensor(), reloaded.get(i).asRawTensor())) {
          throw differs("variable '" + body.variables().get(i).name() + "' has other values");
        }
      }
    }
  }

  private static boolean sameBits(RawTensor a, RawTensor b) {
    return a.shape().equals(b.shape()) && a.dataType() == b.dataType() && a.data().equals(b.data());
  }

  private void compareOutputs(ServedModel served, float[] rows, int n) {
    Shape batch = spec.provenance().input().rowShape().prepend(n);
    try (Tensor input = TensorValues.of(body.input().dtype(), batch, rows);
        Result live = runLive(input);
        Result reloaded = served.run(input, OUTPUTS)) {
      for (int i = 0; i < OUTPUTS.size(); i++) {
        float[] expected = TensorValues.floats(live.get(i));
        requireFinite(expected, OUTPUTS.get(i));
        requireEqual(OUTPUTS.get(i), expected, TensorValues.floats(reloaded.get(i)), TOLERANCE);
      }
      requireClasses(live.get(0).shape(), n);
    }
  }

  private Result runLive(Tensor input) {
    Session.Runner runner = spec.network().session().runner();
    runner.feed(spec.network().input(), input);
    runner.fetch(spec.network().tensor(spec.outputs().probabilities()));
    runner.fetch(spec.network().tensor(spec.outputs().logits()));
    return runner.run();
  }

  /** Decoding inside the model against the decoder that training uses, then the same network. */
  private void compareEncoded(ServedModel served, Random random, int n) throws IOException {
    ImageSize size = served.images().orElseThrow().size();
    List<byte[]> encoded = new ArrayList<>();
    try (ImageDecoder decoder = ImageDecoder.open(size)) {
      float[] rows = new float[n * decoder.imageValues()];
      for (int i = 0; i < n; i++) {
        encoded.add(png(random, size.height() + 3 * i, size.width() + 2));
        EncodedImage image = EncodedImage.of(encoded.get(i));
        decoder.decode(image, rows, i * decoder.imageValues());
      }
      float[][] expected = served.predict(rows, n);
      float[][] actual = served.predictBytes(encoded);
      double allowed = Math.max(TOLERANCE, ROUNDINGS * ownRounding(served, rows, expected));
      for (int i = 0; i < n; i++) {
        requireEqual("probabilities of encoded images", expected[i], actual[i], allowed);
      }
    }
  }

  /** By how much the probabilities move where each pixel is the next higher float32. */
  private static double ownRounding(ServedModel served, float[] rows, float[][] expected) {
    float[] moved = new float[rows.length];
    for (int i = 0; i < rows.length; i++) {
      moved[i] = Math.nextUp(rows[i]);
    }
    float[][] probabilities = served.predict(moved, expected.length);
    double most = 0;
    for (int i = 0; i < expected.length; i++) {
      most = Math.max(most, worst(expected[i], probabilities[i]));
    }
    return most;
  }

  private void requireClasses(Shape probabilities, int n) {
    int classes = spec.provenance().labels().size();
    if (!probabilities.equals(Shape.of(n, classes))) {
      throw new ModelRefusedException(
          "The probabilities have shape "
              + probabilities
              + " for "
              + n
              + " inputs, not ("
              + n
              + ", "
              + classes
              + ") for "
              + classes
              + " labels.",
          "Give one label for each class.");
    }
  }

  private static void requireFinite(float[] values, String output) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new ModelRefusedException(
            "The network gives " + value + " in its " + output + " on random inputs.",
            "Train it again with a lower learning rate; such a model is of no use.");
      }
    }
  }

  private static void requireEqual(
      String what, float[] expected, float[] actual, double tolerance) {
    if (expected.length != actual.length) {
      throw differs(what + ": " + actual.length + " values, not " + expected.length);
    }
    double scale = 1;
    for (float value : expected) {
      scale = Math.max(scale, Math.abs(value));
    }
    double worst = worst(expected, actual);
    if (worst > tolerance * scale) {
      throw differs(what + " differ by up to " + worst);
    }
  }

  private static double worst(float[] expected, float[] actual) {
    double worst = 0;
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs((double) expected[i] - actual[i]);
      worst = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(worst, difference);
    }
    return worst;
  }

  private static StorageException differs(String what) {
    return new StorageException(
        "The model as reloaded is not the trained one: " + what + ". It was discarded.",
        "Try again; if it stays so, please report it with the model's name.");
  }

  /** Whole pixel values for images; otherwise values that any input type can hold. */
  private float[] randomRows(Random random, int n) {
    float[] rows = new float[Math.toIntExact(n * spec.provenance().input().rowShape().size())];
    boolean pixels =
        spec.provenance().input().images().isPresent() || body.input().dtype() == DataType.DT_UINT8;
    boolean whole =
        body.input().dtype() == DataType.DT_INT32 || body.input().dtype() == DataType.DT_INT64;
    for (int i = 0; i < rows.length; i++) {
      rows[i] =
          pixels ? random.nextInt(256) : whole ? random.nextInt(2) : (float) random.nextGaussian();
    }
    return rows;
  }

  private static byte[] png(Random random, int height, int width) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, random.nextInt(1 << 24));
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "png", bytes);
    return bytes.toByteArray();
  }
}
