package org.kerasgraft.cli;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.kerasgraft.data.DecodeResult;
import org.kerasgraft.data.EncodedImage;
import org.kerasgraft.data.RowSource;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.export.ServedModel;
import org.kerasgraft.internal.FlightRecord.Doing;
import org.kerasgraft.internal.PrivateSocket;
import org.tensorflow.ndarray.Shape;

/** The process that decodes and predicts for a command; it ends when the command hangs up. */
final class PredictionChild {

  /** The system property that names the socket where the command listens. */
  static final String SOCKET = "graft.child.socket";

  private final PredictionLink link;
  private final PredictionBatch batch;
  private final List<Integer> gathered = new ArrayList<>();

  private PredictionChild(PredictionLink link, PredictionBatch batch) {
    this.link = link;
    this.batch = batch;
  }

  /**
   * Answers until the command hangs up.
   *
   * @param model borrowed
   * @param options the command's
   */
  static ExitCode serve(ServedModel model, RowOptions options) {
    try (PredictionLink link =
            new PredictionLink(PrivateSocket.connect(Path.of(System.getProperty(SOCKET))));
        PredictionBatch batch = new PredictionBatch(model, options.mostPixels())) {
      new PredictionChild(link, batch).serve(Math.toIntExact(model.rowShape().size()));
      return ExitCode.OK;
    } catch (IOException e) {
      throw new StorageException("The command that asks is gone: " + e + ".", "", e);
    }
  }

  private void serve(int rowSize) throws IOException {
    float[] row = new float[rowSize];
    while (true) {
      PredictionLink.Request request;
      try {
        request = link.next();
      } catch (EOFException e) {
        return;
      }
      switch (request) {
        case BEGIN -> {
          batch.begin(link.number());
          gathered.clear();
        }
        case IMAGE -> decode(link.number(), EncodedImage.of(link.image()));
        case ROW -> {
          gathered.add(link.number());
          link.read(row);
          batch.add(RowSource.of(row, Shape.of(rowSize)), 0);
        }
        case RUN -> run(false);
        case RUN_EACH_FIRST -> run(true);
      }
    }
  }

  private void decode(int input, EncodedImage image) throws IOException {
    int before = batch.count();
    link.about(Doing.DECODING, input, 1);
    DecodeResult result = batch.add(image);
    link.about(Doing.NOTHING, 0, 0);
    if (batch.count() > before) {
      gathered.add(input);
    }
    link.decoded(result);
  }

  private void run(boolean eachFirst) throws IOException {
    for (int i = 0; eachFirst && i < gathered.size(); i++) {
      link.about(Doing.RUNNING, gathered.get(i), 1);
      batch.predictAlone(i);
    }
    if (!gathered.isEmpty()) {
      link.about(Doing.RUNNING, gathered.get(0), gathered.size());
    }
    float[][] probabilities = batch.predict();
    link.about(Doing.NOTHING, 0, 0);
    link.probabilities(probabilities);
  }
}
