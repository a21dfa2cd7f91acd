package org.kerasgraft.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.kerasgraft.train.BestWeights.Best;
import org.kerasgraft.train.History.Epoch;
import org.kerasgraft.train.History.Score;
import org.kerasgraft.train.TrainingListener.PhaseEnd;
import org.tensorflow.ndarray.Shape;

/**
 * What a checkpoint's manifest says: all of a checkpoint but the values of variables. Numbers come
 * back to the bit, since Java prints as many digits as tell one double from all others.
 */
final class CheckpointJson {

  /** Rises when what is written, or its meaning, changes. */
  private static final int FORMAT = 1;

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();

  private CheckpointJson() {}

  /**
   * An array file.
   *
   * @param name the variable's name
   * @param shape the variable's shape
   * @param file the file's name
   */
  record ArrayFile(String name, List<Long> shape, String file) {

    static ArrayFile of(NamedArray array, String file) {
      long[] dimensions = array.shape().asArray();
      return new ArrayFile(array.name(), Arrays.stream(dimensions).boxed().toList(), file);
    }

    NamedArray array(float[] values) {
      long[] dimensions = shape.stream().mapToLong(Long::longValue).toArray();
      return new NamedArray(name, Shape.of(dimensions), values);
    }
  }

  /** The array files: what trains, the optimizer's slots, what trained after the best epoch. */
  record ArrayFiles(List<ArrayFile> weights, List<ArrayFile> slots, List<ArrayFile> best) {}

  /** An epoch's figures; without validation the last two are null. */
  record Row(
      String phase,
      int epoch,
      Score training,
      Score validation,
      double learningRate,
      double seconds) {

    static List<Row> of(List<Epoch> epochs) {
      return epochs.stream()
          .map(
              e ->
                  new Row(
                      e.phase(),
                      e.epoch(),
                      e.training(),
                      e.validation().orElse(null),
                      e.learningRate(),
                      e.seconds()))
          .toList();
    }

    static List<Epoch> epochs(List<Row> rows) {
      return rows.stream()
          .map(
              r ->
                  new Epoch(
                      r.phase,
                      r.epoch,
                      r.training,
                      Optional.ofNullable(r.validation),
                      r.learningRate,
                      r.seconds))
          .toList();
    }
  }

  /** The manifest's content. */
  record Document(
      int format,
      Identity identity,
      List<PhaseEnd> ended,
      List<Row> before,
      String phase,
      List<Row> epochs,
      PhaseState.Current current,
      PhaseState.Steps steps,
      Best best,
      ArrayFiles arrays) {

    Checkpoint checkpoint(PhaseState.Values values) {
      return new Checkpoint(
          identity,
          ended,
          new History(Row.epochs(before)),
          new PhaseState(
              phase, Row.epochs(epochs), current, steps, Optional.ofNullable(best), values));
    }
  }

  static ObjectNode content(Checkpoint checkpoint, ArrayFiles arrays) {
    PhaseState phase = checkpoint.phase();
    return JSON.valueToTree(
        new Document(
            FORMAT,
            checkpoint.identity(),
            checkpoint.ended(),
            Row.of(checkpoint.before().epochs()),
            phase.phase(),
            Row.of(phase.epochs()),
            phase.current(),
            phase.steps(),
            phase.best().orElse(null),
            arrays));
  }

  static Document parse(ObjectNode content, Path file) {
    if (content.path("format").asInt() != FORMAT) {
      throw CheckpointFiles.damaged(file, "another version of Graft wrote it");
    }
    try {
      return JSON.treeToValue(content, Document.class);
    } catch (JsonProcessingException e) {
      throw CheckpointFiles.damaged(file, "it is no state of a training");
    }
  }
}
