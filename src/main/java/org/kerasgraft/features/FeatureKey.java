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
import org.kerasgraft.savedmodel.ImportedModel;

/**
 * Everything that stored features depend on. Features are used again for an equal key only; the
 * batch size is no part of it.
 *
 * @param model the model's {@link #modelHash}
 * @param graph hash of the nodes that lead to the tensor, preprocessing included
 * @param tensor the tensor whose values are stored, {@code node:index}
 * @param inputs hash of the inputs: for images the ordered paths, labels and content hashes and the
 *     class names; for an array its file's hash and the labels
 * @param preprocessing what was done to pixels, or {@code array}
 * @param imageSize what images were resized to, {@code HxW}; empty for an array
 * @param resize how images were resized; empty for an array
 * @param graft this library's version
 * @param tensorflow TensorFlow's version
 * @param oneDnn the value of {@code TF_ENABLE_ONEDNN_OPTS}, which changes the last bits
 * @param device {@code gpu} where a GPU computed them, which changes the last bits; else empty
 */
public record FeatureKey(
    String model,
    String graph,
    String tensor,
    String inputs,
    String preprocessing,
    String imageSize,
    String resize,
    String graft,
    String tensorflow,
    String oneDnn,
    String device) {

  /** Rises when the files or the meaning of the features change. */
  private static final String FORMAT = "graft-features-1";

  /** How {@link #differences} names the inputs. */
  static final String INPUTS = "the inputs";

  /** A SHA-256 in hexadecimal digits; nothing for a user to read. */
  private static final int HASH = 64;

  /** Checks. */
  public FeatureKey {
    Objects.requireNonNull(model);
    Objects.requireNonNull(graph);
    Objects.requireNonNull(tensor);
    Objects.requireNonNull(inputs);
    Objects.requireNonNull(preprocessing);
    Objects.requireNonNull(imageSize);
    Objects.requireNonNull(resize);
    Objects.requireNonNull(graft);
    Objects.requireNonNull(tensorflow);
    Objects.requireNonNull(oneDnn);
    device = device == null ? "" : device; // manifests of earlier versions do not have it
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
    return modelHash(model.directory(), model.scan().sha256());
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
   * One hash of all parts: the name of the entry in the store.
   *
   * @return 64 hexadecimal digits
   */
  public String digest() {
    Sha256 hash =
        new Sha256()
            .add(FORMAT)
            .add(model)
            .add(graph)
            .add(tensor)
            .add(inputs)
            .add(preprocessing)
            .add(imageSize)
            .add(resize)
            .add(graft)
            .add(tensorflow)
            .add(oneDnn);
    return (device.isEmpty() ? hash : hash.add(device)).hex();
  }

  /**
   * What makes another key another one, in words for a user.
   *
   * @param other the key to compare with
   * @return the parts that are not the same; empty if all are
   */
  List<String> differences(FeatureKey other) {
    List<String> parts = new ArrayList<>();
    compare(parts, "the model's graph or weights", model, other.model);
    compare(parts, "the layer", tensor, other.tensor);
    compare(parts, "the preprocessing", preprocessing, other.preprocessing);
    compare(parts, "the image size", imageSize, other.imageSize);
    compare(parts, "the resizing", resize, other.resize);
    compare(parts, "Graft's version", graft, other.graft);
    compare(parts, "TensorFlow's version", tensorflow, other.tensorflow);
    compare(parts, "TF_ENABLE_ONEDNN_OPTS", oneDnn, other.oneDnn);
    compare(parts, "the device", device, other.device);
    compare(parts, INPUTS, inputs, other.inputs);
    if (parts.isEmpty()) {
      compare(parts, "the graph that leads to the layer", graph, other.graph);
    }
    return parts;
  }

  private static void compare(List<String> parts, String what, String a, String b) {
    if (!a.equals(b)) {
      boolean hashes = a.length() == HASH && b.length() == HASH;
      parts.add(hashes ? what : what + " (" + said(a) + ", now " + said(b) + ")");
    }
  }

  private static String said(String value) {
    return value.isEmpty() ? "none" : value;
  }
}
