package org.kerasgraft.features;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.kerasgraft.data.Sha256;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.internal.Cancellation;
import org.kerasgraft.internal.NumericEnvironment;
import org.kerasgraft.savedmodel.ImportedModel;

/**
 * Everything that features depend on, to the last bit. Stored ones are used again, and interrupted
 * ones gone on with, for an equal key only.
 *
 * @param model the model's {@link #modelHash}
 * @param graph hash of the nodes that lead to the tensor, preprocessing included
 * @param tensor the tensor whose values are stored, {@code node:index}
 * @param inputs hash of the inputs: for images the ordered paths, labels and content hashes and the
 *     class names; for an array its file's hash and the labels
 * @param preprocessing what was done to pixels, or {@code array}
 * @param imageSize what images were resized to, {@code HxW}; empty for an array
 * @param resize how images were resized; empty for an array
 * @param run what computed them
 */
public record FeatureKey(
    String model,
    String graph,
    String tensor,
    String inputs,
    String preprocessing,
    String imageSize,
    String resize,
    Run run) {

  /** Rises when the files or the meaning of the features change. */
  private static final String FORMAT = "graft-features-2";

  /** How {@link #differences} names the inputs. */
  static final String INPUTS = "the inputs";

  /**
   * What decides in which order numbers are added up, and so the last bits.
   *
   * @param graft this library's version
   * @param tensorflow TensorFlow's version
   * @param oneDnn the environment's settings of oneDNN and the like, {@link NumericEnvironment}
   * @param device {@code cpu} or {@code gpu}
   * @param threads the number of threads of one op, 1 or more
   * @param batchSize inputs in a run of the network, 1 or more
   */
  public record Run(
      String graft, String tensorflow, String oneDnn, String device, int threads, int batchSize) {

    /** Checks. */
    public Run {
      Objects.requireNonNull(graft);
      Objects.requireNonNull(tensorflow);
      Objects.requireNonNull(oneDnn);
      Objects.requireNonNull(device);
      if (threads < 1 || batchSize < 1) {
        throw new IllegalArgumentException(
            "threads and batchSize must be 1 or more, not " + threads + " and " + batchSize);
      }
    }
  }

  /**
   * What makes another key another one.
   *
   * @param words for a user
   * @param isContent whether files have changed; else the user has chosen otherwise
   */
  record Difference(String words, boolean isContent) {}

  /** Checks. */
  public FeatureKey {
    Objects.requireNonNull(model);
    Objects.requireNonNull(graph);
    Objects.requireNonNull(tensor);
    Objects.requireNonNull(inputs);
    Objects.requireNonNull(preprocessing);
    Objects.requireNonNull(imageSize);
    Objects.requireNonNull(resize);
    Objects.requireNonNull(run);
  }

  /**
   * Hashes what a model computes with: its graph and its weights.
   *
   * @param directory a SavedModel; {@code saved_model.pb} and the files of {@code variables/} are
   *     read, by name
   * @return 64 hexadecimal digits
   * @throws StorageException if a file cannot be read
   */
  public static String modelHash(Path directory) {
    return modelHash(directory, Sha256.of(directory.resolve("saved_model.pb")));
  }

  /**
   * The same of a model that was read: of the graph that was scanned, even if the file has changed
   * since.
   *
   * @param model the model; the files of {@code variables/} are read, by name
   * @return 64 hexadecimal digits
   * @throws StorageException if a file cannot be read
   */
  public static String modelHash(ImportedModel model) {
    String hash = modelHash(model.directory(), model.scan().sha256());
    model.weights().requireSame();
    return hash;
  }

  private static String modelHash(Path directory, String graph) {
    Sha256 hash = new Sha256();
    Path variables = directory.resolve("variables");
    try (Stream<Path> files =
        Files.isDirectory(variables) ? Files.list(variables) : Stream.<Path>empty()) {
      hash.add(graph);
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        hash.add(file.getFileName().toString()).add(Sha256.of(file));
      }
    } catch (IOException e) {
      throw new StorageException("Cannot read '" + variables + "': " + e + ".", "", e);
    }
    return hash.hex();
  }

  /**
   * Hashes what features are computed from, as {@link #inputs} has it.
   *
   * @param input every file of it is read
   * @return 64 hexadecimal digits
   */
  public static String inputsHash(FeatureInput input) {
    return FeatureKeys.inputsHash(input, InputHashes.of(input, new Cancellation()));
  }

  /**
   * One hash of all parts: the name of the entry in the store.
   *
   * @return 64 hexadecimal digits
   */
  public String digest() {
    return new Sha256()
        .add(FORMAT)
        .add(model)
        .add(graph)
        .add(tensor)
        .add(inputs)
        .add(preprocessing)
        .add(imageSize)
        .add(resize)
        .add(run.graft)
        .add(run.tensorflow)
        .add(run.oneDnn)
        .add(run.device)
        .add(Integer.toString(run.threads))
        .add(Integer.toString(run.batchSize))
        .hex();
  }

  /**
   * What makes another key another one.
   *
   * @param now the key to compare with
   * @return the parts that are not the same; empty if all are
   */
  List<Difference> differences(FeatureKey now) {
    List<Difference> parts = new ArrayList<>();
    contents(parts, "the model's graph or weights", model, now.model);
    choices(parts, "the layer", tensor, now.tensor);
    choices(parts, "the preprocessing", preprocessing, now.preprocessing);
    choices(parts, "the image size", imageSize, now.imageSize);
    choices(parts, "the resizing", resize, now.resize);
    choices(parts, "Graft's version", run.graft, now.run.graft);
    choices(parts, "TensorFlow's version", run.tensorflow, now.run.tensorflow);
    choices(parts, "the environment's settings of kernels", run.oneDnn, now.run.oneDnn);
    choices(parts, "the device", run.device, now.run.device);
    choices(parts, "the number of threads", run.threads, now.run.threads);
    choices(parts, "the batch size", run.batchSize, now.run.batchSize);
    contents(parts, INPUTS, inputs, now.inputs);
    if (parts.isEmpty()) {
      contents(parts, "the graph that leads to the layer", graph, now.graph);
    }
    return parts;
  }

  private static void contents(List<Difference> parts, String what, String hash, String now) {
    if (!hash.equals(now)) {
      parts.add(new Difference(what, true));
    }
  }

  private static void choices(List<Difference> parts, String what, Object value, Object now) {
    if (!value.equals(now)) {
      parts.add(new Difference(what + " (" + said(value) + ", now " + said(now) + ")", false));
    }
  }

  private static String said(Object value) {
    return value.equals("") ? "none" : value.toString();
  }
}
