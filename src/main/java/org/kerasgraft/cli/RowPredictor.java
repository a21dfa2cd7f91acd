package org.kerasgraft.cli;

import java.util.List;
import org.kerasgraft.data.DecodeResult;
import org.kerasgraft.data.LabelledImage;
import org.kerasgraft.data.RowSource;

/**
 * A saved model's answers to a few inputs at a time: from this process ({@link DirectPredictor}) or
 * from one of its own ({@link IsolatedPredictor}). Not thread-safe.
 */
interface RowPredictor extends AutoCloseable {

  /**
   * The answers to some inputs.
   *
   * @param results what became of each, in order
   * @param probabilities of the good ones, in order
   */
  record Answers(List<DecodeResult> results, List<float[]> probabilities) {

    /** Copies the lists. */
    public Answers {
      results = List.copyOf(results);
      probabilities = List.copyOf(probabilities);
    }
  }

  /**
   * Decodes images and predicts those that can be used.
   *
   * @param images the files
   * @param first the number of the first among all images of the command
   */
  Answers images(List<LabelledImage> images, int first);

  /**
   * Predicts rows of an array.
   *
   * @param rows rows of the model's shape; borrowed
   * @param first the first row
   * @param count how many
   */
  Answers rows(RowSource rows, int first, int count);

  /** Idempotent. */
  @Override
  void close();
}
