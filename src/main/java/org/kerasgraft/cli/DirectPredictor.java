package org.kerasgraft.cli;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.kerasgraft.data.DecodeResult;
import org.kerasgraft.data.EncodedImage;
import org.kerasgraft.data.LabelledImage;
import org.kerasgraft.data.RowSource;
import org.kerasgraft.export.ServedModel;
import org.kerasgraft.internal.NativeScope;

/** Decodes and predicts in this process. Owns the model. */
final class DirectPredictor implements RowPredictor {

  private final NativeScope scope = new NativeScope();
  private final PredictionBatch batch;
  private final long mostPixels;

  DirectPredictor(ServedModel model, RowOptions options) {
    mostPixels = options.mostPixels();
    scope.own(model);
    try {
      batch = scope.own(new PredictionBatch(model, mostPixels));
    } catch (RuntimeException | Error e) {
      scope.close();
      throw e;
    }
  }

  @Override
  public Answers images(List<LabelledImage> images, int first) {
    batch.begin(images.size());
    List<DecodeResult> results = new ArrayList<>();
    for (LabelledImage image : images) {
      results.add(batch.add(EncodedImage.read(image.file(), mostPixels)));
    }
    return new Answers(results, List.of(batch.predict()));
  }

  @Override
  public Answers rows(RowSource rows, int first, int count) {
    batch.begin(count);
    for (int i = 0; i < count; i++) {
      batch.add(rows, first + i);
    }
    return new Answers(Collections.nCopies(count, DecodeResult.OK), List.of(batch.predict()));
  }

  @Override
  public void close() {
    scope.close();
  }
}
