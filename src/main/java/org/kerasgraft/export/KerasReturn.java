package org.kerasgraft.export;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.kerasgraft.data.Manifest;
import org.kerasgraft.error.CannotCreateException;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.export.ReturnedModel.VariableCounts;
import org.kerasgraft.export.WeightsLayout.LayerWeights;
import org.kerasgraft.export.WeightsLayout.NestedGroup;
import org.kerasgraft.export.WeightsLayout.StoredVariable;
import org.kerasgraft.graph.Network;
import org.kerasgraft.internal.AtomicDirectory;
import org.kerasgraft.internal.NewFile;
import org.kerasgraft.savedmodel.Checkpoint;
import org.kerasgraft.savedmodel.ImportedModel;
import org.kerasgraft.savedmodel.ModelFormat;
import org.kerasgraft.savedmodel.OpPolicy;
import org.kerasgraft.savedmodel.SavedModelReader;
import org.kerasgraft.savedmodel.VariableSpec;

/**
 * Takes an exported model back into Keras. A Keras 2 original is copied with the new values in its
 * checkpoint, so that {@code load_model} opens a genuine Keras model; for a Keras 3 original a
 * weights file is written that {@code load_weights} takes. Variables above the cut keep the
 * original's values. A new head comes as a weights file of its own, and a Python script builds the
 * whole. The original's directory is only read.
 */
public final class KerasReturn {

  private static final String VARIABLES = "variables/variables";

  /** The checkpoint, and the fingerprint that would not fit the new values. */
  private static final String LEFT_OUT = "fingerprint\\.pb|variables/variables\\.(index|data-.*)";

  private final ServedDirectory served;
  private final ImportedModel original;
  private final Checkpoint originalValues;
  private final Checkpoint exportedValues;
  private final Map<String, VariableSpec> exported;
  private final Optional<ReturnedHead> head;

  private KerasReturn(ServedDirectory served, ImportedModel original, ImportedModel exported) {
    this.served = served;
    this.original = original;
    this.originalValues = Checkpoint.of(original.directory());
    this.exportedValues = Checkpoint.of(served.path());
    this.exported = new HashMap<>();
    List<VariableSpec> own = new ArrayList<>();
    Map<String, VariableSpec> known = new HashMap<>();
    original.variables().forEach(v -> known.put(v.name(), v));
    for (VariableSpec variable : exported.variables()) {
      VariableSpec before = known.get(variable.name());
      if (before == null) {
        own.add(variable);
      } else {
        requireSame(before, variable);
        this.exported.put(variable.name(), variable);
      }
    }
    this.head = ReturnedHead.of(served.provenance(), own);
  }

  private static void requireSame(VariableSpec before, VariableSpec variable) {
    if (!before.shape().equals(variable.shape()) || before.dtype() != variable.dtype()) {
      throw new InvalidModelException(
          "'"
              + variable.name()
              + "' is "
              + before.dtype()
              + " "
              + before.shape()
              + " in the original, but "
              + variable.dtype()
              + " "
              + variable.shape()
              + " in the exported model.",
          "Give the right original with --original DIR.");
    }
  }

  /**
   * Finds an exported model and its original, and checks that they belong together.
   *
   * @param saved what {@code graft train} or {@code TrainedModel.save} wrote
   * @param original where the original model is; empty: where the export recorded it
   * @return what can be written
   * @throws org.kerasgraft.error.MissingInputException if one of them is not there
   * @throws InvalidModelException if one is damaged, or the original is another model
   * @throws ModelRefusedException if the original is no Keras model
   */
  public static KerasReturn of(Path saved, Optional<Path> original) {
    return of(saved, original, OpPolicy.listed());
  }

