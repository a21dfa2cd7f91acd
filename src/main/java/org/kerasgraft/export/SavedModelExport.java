package org.kerasgraft.export;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.kerasgraft.data.ImageInput;
import org.kerasgraft.data.ImageSize;
import org.kerasgraft.error.CannotCreateException;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.internal.AtomicDirectory;
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

  /** A point of an export at which a test can make it fail. */
  enum Step {
    START,
    CHECKPOINT,
    GRAPH,
    ASSETS,
    RELOAD,
    COMMIT
  }

  /** Called before each step. */
  interface Faults {
    void before(Step step, Path directory) throws IOException;
  }

  private final ExportSpec spec;
  private final Faults faults;

  SavedModelExport(ExportSpec spec, Faults faults) {
    this.spec = spec;
    this.faults = faults;
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
    new SavedModelExport(spec, (step, place) -> {}).write(directory);
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
    return new SavedModelExport(spec, (step, place) -> {}).writeAtomically(target);
  }

  Path writeAtomically(Path target) {
    try (AtomicDirectory directory = AtomicDirectory.create(target)) {
      write(directory.staging());
      faults.before(Step.COMMIT, directory.staging());
      return directory.commit();
    } catch (IOException e) {
      throw cannotWrite(target, e);
    }
  }

  void write(Path directory) {
    AtomicDirectory.requireFree(directory);
    ServingBody body = ServingBody.of(spec, input());
    Optional<ImageSize> images = spec.provenance().input().images().map(ImageInput::size);
    try {
      faults.before(Step.START, directory);
      Files.createDirectories(directory.resolve("variables"));
      Files.createDirectories(directory.resolve("assets.extra"));
    } catch (IOException e) {
      throw new CannotCreateException(
          "Cannot create the model's directory '"
              + directory
              + "': "
              + NativeFailure.reason(e)
              + ".",
          "Choose a path whose parent is a directory you may write to.",
          e);
    }
    try {
      LiveVariables values =
          new LiveVariables(spec.network().graph(), spec.network().session(), body.variables());
      faults.before(Step.CHECKPOINT, directory);
      Path prefix = directory.resolve("variables").resolve("variables");
      CheckpointWriter.write(values, new ObjectGraph(body, images.isPresent()).trackable(), prefix);
      faults.before(Step.GRAPH, directory);
      writeGraph(body, images, directory.resolve(ServedDirectory.MODEL_FILE));
      faults.before(Step.ASSETS, directory);
      writeAssets(directory);
      faults.before(Step.RELOAD, directory);
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
    try (OutputStream out = Files.newOutputStream(file)) {
      CodedOutputStream coded = CodedOutputStream.newInstance(out);
      coded.useDeterministicSerialization();
      model.writeTo(coded);
      coded.flush();
    }
  }

  private void writeAssets(Path directory) throws IOException {
    Provenance provenance = spec.provenance();
    String labels = String.join("\n", provenance.labels()) + "\n";
    Files.writeString(
        directory.resolve(ServedDirectory.LABELS_FILE), labels, StandardCharsets.UTF_8);
    String json = new ProvenanceJson(provenance, ModelFile.of(directory)).text();
    Files.writeString(
        directory.resolve(ServedDirectory.PROVENANCE_FILE), json, StandardCharsets.UTF_8);
  }

  private static StorageException cannotWrite(Path place, Exception cause) {
    return new StorageException(
        "Cannot write the model to '" + place + "': " + NativeFailure.reason(cause) + ".",
        "Check the free space and the permissions.",
        cause);
  }
}
