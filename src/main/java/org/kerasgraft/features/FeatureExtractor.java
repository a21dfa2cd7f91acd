package org.kerasgraft.features;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.data.Manifest;
import org.kerasgraft.error.CannotCreateException;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.internal.NativeScope;
import org.kerasgraft.internal.NearNames;
import org.kerasgraft.savedmodel.ScanReport;

/**
 * Runs a network on inputs, in batches, and writes the values of one or several of its tensors, in
 * one pass. A bad image becomes a line of the index with a code and the work goes on. At the
 * network's input itself the decoded images are written. The network must hold the weights of its
 * source model: after training, its features are no longer the source's. Borrows the network.
 */
public final class FeatureExtractor {

  private final LiveNetwork network;
  private final FeatureInput input;
  private final ExtractionOptions options;
  private FeatureKeys keys;

  /**
   * Prepares an extraction; nothing is read yet.
   *
   * @param network the network; for images, spliced with the same {@link
   *     org.kerasgraft.data.ImageInput}; borrowed, must stay open and unchanged
   * @param input what to run it on
   * @param options batch size and listener
   * @throws ModelRefusedException if the network has several inputs and the arrays no names
   * @throws UnknownNameException if a named array is for no input of the network, with near names
   * @throws UsageException if an input has no array
   */
  public FeatureExtractor(LiveNetwork network, FeatureInput input, ExtractionOptions options) {
    this.network = Objects.requireNonNull(network);
    this.input = Objects.requireNonNull(input);
    this.options = Objects.requireNonNull(options);
    checkInputs(network.network().graph().inputs().keySet());
  }

  private void checkInputs(Set<String> wanted) {
    if (!(input instanceof FeatureInput.NamedRows named)) {
      if (wanted.size() != 1) {
        throw new ModelRefusedException(
            "The network has " + wanted.size() + " inputs: " + String.join(", ", wanted) + ".",
            "Give an array for each by its name, as --input NAME=X.npy.");
      }
      return;
    }
    for (String given : named.arrays().keySet()) {
      if (!wanted.contains(given)) {
        throw new UnknownNameException(
            "input",
            given,
            "what the network needs here",
            NearNames.of(given, wanted),
            "It needs " + String.join(", ", wanted) + ".");
      }
    }
    for (String name : wanted) {
      if (!named.arrays().containsKey(name)) {
        throw new UsageException(
            "The network's input '" + name + "' has no array.",
            "It needs " + String.join(", ", wanted) + "; add --input " + name + "=X.npy.");
      }
    }
  }

  /**
   * What the features of a tensor depend on.
   *
   * @param tensor {@code node:index} in the network's graph
   * @return the key; reads the model's files and all inputs the first time
   */
  public synchronized FeatureKey key(String tensor) {
    return keys().of(tensor);
  }

  private synchronized FeatureKeys keys() {
    if (keys == null) {
      keys = new FeatureKeys(network.network(), network.options(), input, options);
    }
    return keys;
  }

  /**
   * Computes the features of one tensor into a directory.
   *
   * @param tensor {@code node:index} in the network's graph
   * @param directory absent or empty; appears complete or not at all
   * @return the stored features, owned by the caller
   * @throws org.kerasgraft.error.CannotCreateException if the directory has content, or an
   *     interrupted extraction into it can be resumed
   * @throws org.kerasgraft.error.InvalidDataException if no input can be used, or rows do not fit
   * @throws org.kerasgraft.error.RunInterruptedException if it was cancelled; finished batches are
   *     kept beside the directory
   */
  public FeatureSet extract(String tensor, Path directory) {
    return told(extractInto(directory, tensor, Beginning.ANEW));
  }

  private FeatureSet extractInto(Path directory, String tensor, Beginning beginning) {
    return extractAll(List.of(new Target(tensor, directory)), beginning, Map.of()).get(0);
  }

  /** Tells the listener what became of images; closes the set if that fails. */
  private FeatureSet told(FeatureSet set) {
    try {
      tell(set);
      return set;
    } catch (RuntimeException | Error e) {
      set.close();
      throw e;
    }
  }

  /** Tells the listener what became of images. */
  void tell(FeatureSet set) {
    if (input instanceof FeatureInput.Images) {
      options.listener().onIndex(set.index());
    }
  }

  /**
   * Goes on with an extraction that was interrupted or killed, after its last whole batch; its
   * files end with the same bytes as without the interruption. If nothing was begun it begins; if
   * everything is finished it only opens it.
   *
   * @param tensor {@code node:index} in the network's graph
   * @param directory as for {@link #extract}, or features that are finished
   * @return the stored features, owned by the caller
   * @throws CannotCreateException if finished features of something else are there
   * @throws UsageException if what was begun is of other choices (layer, batch size, …), saying
   *     which
   * @throws org.kerasgraft.error.InvalidDataException as {@link #extract}, or if finished features
   *     are damaged, or the model or inputs of what was begun have changed, saying which
   * @throws org.kerasgraft.error.RunInterruptedException as {@link #extract}
   */
  public FeatureSet resume(String tensor, Path directory) {
    if (!Files.exists(directory.resolve(Manifest.Kind.FEATURES.path()))) {
      return told(extractInto(directory, tensor, Beginning.RESUMED));
    }
    FeatureSet set = FeatureSet.open(directory);
    try {
      requireSame(set, tensor);
      options.listener().onResumed(set.index().size(), set.index().size());
    } catch (RuntimeException | Error e) {
      set.close();
      throw e;
    }
    return told(set);
  }

  private void requireSame(FeatureSet finished, String tensor) {
    List<String> differences =
        finished.manifest().key().differences(key(tensor)).stream()
            .map(FeatureKey.Difference::words)
            .toList();
    if (!differences.isEmpty()) {
      throw new CannotCreateException(
          "'"
              + finished.directory()
              + "' holds finished features of something else; not the same: "
              + String.join(", ", differences)
              + ".",
          "Choose another directory, or remove it first.");
    }
  }

  /** A tensor, and where its features go. */
  record Target(String tensor, Path directory) {}

  /**
   * Computes several tensors in one pass, each into its directory.
   *
   * @param targets the tensors
   * @param beginning what is made of unfinished work
   * @param crashed inputs that are known to end a process, and how
   */
  List<FeatureSet> extractAll(
      List<Target> targets, Beginning beginning, Map<Integer, String> crashed) {
    NativeScope opened = new NativeScope();
    try (NativeScope scope = new NativeScope()) {
      List<FeatureFiles> files = new ArrayList<>();
      for (Target target : targets) {
        FeatureKey key = key(target.tensor());
        files.add(
            scope.own(new FeatureFiles(target.directory(), beginning, key, keys().inputHashes())));
      }
      List<FeatureFiles> unfinished = files.stream().filter(f -> !f.isFinished()).toList();
      if (!unfinished.isEmpty()) {
        new Extraction(network, input, options, unfinished).run(keys().inputHashes(), crashed);
      }
      ScanReport model = network.network().source().scan();
      return files.stream().map(file -> opened.own(file.commit(model, input))).toList();
    } catch (RuntimeException | Error e) {
      opened.close(); // also if only a lock could not be removed
      throw e;
    }
  }

  ExtractionListener listener() {
    return options.listener();
  }

  /** Whether another process watches this one, and finds the inputs that end it. */
  boolean isWatched() {
    return options.watch().isPresent();
  }
}
