package org.kerasgraft.promises;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.data.ImageDecoder;
import org.kerasgraft.data.ImageFolder;
import org.kerasgraft.data.ImageSet;
import org.kerasgraft.data.Npy;
import org.kerasgraft.export.ServedModel;

/**
 * P11: callers in many threads change no bit, nor does running again. Another number of threads
 * within an op, or another batch size, may cut the sums of a convolution into other parts on some
 * processors, so that float32 values differ in their last bits.
 */
class ThreadsAndBatchesTest {

  private static final Path MODEL = Path.of("savedmodels/vgg16-mini");
  private static final int THREADS = 8;
  private static final int BATCH = 32;

  /** Relative L2: what the same network may differ by between two implementations. */
  private static final double TOLERANCE = 1e-5;

  @TempDir private Path folder;

  @Test
  void featuresAreTheSameForEachNumberOfThreadsAndBatchSize() {
    int perClass = Promises.size(10, 125);
    Path pictures = SmallRun.pictures(folder.resolve("pictures"), perClass);
    float[] many = features(pictures, THREADS, BATCH, "many");
    float[] again = features(pictures, THREADS, BATCH, "again");
    float[] few = features(pictures, 1, BATCH, "few");
    float[] single = features(pictures, THREADS, 1, "single");

    assertArrayEquals(many, again, 0f);
    Promises.of(11)
        .tried("images to features: 8 threads and 1, batches of 32 and 1", 4L * perClass)
        .holds(
            "again: bit-equal; "
                + difference("threads", few, many)
                + "; "
                + difference("batches", single, many));
  }

  private float[] features(Path pictures, int threads, int batch, String name) {
    Path out = folder.resolve(name);
    CommandProcess.Outcome outcome =
        CommandProcess.start(
                folder,
                List.of("-Xmx512m"),
                "features",
                "--quiet",
                "--model",
                MODEL,
                "--at",
                "block5_pool",
                "--threads",
                threads,
                "--batch-size",
                batch,
                "--images",
                pictures,
                "--out",
                out)
            .end();
    assertEquals(0, outcome.code(), outcome.err());
    try (Npy npy = Npy.open(out.resolve("features.npy"))) {
      float[] values = new float[npy.count() * npy.rowSize()];
      for (int row = 0; row < npy.count(); row++) {
        npy.read(row, values, row * npy.rowSize());
      }
      return values;
    }
  }

  @Test
  void predictionsAreTheSameFromManyThreadsAndInEachBatchSize() throws Exception {
    int perClass = Promises.size(10, 125);
    Path pictures = SmallRun.pictures(folder.resolve("pictures"), perClass);
    Path run = SmallRun.shared().write(folder.resolve("run"));
    try (ServedModel model = ServedModel.open(run, RuntimeOptions.defaults())) {
      float[] rows = rows(model, ImageFolder.open(pictures));
      int count = 4 * perClass;
      float[][] alone = predicted(model, rows, count, 1);
      float[][] batches = predicted(model, rows, count, BATCH);

      List<Future<float[][]>> together = new ArrayList<>();
      ExecutorService pool = Executors.newFixedThreadPool(THREADS);
      try {
        for (int i = 0; i < THREADS; i++) {
          int batch = i % 2 == 0 ? 1 : BATCH;
          together.add(pool.submit(() -> predicted(model, rows, count, batch)));
        }
        for (int i = 0; i < THREADS; i++) {
          float[][] expected = i % 2 == 0 ? alone : batches;
          assertArrayEquals(flat(expected), flat(together.get(i).get()), 0f);
        }
      } finally {
        pool.shutdownNow();
      }
      Promises.of(11)
          .tried("images predicted: from 8 threads at once and one, batches of 32 and 1", count)
          .holds("callers: bit-equal; " + difference("batches", flat(alone), flat(batches)));
    }
  }

  private static float[] rows(ServedModel model, ImageSet images) {
    try (ImageDecoder decoder = ImageDecoder.open(model.images().orElseThrow().size())) {
      float[] rows = new float[images.count() * decoder.imageValues()];
      for (int i = 0; i < images.count(); i++) {
        Path file = images.images().get(i).file();
        assertTrue(decoder.decode(file, rows, i * decoder.imageValues()).isOk());
      }
      return rows;
    }
  }

  private static float[][] predicted(ServedModel model, float[] rows, int count, int batch) {
    int size = rows.length / count;
    float[][] all = new float[count][];
    for (int from = 0; from < count; from += batch) {
      int n = Math.min(batch, count - from);
      float[][] some = model.predict(Arrays.copyOfRange(rows, from * size, (from + n) * size), n);
      System.arraycopy(some, 0, all, from, n);
    }
    return all;
  }

  private static float[] flat(float[][] rows) {
    float[] flat = new float[rows.length * rows[0].length];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, flat, i * rows[0].length, rows[0].length);
    }
    return flat;
  }

  private static double distance(float[] a, float[] b) {
    assertEquals(a.length, b.length);
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < a.length; i++) {
      difference += Math.pow(a[i] - (double) b[i], 2);
      norm += Math.pow(b[i], 2);
    }
    assertTrue(norm > 0, "there are values");
    return Math.sqrt(difference / norm);
  }

  /** Within the tolerance; says whether it was needed. */
  private static String difference(String what, float[] a, float[] b) {
    double off = distance(a, b);
    assertTrue(off <= TOLERANCE, () -> what + " are off by " + off);
    return off == 0
        ? what + ": bit-equal"
        : String.format(Locale.ROOT, "%s: relative L2 %.1e of %.0e", what, off, TOLERANCE);
  }
}
