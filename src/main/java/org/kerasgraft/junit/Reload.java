package org.kerasgraft.junit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kerasgraft.error.GraftException;
import org.kerasgraft.savedmodel.OpPolicy;
import org.kerasgraft.savedmodel.SavedModelReader;
import org.kerasgraft.savedmodel.ScanFinding;
import org.kerasgraft.savedmodel.TensorSpec;
import org.opentest4j.AssertionFailedError;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/** A SavedModel loaded by TensorFlow itself, beside the model it was written from. */
final class Reload {

  private final Answers live;
  private final Path directory;
  private final Failures failures = new Failures();

  Reload(Answers live, Path directory) {
    this.live = live;
    this.directory = directory;
  }

  /** Compares answers to the input, and to another number of rows where the model takes any. */
  Failures compare(Values input) {
    if (!Files.isRegularFile(directory.resolve("saved_model.pb"))) {
      failures.add("there is no SavedModel in '" + directory + "'");
      return failures;
    }
    List<ScanFinding> findings = findings();
    if (!findings.isEmpty()) {
      findings.forEach(found -> failures.add("'" + directory + "' holds " + found.text()));
      return failures;
    }
    try (SavedModelBundle bundle = SavedModelBundle.load(directory.toString(), "serve")) {
      SignatureDef signature = bundle.metaGraphDef().getSignatureDefMap().get("serving_default");
      if (signature == null || signature.getInputsCount() != 1) {
        failures.add("'" + directory + "' has no signature 'serving_default' of one input");
        return failures;
      }
      compare(bundle, signature, input);
      TensorShapeProto shape = signature.getInputsMap().values().iterator().next().getTensorShape();
      if (shape.getDimCount() > 0 && shape.getDim(0).getSize() < 0 && input.size() > 0) {
        compare(bundle, signature, input.rows(input.shape().get(0) == 1 ? 2 : 1));
      }
    } catch (TensorFlowException e) {
      throw new AssertionFailedError(
          "'" + directory + "' cannot be loaded or run: " + e.getMessage(), e);
    }
    return failures;
  }

  /** TensorFlow's loader runs what a model says: not before it is scanned. */
  private List<ScanFinding> findings() {
    try {
      return SavedModelReader.scan(directory, OpPolicy.listed()).findings();
    } catch (GraftException e) {
      throw new AssertionFailedError(e.getMessage(), e);
    }
  }

  private void compare(SavedModelBundle bundle, SignatureDef signature, Values input) {
    Map<String, Values> expected = live.to(input);
    if (expected.isEmpty()) {
      failures.add("the live model gave no outputs: comparing them shows nothing");
    }
    Map<String, String> fetches = new LinkedHashMap<>();
    for (String key : expected.keySet()) {
      TensorInfo output = signature.getOutputsMap().get(key);
      if (output == null) {
        failures.add(
            "'"
                + directory
                + "' has no output '"
                + key
                + "'. "
                + Text.hint(key, signature.getOutputsMap().keySet()));
      } else {
        fetches.put(key, output.getName());
      }
    }
    if (fetches.isEmpty()) {
      return;
    }
    TensorInfo in = signature.getInputsMap().values().iterator().next();
    TensorSpec spec = new TensorSpec(in.getName(), in.getDtype(), shape(in.getTensorShape()));
    Map<String, Values> actual = Runs.fetch(bundle.session(), Map.of(spec, input), fetches);
    List.copyOf(fetches.keySet())
        .forEach(
            key ->
                failures.add(
                    new Comparison(
                            "output '" + key + "' of '" + directory + "' for " + input,
                            "the live model",
                            expected.get(key),
                            actual.get(key))
                        .failure(Tolerance.SAME_GRAPH)));
  }

  private static Shape shape(TensorShapeProto proto) {
    return proto.getUnknownRank()
        ? Shape.unknown()
        : Shape.of(proto.getDimList().stream().mapToLong(d -> d.getSize()).toArray());
  }
}
