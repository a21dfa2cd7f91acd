package org.kerasgraft.features;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.kerasgraft.backbone.LiveNetwork;
import org.kerasgraft.error.ModelRefusedException;
import org.kerasgraft.error.UnknownNameException;
import org.kerasgraft.error.UsageException;
import org.kerasgraft.internal.AtomicDirectory;
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
      keys = new FeatureKeys(network.network(), input);
    }
    return keys;
  }

  /**
   * Computes the features of one tensor into a directory.
   *
   * @param tensor {@code node:index} in the network's graph
   * @param directory absent or empty; appears complete or not at all
   * @return the stored features, owned by the caller
   * @throws org.kerasgraft.error.CannotCreateException if the directory has content
   * @throws org.kerasgraft.error.InvalidDataException if no input can be used, or rows do not fit
   */
  public FeatureSet extract(String tensor, Path directory) {
    FeatureSet set =
        extractAll(List.of(tensor), List.of(directory), AtomicDirectory::create).get(0);
    tell(set);
    return set;
  }

  /** Tells the listener what became of images. */
  void tell(FeatureSet set) {
    if (input instanceof FeatureInput.Images) {
      options.listener().onIndex(set.index());
    }
  }

  /** Computes several tensors in one pass, each into its entry of a store. */
  List<FeatureSet> extractShared(List<String> tensors, List<Path> entries) {
    return extractAll(tensors, entries, FeatureExtractor::entry);
  }

  private static AtomicDirectory entry(Path directory) {
    AtomicDirectory entry = AtomicDirectory.shared(directory);
    entry.discard();
    return entry;
  }

  private List<FeatureSet> extractAll(
      List<String> tensors, List<Path> directories, Function<Path, AtomicDirectory> opening) {
    try (NativeScope scope = new NativeScope()) {
      List<FeatureFiles> files = new ArrayList<>();
      for (int i = 0; i < tensors.size(); i++) {
        AtomicDirectory directory = opening.apply(directories.get(i));
        files.add(scope.own(new FeatureFiles(tensors.get(i), directory)));
      }
      List<IndexRow> index =
          new Extraction(network, input, options, files).run(keys().contentHashes());
      ScanReport model = network.network().source().scan();
      List<FeatureSet> sets = new ArrayList<>();
      for (FeatureFiles file : files) {
        sets.add(FeatureSet.open(file.commit(key(file.tensor()), model, input, index)));
      }
      return sets;
    }
  }

  ExtractionListener listener() {
    return options.listener();
  }
}
