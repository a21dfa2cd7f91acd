package org.kerasgraft.export;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.error.MissingInputException;
import org.kerasgraft.features.FeatureKey;
import org.kerasgraft.graph.Network;
import org.kerasgraft.savedmodel.ImportedModel;
import org.kerasgraft.savedmodel.OpPolicy;
import org.kerasgraft.savedmodel.SavedModelReader;
import org.kerasgraft.savedmodel.VariableSpec;

/** Finds the Keras model that an exported one was made from, and proves that it is that one. */
final class OriginalModel {

  private static final int MOST_NAMED = 3;

  private final ServedDirectory served;
  private final ImportedModel exported;
  private final SourceModel recorded;

  OriginalModel(ServedDirectory served, ImportedModel exported) {
    this.served = served;
    this.exported = exported;
    this.recorded = served.provenance().surgery().source();
  }

  /**
   * Reads the original.
   *
   * @param given where the user says it is; empty: where the export recorded it, as seen from the
   *     working directory or from any directory above the exported model
   * @param policy which ops it may hold
   * @throws MissingInputException if it is not there
   * @throws InvalidModelException if it is another model, saying what differs
   */
  ImportedModel find(Optional<Path> given, OpPolicy policy) {
    Path directory = given.orElseGet(this::recordedPlace);
    ImportedModel model = SavedModelReader.read(directory, policy);
    if (!FeatureKey.modelHash(model).equals(recorded.sha256())) {
      throw new InvalidModelException(
          "'"
              + directory
              + "' is not the model that '"
              + served.path()
              + "' was made from: "
              + difference(model)
              + ".",
          "Give the original, unchanged, with --original DIR.");
    }
    return model;
  }

  private Path recordedPlace() {
    Path path = Path.of(recorded.path());
    List<Path> places = new ArrayList<>(List.of(path));
    Path above = served.path().toAbsolutePath().normalize();
    for (; above != null; above = above.getParent()) {
      places.add(above.resolve(path));
    }
    Optional<Path> same =
        places.stream()
            .filter(OriginalModel::isModel)
            .filter(place -> FeatureKey.modelHash(place).equals(recorded.sha256()))
            .findFirst();
    return same.or(() -> places.stream().filter(OriginalModel::isModel).findFirst())
        .orElseThrow(
            () ->
                new MissingInputException(
                    "The original model '"
                        + path
                        + "', which '"
                        + served.path()
                        + "' was made from, is not there.",
                    "Give its directory with --original DIR."));
  }

  private static boolean isModel(Path place) {
    return Files.isRegularFile(place.resolve(ServedDirectory.MODEL_FILE));
  }

  /** The first thing that differs, from the outside in. */
  private String difference(ImportedModel model) {
    if (!model.format().id().equals(recorded.format())) {
      return "it is a " + model.format().id() + ", not a " + recorded.format();
    }
    Map<String, VariableSpec> there =
        model.variables().stream().collect(Collectors.toMap(VariableSpec::name, v -> v));
    Map<String, VariableSpec> exported =
        this.exported.variables().stream()
            .collect(Collectors.toMap(VariableSpec::name, Function.identity()));
    Set<String> missing = new LinkedHashSet<>();
    for (VariableSpec variable : exported.values()) {
      VariableSpec other = there.get(variable.name());
      if (other == null) {
        missing.add(variable.name());
      } else if (!other.shape().equals(variable.shape())) {
        return "'" + variable.name() + "' is " + other.shape() + ", not " + variable.shape();
      }
    }
    missing.removeIf(name -> name.startsWith(Network.HEAD + "/"));
    if (!missing.isEmpty()) {
      return "it has no "
          + missing.stream()
              .sorted()
              .limit(MOST_NAMED)
              .collect(Collectors.joining("', '", "'", "'"))
          + (missing.size() > MOST_NAMED ? " and " + (missing.size() - MOST_NAMED) + " more" : "");
    }
    return "its layers are the same, but its graph or its weights are not (SHA-256 differs)";
  }
}
