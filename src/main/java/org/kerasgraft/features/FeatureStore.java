package org.kerasgraft.features;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kerasgraft.data.DecodeStatus;
import org.kerasgraft.data.EncodedImage;
import org.kerasgraft.error.CannotCreateException;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.MissingInputException;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.internal.AtomicDirectory;
import org.kerasgraft.internal.NativeScope;

/**
 * Keeps features by what they depend on: used again when nothing changed, computed anew when
 * anything did ({@link FeatureKey}), or when an entry is incomplete or damaged. An entry is a
 * directory named by its key's digest and appears complete or not at all, so that processes may
 * share a store. Nothing is ever removed but damaged entries; the directory may be deleted at any
 * time no process uses it.
 */
public final class FeatureStore {

  private final Path directory;

  private FeatureStore(Path directory) {
    this.directory = directory;
  }

  /**
   * A store in a directory.
   *
   * @param directory need not exist
   * @return the store
   */
  public static FeatureStore at(Path directory) {
    return new FeatureStore(directory);
  }

  /**
   * The user's store: {@code features} below {@code $GRAFT_CACHE}, else {@code
   * $XDG_CACHE_HOME/graft}, else {@code ~/.cache/graft}.
   *
   * @return the store
   */
  public static FeatureStore standard() {
    return at(
        standardDirectory(System.getenv(), System.getProperty("user.home")).resolve("features"));
  }

  static Path standardDirectory(Map<String, String> environment, String home) {
    Optional<Path> own =
        Optional.ofNullable(environment.get("GRAFT_CACHE")).filter(s -> !s.isEmpty()).map(Path::of);
    Optional<Path> xdg =
        Optional.ofNullable(environment.get("XDG_CACHE_HOME"))
            .map(Path::of)
            .filter(Path::isAbsolute)
            .map(p -> p.resolve("graft"));
    return own.or(() -> xdg).orElseGet(() -> Path.of(home, ".cache", "graft"));
  }

  /**
   * Where the entries lie.
   *
   * @return the directory; may not exist yet
   */
  public Path directory() {
    return directory;
  }

  /**
   * The features of one tensor, stored or computed.
   *
   * @param extractor what to compute if they are not stored; its listener hears of hit or miss
   * @param tensor {@code node:index} in the network's graph
   * @return the features, owned by the caller
   */
  public FeatureSet get(FeatureExtractor extractor, String tensor) {
    return get(extractor, List.of(tensor)).get(0);
  }

  /**
   * The features of several tensors; those that are not stored are computed in one pass.
   *
   * @param extractor what to compute; its listener hears of hits and misses
   * @param tensors each {@code node:index} in the network's graph, all different
   * @return one set a tensor, in the given order, owned by the caller
   * @throws org.kerasgraft.error.CannotCreateException if the store cannot be written
   * @throws InvalidDataException if no input can be used
   */
  public List<FeatureSet> get(FeatureExtractor extractor, List<String> tensors) {
    FeatureSet[] found = new FeatureSet[tensors.size()];
    List<Integer> missing = new ArrayList<>();
    NativeScope opened = new NativeScope();
    try {
      for (int i = 0; i < found.length; i++) {
        Path entry = entry(extractor, tensors.get(i));
        found[i] = stored(entry, tensors.get(i), extractor.listener());
        if (found[i] == null) {
          missing.add(i);
        } else {
          opened.own(found[i]);
          extractor.listener().onStoreHit(tensors.get(i), entry);
        }
      }
      if (!missing.isEmpty()) {
        List<String> absent = missing.stream().map(tensors::get).toList();
        List<FeatureSet> computed = compute(extractor, absent);
        for (int i = 0; i < computed.size(); i++) {
          found[missing.get(i)] = opened.own(computed.get(i));
        }
      } else {
        found[0].index().stream()
            .filter(row -> !row.isAccepted())
            .forEach(extractor.listener()::onRejected);
      }
      extractor.tell(found[0]);
      return List.of(found);
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  private Path entry(FeatureExtractor extractor, String tensor) {
    return directory.resolve(extractor.key(tensor).digest());
  }

  /** The entry if it is there and whole, else null. */
  private static FeatureSet stored(Path entry, String tensor, ExtractionListener listener) {
    if (Files.exists(entry)) {
      try {
        FeatureSet set = FeatureSet.open(entry);
        if (!isOfTheMoment(set)) {
          return set;
        }
        set.close();
        listener.onStoreDamaged(
            entry, "a file changed or memory was short while they were computed");
        remove(entry);
      } catch (InvalidDataException | MissingInputException e) {
        listener.onStoreDamaged(entry, e.getMessage());
        remove(entry);
      }
    }
    listener.onStoreMiss(tensor, entry);
    return null;
  }

  /** Whether an input has no row for once, though the key speaks of its content. */
  private static boolean isOfTheMoment(FeatureSet set) {
    return set.index().stream()
        .anyMatch(
            r ->
                r.status().equals(DecodeStatus.CHANGED.code())
                    || r.detail().equals(EncodedImage.NO_MEMORY.detail()));
  }

  private static void remove(Path entry) {
    try {
      AtomicDirectory.deleteTree(entry);
    } catch (IOException e) {
      throw new StorageException(
          "Cannot remove the damaged '" + entry + "': " + e + ".", "Remove it by hand.", e);
    }
  }

  private List<FeatureSet> compute(FeatureExtractor extractor, List<String> tensors) {
    List<Path> entries = tensors.stream().map(tensor -> entry(extractor, tensor)).toList();
    try {
      return extractor.extractAll(tensors, entries, Beginning.STORED);
    } catch (CannotCreateException e) {
      // Another process may have been faster: what it has finished is as good, and the rest is
      // computed without it. Each time round fewer are missing.
      if (entries.stream().noneMatch(Files::isDirectory)) {
        throw new CannotCreateException(
            e.getMessage(),
            "Computed features are kept there: name a folder that you may write to, by GRAFT_CACHE"
                + " or where the store is chosen (train's --cache).",
            e);
      }
      return get(extractor, tensors);
    }
  }
}
