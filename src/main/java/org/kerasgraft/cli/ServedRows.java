package org.kerasgraft.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.kerasgraft.data.DecodeResult;
import org.kerasgraft.data.ImageDecoder;
import org.kerasgraft.data.ImageInput;
import org.kerasgraft.data.ImageSet;
import org.kerasgraft.data.LabelledImage;
import org.kerasgraft.data.RowSource;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.TooManyRejectedException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.export.ServedModel;
import org.kerasgraft.features.InputAccount;
import org.kerasgraft.report.PredictedRow;

/** Runs a saved model over many inputs, batch by batch; every input gives one row, in order. */
final class ServedRows {

  private final ServedModel model;
  private final int batchSize;
  private final Progress progress;

  ServedRows(ServedModel model, int batchSize, Progress progress) {
    this.model = model;
    this.batchSize = batchSize;
    this.progress = progress;
  }

  /**
   * Predicts images; one that cannot be used gives a row with a code.
   *
   * @param images the files
   * @param mostBad how many may be unusable
   * @param consumer gets each row as soon as it is known
   * @throws InvalidDataException if none can be used
   * @throws TooManyRejectedException if too many cannot; after all rows were given
   */
  void predict(ImageSet images, int mostBad, Consumer<PredictedRow> consumer) {
    ImageInput input = requireImages();
    int good = 0;
    String first = "";
    InputAccount account = new InputAccount();
    try (ImageDecoder decoder = ImageDecoder.open(input.size(), images.mostPixels())) {
      for (int from = 0; from < images.count(); from += batchSize) {
        int to = Math.min(images.count(), from + batchSize);
        for (PredictedRow row : window(decoder, images.images().subList(from, to), account)) {
          consumer.accept(row);
          good += row.isOk() ? 1 : 0;
          first = first.isEmpty() && !row.isOk() ? row.name() + ": " + row.status() : first;
        }
        progress.at("Predicting", to, images.count(), "images");
      }
    }
    progress.note(account.text());
    requireEnough(images, good, mostBad, first);
  }

  /**
   * Checks that the model takes images.
   *
   * @return what it expects of them
   * @throws UsageException if it takes rows of an array
   */
  ImageInput requireImages() {
    return model
        .images()
        .orElseThrow(
            () ->
                new UsageException(
                    "The model in '" + model.directory() + "' takes rows of an array, not images.",
                    "Give --input X.npy with rows of shape " + model.rowShape() + "."));
  }

  private static void requireEnough(ImageSet images, int good, int mostBad, String first) {
    if (good == 0) {
      throw new InvalidDataException(
          "None of the "
              + images.count()
              + " images in '"
              + images.name()
              + "' can be used ("
              + first
              + ").",
          "Give at least one readable JPEG, PNG, GIF or BMP image.");
    }
    int bad = images.count() - good;
    if (bad > mostBad) {
      throw new TooManyRejectedException(images.name(), mostBad, bad, images.count());
    }
  }

  private List<PredictedRow> window(
      ImageDecoder decoder, List<LabelledImage> images, InputAccount account) {
    int values = decoder.imageValues();
    float[] pixels = new float[images.size() * values];
    List<DecodeResult> results = new ArrayList<>();
    int good = 0;
    for (LabelledImage image : images) {
      DecodeResult result = decoder.decode(image.file(), pixels, good * values);
      results.add(result);
      account.add(result.status().code(), result.detail());
      good += result.isOk() ? 1 : 0;
    }
    float[][] probabilities = model.predict(Arrays.copyOf(pixels, good * values), good);
    List<PredictedRow> rows = new ArrayList<>();
    int next = 0;
    for (int i = 0; i < images.size(); i++) {
      String path = images.get(i).relativePath();
      DecodeResult result = results.get(i);
      rows.add(
          result.isOk()
              ? PredictedRow.ok(path, probabilities[next++])
              : PredictedRow.rejected(path, result.status().code()));
    }
    return rows;
  }

  /**
   * Predicts rows of an array.
   *
   * @param rows rows of the model's shape; borrowed
   * @param name where they come from
   * @param consumer gets each row as soon as it is known
   * @throws InvalidDataException if their shape is not the model's
   */
  void predict(RowSource rows, String name, Consumer<PredictedRow> consumer) {
    if (!Arrays.equals(rows.rowShape().asArray(), model.rowShape().asArray())) {
      throw new InvalidDataException(
          "'"
              + name
              + "' has rows of shape "
              + rows.rowShape()
              + "; the model takes "
              + model.rowShape()
              + ".",
          "Give rows as the model takes them.");
    }
    if (rows.count() == 0) {
      throw new InvalidDataException("'" + name + "' has no rows.", "Give at least one.");
    }
    int size = rows.rowSize();
    for (int from = 0; from < rows.count(); from += batchSize) {
      int n = Math.min(rows.count() - from, batchSize);
      float[] values = new float[n * size];
      for (int i = 0; i < n; i++) {
        rows.read(from + i, values, i * size);
      }
      float[][] probabilities = model.predict(values, n);
      for (int i = 0; i < n; i++) {
        consumer.accept(PredictedRow.ok(Integer.toString(from + i), probabilities[i]));
      }
      progress.at("Predicting", from + n, rows.count(), "rows");
    }
  }
}