  /**
   * The same for models that may hold more ops than the listed ones.
   *
   * @param saved as for {@link #of(Path, Optional)}
   * @param original as for {@link #of(Path, Optional)}
   * @param policy which ops both models may hold
   * @return what can be written
   * @throws ModelRefusedException if one of them holds any other
   */
  public static KerasReturn of(Path saved, Optional<Path> original, OpPolicy policy) {
    ServedDirectory served = ServedDirectory.find(saved);
    requireKeras(served);
    ImportedModel exported = SavedModelReader.read(served.path(), policy);
    ImportedModel source = new OriginalModel(served, exported).find(original, policy);
    return new KerasReturn(served, source, exported);
  }

  private static void requireKeras(ServedDirectory served) {
    SourceModel source = served.provenance().surgery().source();
    if (source.format().equals(ModelFormat.SAVED_MODEL.id())) {
      throw new ModelRefusedException(
          "'"
              + source.path()
              + "', which '"
              + served.path()
              + "' was made from, is a plain SavedModel: there is no Keras model to return to.",
          "Use the exported model itself: tf.saved_model.load(\""
              + served.path()
              + "\") can be trained further, keras.layers.TFSMLayer wraps it.");
    }
  }

  /**
   * Writes under a final name: the directory appears there complete, or not at all.
   *
   * @param target absent or an empty directory, not inside the original
   * @return what was written
   * @throws CannotCreateException if the target has content or cannot be created
   * @throws StorageException if writing fails
   */
  public ReturnedModel writeAtomically(Path target) {
    requireOutside(target);
    try (AtomicDirectory directory = AtomicDirectory.create(target)) {
      ReturnedModel written = write(directory.staging());
      directory.commit();
      return new ReturnedModel(
          target, written.format(), written.original(), written.weights(), written.needsScript());
    }
  }

  /** The original and the exported model are never written into. */
  private void requireOutside(Path target) {
    Path place = target.toAbsolutePath().normalize();
    for (Path model : List.of(original.directory(), served.path())) {
      if (place.startsWith(model.toAbsolutePath().normalize())) {
        throw new CannotCreateException(
            "'" + target + "' is inside the model '" + model + "', which is never changed.",
            "Choose a path outside of it.");
      }
    }
  }

  /**
   * Writes into a directory that the caller makes appear.
   *
   * @param directory an existing, empty directory
   * @return what was written
   * @throws StorageException if writing fails
   */
  public ReturnedModel write(Path directory) {
    try {
      boolean keras2 = original.format() == ModelFormat.KERAS_2_SAVED_MODEL;
      WeightsLayout layout = new WeightsLayout(List.of(), List.of());
      if (keras2) {
        copyOriginal(directory);
        writeCheckpoint(directory);
      } else {
        layout = writeWeights(directory);
      }
      if (head.isPresent()) {
        writeHead(directory, head.get());
      }
      String script = new BuildScript(served.provenance(), head, loading(layout)).text();
      NewFile.text(directory.resolve(BuildScript.FILE), script);
      Manifest.write(Manifest.Kind.KERAS, directory, origin());
      return new ReturnedModel(
          directory, original.format(), original.directory(), counts(), layout.unknown());
    } catch (IOException e) {
      throw cannotWrite(directory, e);
    } catch (RuntimeException e) {
      throw NativeFailure.is(e) ? cannotWrite(directory, e) : e;
    }
  }

  /** What the manifest says of where this comes from. */
  private ObjectNode origin() {
    Provenance provenance = served.provenance();
    ObjectNode origin = JsonNodeFactory.instance.objectNode();
    origin.put("model", served.path().toString());
    origin
        .putObject("original")
        .put("path", original.directory().toString())
        .put("format", original.format().id())
        .put("sha256", provenance.surgery().source().sha256());
    origin
        .putObject("versions")
        .put("graft", provenance.versions().graft())
        .put("tensorflow", provenance.versions().tensorflow());
    return origin;
  }

