package org.kerasgraft.keras;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What Keras computed for one Application: {@code golden.json} of {@code applications.py}.
 *
 * @param ownDifference how far Keras' gradients differ between graph and eager execution
 */
record ApplicationGolden(
    String architecture,
    String keras,
    String tensorflow,
    List<KnownLayer> layers,
    List<Cut> cuts,
    List<String> variables,
    double ownDifference) {

  /**
   * A layer in Keras.
   *
   * @param sample values of its output, evenly spaced from the first to the last
   */
  record KnownLayer(String name, String type, boolean noOp, List<Long> shape, float[] sample) {}

  /** A layer at whose output the network is cut. */
  record Cut(String layer, String why) {}

  static ApplicationGolden read(Path directory) {
    try {
      return new ObjectMapper()
          .readValue(directory.resolve("golden.json").toFile(), ApplicationGolden.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
