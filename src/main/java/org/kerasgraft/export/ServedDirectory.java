package org.kerasgraft.export;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.kerasgraft.data.Manifest;
import org.kerasgraft.error.InvalidModelException;
import org.kerasgraft.error.MissingInputException;
import org.kerasgraft.error.StorageException;

/**
 * An exported model's directory, found and checked without TensorFlow.
 *
 * @param path the directory that holds {@code saved_model.pb}
 * @param provenance what its {@code graft.json} says: classes, inputs, where it comes from
 */
public record ServedDirectory(Path path, Provenance provenance) {

  static final String MODEL_FILE = "saved_model.pb";
  static final String LABELS_FILE = "assets.extra/labels.txt";

  private static final String REMEDY =
      "Give a directory that 'graft train' wrote (RUN, RUN/model or RUN/model/1) or that was"
          + " exported with Graft; train on another model first.";

  /** Checks. */
  public ServedDirectory {
    Objects.requireNonNull(path);
    Objects.requireNonNull(provenance);
  }

  /**
   * Finds the model in a run's directory, a directory of versions, or the model's own, and compares
   * its files with its manifest.
   *
   * @param given one of these; of several versions the largest is taken
   * @return the model's own directory
   * @throws MissingInputException if there is no such directory
   * @throws InvalidModelException if no exported model is there
   * @throws org.kerasgraft.error.InvalidDataException if a file is not as its manifest says
   */
  public static ServedDirectory find(Path given) {
    if (!Files.isDirectory(given)) {
      throw new MissingInputException(
          "There is no directory '" + given + "'.", "Check the path of the exported model.");
    }
    Path model;
    try {
      model = locate(given);
    } catch (IOException e) {
      throw new StorageException(
          "Cannot read '" + given + "': " + e.getMessage() + ".", "Check its permissions.", e);
    }
    Manifest manifest =
        Manifest.find(Manifest.Kind.MODEL, model)
            .orElseThrow(
                () ->
                    new InvalidModelException(
                        "'" + model + "' is a SavedModel, but Graft did not export it.", REMEDY));
    Manifest.find(Manifest.Kind.RUN, given).ifPresent(run -> verify(run, given, model));
    manifest.verify(name -> true);
    return new ServedDirectory(model, ProvenanceJson.parse(manifest.content(), manifest.path()));
  }

  /** A run's files; of its model the manifest alone, which vouches for the rest. */
  private static void verify(Manifest run, Path given, Path model) {
    String prefix = given.relativize(model).toString().replace('\\', '/') + "/";
    run.verify(
        name -> !name.startsWith(prefix) || name.equals(prefix + Manifest.Kind.MODEL.path()));
  }

  private static Path locate(Path given) throws IOException {
    for (Path place : List.of(given, given.resolve("model"))) {
      if (isModel(place)) {
        return place;
      }
      Optional<Path> latest = latestVersion(place);
      if (latest.isPresent()) {
        return latest.get();
      }
    }
    throw new InvalidModelException("There is no exported model in '" + given + "'.", REMEDY);
  }

  private static boolean isModel(Path place) {
    return Files.isRegularFile(place.resolve(MODEL_FILE))
        || Files.isRegularFile(place.resolve(Manifest.Kind.MODEL.path()));
  }

  private static Optional<Path> latestVersion(Path place) throws IOException {
    if (!Files.isDirectory(place)) {
      return Optional.empty();
    }
    try (Stream<Path> versions = Files.list(place)) {
      return versions
          .filter(version -> version.getFileName().toString().matches("\\d+"))
          .filter(ServedDirectory::isModel)
          .max(Comparator.comparing(version -> new BigInteger(version.getFileName().toString())));
    }
  }
}