  private BuildScript.Loading loading(WeightsLayout layout) {
    if (original.format() == ModelFormat.KERAS_2_SAVED_MODEL) {
      return BuildScript.Loading.COPY;
    } else if (!layout.unknown().isEmpty()) {
      return BuildScript.Loading.BY_PATH;
    }
    return BuildScript.Loading.WEIGHTS;
  }

  private VariableCounts counts() {
    int trained =
        (int)
            served.provenance().training().variables().stream()
                .filter(exported::containsKey)
                .count();
    return new VariableCounts(
        trained,
        original.variables().size() - trained,
        head.map(h -> 2 * h.dense().size()).orElse(0));
  }

  /** Every file but those that depend on the values. */
  private void copyOriginal(Path directory) throws IOException {
    Path root = original.directory();
    try (Stream<Path> tree = Files.walk(root, java.nio.file.FileVisitOption.FOLLOW_LINKS)) {
      for (Path path : tree.toList()) {
        Path relative = root.relativize(path);
        boolean left = relative.toString().replace('\\', '/').matches(LEFT_OUT);
        if (Files.isDirectory(path)) {
          NewFile.directories(directory.resolve(relative.toString()));
        } else if (!left) {
          NewFile.copy(path, directory.resolve(relative.toString()));
        }
      }
    }
  }

  private void writeCheckpoint(Path directory) throws IOException {
    Map<String, String> replaced = new HashMap<>();
    for (VariableSpec variable : original.variables()) {
      VariableSpec changed = exported.get(variable.name());
      if (changed != null) {
        variable
            .checkpointKeys()
            .forEach(key -> replaced.put(key, changed.checkpointKeys().get(0)));
      }
    }
    new RewrittenCheckpoint(originalValues)
        .write(exportedValues, replaced, directory.resolve(VARIABLES));
    if (!specs(Checkpoint.of(directory)).equals(specs(originalValues))) {
      throw new StorageException(
          "What was written to '" + directory + "' is not what the original holds.",
          "Check the disk, and try again.");
    }
  }

  private static Object specs(Checkpoint checkpoint) {
    return checkpoint.tensors();
  }

  /** Keras 3's own layout. */
  private WeightsLayout writeWeights(Path directory) {
    Map<String, VariableSpec> byKey = new HashMap<>();
    for (VariableSpec variable : original.variables()) {
      variable.checkpointKeys().forEach(key -> byKey.put(key, variable));
    }
    WeightsLayout layout = WeightsLayoutSearch.of(Network.of(original));
    try (StoredValues values = new StoredValues();
        WeightsFile file = WeightsFile.create(directory.resolve(BuildScript.WEIGHTS_FILE))) {
      for (LayerWeights layer : layout.layers()) {
        file.nameNative(layer.group(), layer.name());
        for (int i = 0; i < layer.variables().size(); i++) {
          StoredVariable variable = layer.variables().get(i);
          Optional<VariableSpec> changed =
              Optional.ofNullable(byKey.get(variable.key())).map(v -> exported.get(v.name()));
          Hdf5Array value =
              changed.isPresent()
                  ? values.read(
                      exportedValues.prefix(),
                      changed.get().checkpointKeys().get(0),
                      variable.dtype())
                  : values.read(originalValues.prefix(), variable.key(), variable.dtype());
          file.putNative(layer.group(), i, value, variable.path());
        }
      }
      for (NestedGroup nested : layout.nested()) {
        nested.alias().ifPresent(alias -> file.aliasNative(nested.group(), alias));
      }
      file.finishNative();
    }
    return layout;
  }

  private void writeHead(Path directory, ReturnedHead layers) {
    try (StoredValues values = new StoredValues();
        WeightsFile file = WeightsFile.create(directory.resolve(BuildScript.HEAD_FILE))) {
      layers.write(file, values, exportedValues);
    }
  }

  private static StorageException cannotWrite(Path place, Exception cause) {
    return new StorageException(
        "Cannot write '" + place + "': " + NativeFailure.reason(cause) + ".",
        "Check the free space and the permissions.",
        cause);
  }
}
