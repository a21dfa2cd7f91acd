package org.kerasgraft.savedmodel;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.tensorflow.proto.MetaGraphDef;

/**
 * A SavedModel directory as data: nothing native is held, nothing was executed.
 *
 * @param directory where it was read from; never written to
 * @param format how it was saved
 * @param tensorflowVersion the version of TensorFlow that wrote it; may be empty
 * @param signatures the signatures by key, the init op's left out
 * @param variables the variables that the serving signature reads, in capture order
 * @param captures for each function that binds inputs: the variable (or empty for a constant) of
 *     each captured argument, in order
 * @param kerasLayers the layers of Keras 2 metadata in model order; empty for other formats
 * @param preprocessing what the export recorded about its input images, if it did
 * @param metaGraph the parsed meta graph with tag {@code serve}
 * @param scan what the scan of all meta graphs found
 * @param weights how the weights' files lay when it was read
 */
public record ImportedModel(
    Path directory,
    ModelFormat format,
    String tensorflowVersion,
    Map<String, Signature> signatures,
    List<VariableSpec> variables,
    Map<String, List<Optional<VariableSpec>>> captures,
    List<KerasLayer> kerasLayers,
    Optional<RecordedPreprocessing> preprocessing,
    MetaGraphDef metaGraph,
    ScanReport scan,
    WeightFiles weights) {

  /** Copies. */
  public ImportedModel {
    signatures = Collections.unmodifiableMap(new TreeMap<>(signatures));
    variables = List.copyOf(variables);
    captures = Map.copyOf(captures);
    kerasLayers = List.copyOf(kerasLayers);
  }
}
