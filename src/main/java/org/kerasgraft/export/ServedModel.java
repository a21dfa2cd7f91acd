package org.kerasgraft.export;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kerasgraft.backbone.RuntimeOptions;
import org.kerasgraft.backbone.SessionSettings;
import org.kerasgraft.data.ImageInput;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.savedmodel.ImportedModel;
import org.kerasgraft.savedmodel.OpPolicy;
import org.kerasgraft.savedmodel.SavedModelReader;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.types.TString;

/**
 * An exported model, open for predicting. Predicting is safe from many threads at once. Owns its
 * graph and session; {@link #close()} is idempotent and waits for predictions under way.
 */
public final class ServedModel implements AutoCloseable {

  private final ServedDirectory directory;
  private final ServedGraph graph;
  private final SignatureDef serving;
  private final Optional<SignatureDef> servingBytes;
  private volatile boolean open = true;

  private ServedModel(ServedDirectory directory, ServedGraph graph) {
    this.directory = directory;
    this.graph = graph;
    Map<String, SignatureDef> signatures = graph.metaGraph().getSignatureDefMap();
    this.serving = signatures.get(MainGraph.SERVING_DEFAULT);
    this.servingBytes = Optional.ofNullable(signatures.get(MainGraph.SERVING_BYTES));
  }

  /**
   * Opens an exported model with TensorFlow's own choice of device and threads.
   *
   * @param path a run's directory, its {@code model}, a version below that, or any directory that
   *     was exported; of several versions the largest is taken
   * @return the model, to be closed by the caller
   * @throws org.kerasgraft.error.MissingInputException if there is no such directory
   * @throws InvalidModelException if no exported model is there, or its files are not complete
   */
  public static ServedModel open(Path path) {
    return open(path, RuntimeOptions.defaults());
  }

  /**
   * Opens an exported model.
   *
   * @param path as for {@link #open(Path)}
   * @param options device and threads
   * @return the model, to be closed by the caller
   * @throws UsageException if a GPU is asked for and there is none
   */
  public static ServedModel open(Path path, RuntimeOptions options) {
    return open(path, options, OpPolicy.listed());
  }

  /**
   * Opens an exported model that may hold more ops than the listed ones.
   *
   * @param path as for {@link #open(Path)}
   * @param options device and threads
   * @param policy which ops the model may hold
   * @return the model, to be closed by the caller
   * @throws org.kerasgraft.error.ModelRefusedException if it holds any other
   */
  public static ServedModel open(Path path, RuntimeOptions options, OpPolicy policy) {
    ServedDirectory directory = ServedDirectory.find(path);
    SessionSettings settings = SessionSettings.of(options);
    try {
      ImportedModel model = SavedModelReader.read(directory.path(), policy);
      return new ServedModel(directory, ServedGraph.open(model, settings));
    } catch (RuntimeException e) {
      if (!NativeFailure.is(e)) {
        throw e;
      }
      throw new InvalidModelException(
          "'" + directory.path() + "' cannot be loaded: " + NativeFailure.reason(e) + ".",
          "Copy the model again, or export it again.",
          e);
    }
  }

  /**
   * Where it was opened, and what is written there of it.
   *
   * @return the model's directory, found and checked
   */
  public ServedDirectory served() {
    return directory;
  }

  /**
   * Where it was opened.
   *
   * @return the directory that holds {@code saved_model.pb}
   */
  public Path directory() {
    return directory.path();
  }

  /**
   * The classes.
   *
   * @return their names in the order of the probabilities
   */
  public List<String> labels() {
    return provenance().labels();
  }

  /**
   * Where the model comes from.
   *
   * @return its provenance
   */
  public Provenance provenance() {
    return directory.provenance();
  }

  /**
   * The images it takes.
   *
   * @return size and built-in preprocessing; empty for a model that takes rows of an array
   */
  public Optional<ImageInput> images() {
    return provenance().input().images();
  }

  /**
   * The shape of one input.
   *
   * @return without the batch dimension; (h, w, 3) for images
   */
  public Shape rowShape() {
    return provenance().input().rowShape();
  }

  /**
   * The element type of its input.
   *
   * @return for example {@code DT_FLOAT}; images are always that
   */
  public DataType inputType() {
    return input(serving).getDtype();
  }

  /**
   * Predicts a batch.
   *
   * @param rows {@code n} inputs one after the other, each of {@link #rowShape()} in C order;
   *     images are raw RGB, 0..255; borrowed, not modified
   * @param n the number of inputs, 0 or more
   * @return float32 (n, classes): the probabilities of each input, a copy
   * @throws InvalidDataException if the number of values does not fit
   * @throws IllegalStateException if this model is closed
   */
  public float[][] predict(float[] rows, int n) {
    if (rows.length != n * rowShape().size()) {
      throw new InvalidDataException(
          rows.length + " values are no " + n + " inputs of shape " + rowShape() + ".",
          "Give " + n * rowShape().size() + " values.");
    }
    if (n == 0) {
      return new float[0][];
    }
    try (Tensor batch = TensorValues.of(inputType(), rowShape().prepend(n), rows);
        Result result = run(serving, batch, List.of(ServingBody.PROBABILITIES))) {
      return TensorValues.rows(result.get(0));
    }
  }

  /**
   * Predicts encoded images: decoding and resizing happen in the model.
   *
   * @param images JPEG, PNG, GIF or BMP files' contents; borrowed
   * @return float32 (n, classes), a copy
   * @throws InvalidDataException if an image cannot be decoded
   * @throws UsageException if the model takes no images
   * @throws IllegalStateException if this model is closed
   */
  public float[][] predictBytes(List<byte[]> images) {
    SignatureDef signature =
        servingBytes.orElseThrow(
            () ->
                new UsageException(
                    "The model in '" + directory() + "' takes rows of an array, not images.",
                    "Give rows of shape " + rowShape() + "."));
    if (images.isEmpty()) {
      return new float[0][];
    }
    try (Tensor batch =
            TString.tensorOfBytes(NdArrays.vectorOfObjects(images.toArray(byte[][]::new)));
        Result result = run(signature, batch, List.of(ServingBody.PROBABILITIES))) {
      return TensorValues.rows(result.get(0));
    } catch (TFInvalidArgumentException e) {
      throw new InvalidDataException(
          "An image cannot be decoded: " + NativeFailure.reason(e) + ".",
          "Give whole JPEG, PNG, GIF or BMP images.",
          e);
    }
  }

  /**
   * Runs {@code serving_default} for some of its results, in the order asked; owned by the caller.
   */
  Result run(Tensor batch, List<String> outputs) {
    return run(serving, batch, outputs);
  }

  /** Value of any tensor that needs no input; owned by the caller. */
  Result read(List<String> nodes) {
    Session.Runner runner = session().runner();
    nodes.forEach(runner::fetch);
    return runner.run();
  }

  private Result run(SignatureDef signature, Tensor batch, List<String> outputs) {
    TensorRef in = TensorRef.parse(input(signature).getName());
    Session.Runner runner = session().runner().feed(in.node(), in.index(), batch);
    for (String key : outputs) {
      TensorRef out = TensorRef.parse(signature.getOutputsOrThrow(key).getName());
      runner.fetch(out.node(), out.index());
    }
    return runner.run();
  }

  private static TensorInfo input(SignatureDef signature) {
    return signature.getInputsMap().values().iterator().next();
  }

  private Session session() {
    if (!open) {
      throw new IllegalStateException("The model in '" + directory() + "' is closed");
    }
    return graph.session();
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      graph.close();
    }
  }
}
