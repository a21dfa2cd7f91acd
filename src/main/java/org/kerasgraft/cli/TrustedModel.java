package org.kerasgraft.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.kerasgraft.Graft;
import org.kerasgraft.KerasModel;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.data.Manifest;
import org.kerasgraft.export.KerasReturn;
import org.kerasgraft.export.ServedModel;
import org.kerasgraft.savedmodel.ImportedModel;
import org.kerasgraft.savedmodel.OpPolicy;
import org.kerasgraft.savedmodel.SavedModelReader;

/**
 * The model that a command works with.
 *
 * @param path its directory
 * @param policy which ops it may hold
 */
record TrustedModel(Path path, OpPolicy policy) {

  /** {@code --model} and {@code --allow-op}. */
  static TrustedModel of(Arguments arguments) {
    return new TrustedModel(arguments.requiredPath("model"), CommonOptions.policy(arguments));
  }

  /** Checks its manifest, if it has one, scans and reads it. */
  ImportedModel read() {
    Manifest.check(Manifest.Kind.MODEL, path);
    return SavedModelReader.read(path, policy);
  }

  /** Scans and opens it as a model that was exported. */
  ServedModel serve(RuntimeOptions runtime) {
    return ServedModel.open(path, runtime, policy);
  }

  /** Scans it and the model it was made from, to take it back into Keras. */
  KerasReturn returning(Optional<Path> original) {
    return KerasReturn.of(path, original, policy);
  }

  /** Scans and opens it as a model to train on. */
  KerasModel open() {
    return Graft.open(path, policy);
  }
}
