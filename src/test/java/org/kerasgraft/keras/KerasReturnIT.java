package org.kerasgraft.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.cli.CommandLine;
import org.kerasgraft.data.NpyWriter;
import org.kerasgraft.export.ServedModel;
import org.tensorflow.ndarray.Shape;

/**
 * The round trip Keras → train → {@code to-keras} → Keras: the genuine Keras model predicts what
 * this library predicts, trained variables come back bit for bit, all others are the original's.
 * Keras 2 and 3; a plain backbone, one nested as a layer, one with BatchNormalization, kept
 * classifiers, a model that {@code tf.saved_model.save} wrote, a layer of the user's own class,
 * models that Keras loaded from a file before their export, a shared layer and several outputs,
 * mixed precision, subclassed models.
 */
@Tag("keras")
class KerasReturnIT {

  private static final int ROWS = 6;
  private static final int SIDE = 32;

  @TempDir Path folder;

  @Test
  void whatComesBackPredictsTheSameInKeras() throws IOException {
    KerasPeer keras = KerasPeer.orSkip();
    keras.run("peer_return.py", "make", folder);
    Path pictures = folder.resolve("pictures");
    run("pictures", "--out", pictures, "--per-class", "4");

    trip("keras3-plain", pictures, "--at", "block5_pool", "--preprocessing", "caffe");
    trip("keras2-plain", pictures, "--at", "block4_pool", "--preprocessing", "torch");
    trip("keras3-nested", pictures, "--at", "vgg16/block5_pool", "--preprocessing", "none");
    trip("keras2-nested", pictures, "--at", "vgg16/block5_pool", "--preprocessing", "none");
    trip("keras3-mobilenet", pictures, "--at", "out_relu", "--preprocessing", "tf");
    trip("keras3-kept", pictures, "--keep-head", "--preprocessing", "scale-0-1");
    trip("keras2-kept", pictures, "--keep-head", "--preprocessing", "tf");
    trip("keras3-tracked", pictures, "--at", "vgg16/block5_pool", "--preprocessing", "none");

    tripAt("keras3-own", pictures, "low_pool", "low_conv,own");
    tripAt("keras3-reloaded", pictures, "last", "low/low_conv,last");
    tripAt("keras3-twins", pictures, "high/last", "low/low_conv");
    for (String library : List.of("keras3", "keras2")) {
      tripAt(library + "-shared", pictures, "twice@1", "twice");
      tripAt(library + "-mixed", pictures, "high", "high");
      String[] kept = {"--keep-head", "--trainable", "features", "--preprocessing", "tf"};
      trip(library + "-subclassed", pictures, (Object[]) kept);
    }

    keras.run("peer_return.py", "check", folder);
  }

  private void tripAt(String name, Path pictures, String layer, String trained) throws IOException {
    trip(name, pictures, "--at", layer, "--trainable", trained, "--preprocessing", "tf");
  }

  private void trip(String name, Path pictures, Object... options) throws IOException {
    Path work = folder.resolve(name);
    List<Object> words = new ArrayList<>(List.of("train", "--model", work.resolve("model")));
    words.addAll(List.of("--images", pictures, "--out", work.resolve("run"), "--quiet"));
    words.addAll(List.of("--cache", folder.resolve("cache"), "--fine-tune-epochs", "1"));
    words.addAll(List.of("--fine-tune-learning-rate", "0.001"));
    words.addAll(List.of(options));
    if (!words.contains("--keep-head")) {
      words.addAll(List.of("--head-epochs", "1", "--head", "keras-guide"));
    }
    run(words.toArray());
    run("to-keras", "--model", work.resolve("run"), "--out", work.resolve("returned"));
    predict(work);
  }

  /** Raw pixels and what this library makes of them. */
  private static void predict(Path work) throws IOException {
    int size = SIDE * SIDE * 3;
    float[] rows = new float[ROWS * size];
    Random random = new Random(7);
    for (int row = 0; row < ROWS; row++) { // each of a colour of its own, with noise on it
      float[] colour = {random.nextInt(160), random.nextInt(160), random.nextInt(160)};
      for (int i = 0; i < size; i++) {
        rows[row * size + i] = colour[i % 3] + random.nextInt(96);
      }
    }
    try (ServedModel model = ServedModel.open(work.resolve("run"));
        NpyWriter images = NpyWriter.create(work.resolve("images.npy"), Shape.of(SIDE, SIDE, 3));
        NpyWriter expected =
            NpyWriter.create(work.resolve("expected.npy"), Shape.of(model.labels().size()))) {
      for (int i = 0; i < ROWS; i++) {
        images.append(rows, i * size);
      }
      for (float[] row : model.predict(rows, ROWS)) {
        expected.append(row, 0);
      }
    }
  }

  private static void run(Object... words) {
    CommandLine.Outcome outcome = CommandLine.run(words);
    assertEquals(0, outcome.code(), outcome.err());
  }
}
