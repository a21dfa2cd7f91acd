package org.kerasgraft.export;

import com.google.protobuf.CodedOutputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.kerasgraft.data.ImageInput;
import org.kerasgraft.data.ImageSize;
import org.kerasgraft.data.Manifest;
import org.kerasgraft.error.CannotCreateException;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.internal.AtomicDirectory;
import org.kerasgraft.internal.NewFile;
import org.kerasgraft.savedmodel.TensorSpec;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;

/**
 * Writes a live, trained network as a SavedModel for TensorFlow Java, TensorFlow Serving, Python
 * ({@code tf.saved_model.load}) and Keras ({@code TFSMLayer}), and proves it equal before it counts
 * as written.
 *
 * <p>Signatures: {@code serving_default} takes {@code images}, float32 (n, h, w, 3), RGB, 0..255
 * (or, for a model trained from arrays, the source model's own input), {@code serving_bytes} takes
 * {@code image_bytes}, encoded images (n); both answer {@code probabilities} (n, classes) and
 * {@code logits}. Every variable that they read is exported under its Keras path; those that were
 * trained are trainable in Python, the others are not.
 */
public final class SavedModelExport {

  private static final int BUFFER = 1 << 20;

  private final ExportSpec spec;

  private SavedModelExport(ExportSpec spec) {
    this.spec = spec;
  }

  /**
   * Exports into a directory that the caller makes appear atomically, and verifies the result. On
   * failure the directory's content is of no use.
   *
   * @param spec what to export
   * @param directory absent or empty; created if need be
   * @throws CannotCreateException if the directory has content or cannot be created
   * @throws StorageException if writing fails, or if what was written does not behave as the live
   *     network does
   * @throws ModelRefusedException if the network cannot be exported
   */
  public static void write(ExportSpec spec, Path directory) {
    new SavedModelExport(spec).write(directory);
  }

  /**
   * Exports under a final name: the directory appears there complete and verified, or not at all.
   *
   * @param spec what to export
   * @param target absent or an empty directory
   * @return the target
   * @throws CannotCreateException if the target has content or cannot be created
   * @throws StorageException if writing fails, or if what was written does not behave as the live
   *     network does
   * @throws ModelRefusedException if the network cannot be exported
   */
  public static Path writeAtomically(ExportSpec spec, Path target) {
    try (AtomicDirectory directory = AtomicDirectory.create(target)) {
      write(spec, directory.staging());
      return directory.commit();
    }
  }

  private void write(Path directory) {
    AtomicDirectory.requireFree(directory);
    ServingBody body = ServingBody.of(spec, input());
    Optional<ImageSize> images = spec.provenance().input().images().map(ImageInput::size);
    NewFile.directories(directory.resolve("variables"));
    NewFile.directories(directory.resolve("assets.extra"));
    try {
      LiveVariables values =
          new LiveVariables(spec.network().graph(), spec.network().session(), body.variables());
      Path prefix = directory.resolve("variables").resolve("variables");
      CheckpointWriter.write(values, new ObjectGraph(body, images.isPresent()).trackable(), prefix);
      writeGraph(body, images, directory.resolve(ServedDirectory.MODEL_FILE));
      writeAssets(directory);
      new ExportVerification(spec, body, values).verify(directory);
    } catch (IOException e) {
      throw cannotWrite(directory, e);
    } catch (RuntimeException e) {
      throw NativeFailure.is(e) ? cannotWrite(directory, e) : e;
    }
  }

  /** The argument of {@code serving_default}; its batch dimension is open. */
  private ServedTensor input() {
    Output<?> live = spec.network().input();
    if (spec.provenance().input().images().isPresent()) {
      Shape batch = spec.provenance().input().rowShape().prepend(Shape.UNKNOWN_SIZE);
      return new ServedTensor("images", live.dataType(), batch);
    }
    Map<String, TensorSpec> inputs = spec.network().network().graph().inputs();
    if (inputs.size() != 1) {
      throw new ModelRefusedException(
          "The network has " + inputs.size() + " inputs: " + inputs.keySet() + ".",
          "Models with one input can be exported.");
    }
    Shape declared = live.shape();
    Shape batch =
        declared.isUnknown() || declared.numDimensions() == 0
            ? spec.provenance().input().rowShape().prepend(Shape.UNKNOWN_SIZE)
            : declared.tail().prepend(Shape.UNKNOWN_SIZE);
    return new ServedTensor(inputs.keySet().iterator().next(), live.dataType(), batch);
  }

  /** Serialized in a fixed order, so that the same model gives the same bytes. */
  private void writeGraph(ServingBody body, Optional<ImageSize> images, Path file)
      throws IOException {
    MetaGraphDef meta =
        new MainGraph(body, images).metaGraph(spec.network().graph().toGraphDef().getVersions());
    SavedModel model =
        SavedModel.newBuilder().setSavedModelSchemaVersion(1).addMetaGraphs(meta).build();
    try (OutputStream out = new BufferedOutputStream(NewFile.create(file).stream(), BUFFER)) {
      CodedOutputStream coded = CodedOutputStream.newInstance(out);
      coded.useDeterministicSerialization();
      model.writeTo(coded);
      coded.flush();
    }
  }

  /** The manifest last. */
  private void writeAssets(Path directory) {
    Provenance provenance = spec.provenance();
    String labels = String.join("\n", provenance.labels()) + "\n";
    NewFile.text(directory.resolve(ServedDirectory.LABELS_FILE), labels);
    Manifest.write(Manifest.Kind.MODEL, directory, ProvenanceJson.of(provenance));
  }

  private static StorageException cannotWrite(Path place, Exception cause) {
    return new StorageException(
        "Cannot write the model to '" + place + "': " + NativeFailure.reason(cause) + ".",
        "Check the free space and the permissions.",
        cause);
  }
}
