package org.kerasgraft.features;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.kerasgraft.data.DecodeStatus;
import org.kerasgraft.data.EncodedImage;
import org.kerasgraft.error.CannotCreateException;
import org.kerasgraft.error.InvalidDataException;
import org.kerasgraft.error.MissingInputException;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.features.FeatureExtractor.Target;
import org.kerasgraft.internal.AtomicDirectory;
import org.kerasgraft.internal.NativeScope;

/**
 * Keeps features by what they depend on: used again when nothing changed, computed anew when
 * anything did ({@link FeatureKey}), or when an entry is incomplete or damaged. An entry is a
 * directory named by its key's digest and appears complete or not at all, so that processes may
 * share a store. Nothing is ever removed but entries that cannot be used; the directory may be
 * deleted at any time no process uses it.
 *
 * <p>An entry that lacks inputs because they ended a process is used only by a process that is
 * watched itself ({@link ExtractionOptions#watch()}): the process may have been killed by chance.
 */
public final class FeatureStore {

  private final Path directory;
  private final Beginning beginning;

  private FeatureStore(Path directory, Beginning beginning) {
    this.directory = directory;
    this.beginning = beginning;
  }

  /**
   * A store in a directory.
   *
   * @param directory need not exist
   * @return the store
   */
  public static FeatureStore at(Path directory) {
    return new FeatureStore(directory, Beginning.STORED);
  }

  /**
   * A store that whoever makes it removes again: what is interrupted is not said to be kept.
   *
   * @param directory need not exist
   * @return the store
   */
  public static FeatureStore passing(Path directory) {
    return new FeatureStore(directory, Beginning.PASSING);
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
    List<Target> all = tensors.stream().map(t -> new Target(t, entry(extractor, t))).toList();
    Map<Target, FeatureSet> found = new HashMap<>();
    NativeScope opened = new NativeScope();
    try {
      for (Target target : all) {
        stored(target.directory(), extractor).ifPresent(set -> found.put(target, opened.own(set)));
      }
      Map<Integer, String> crashed = agreedCrashes(found, extractor.listener());
      tellOfHits(all, found.keySet(), extractor.listener());
      List<Target> missing = all.stream().filter(t -> !found.containsKey(t)).toList();
      if (!missing.isEmpty()) {
        List<FeatureSet> computed = compute(extractor, missing, crashed);
        for (int i = 0; i < computed.size(); i++) {
          found.put(missing.get(i), opened.own(computed.get(i)));
        }
      } else {
        found.get(all.get(0)).index().stream()
            .filter(row -> !row.isAccepted())
            .forEach(extractor.listener()::onRejected);
      }
      extractor.tell(found.get(all.get(0)));
      return all.stream().map(found::get).toList();
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  private static void tellOfHits(List<Target> all, Set<Target> found, ExtractionListener listener) {
    for (Target target : all) {
      if (found.contains(target)) {
        listener.onStoreHit(target.tensor(), target.directory());
      } else {
        listener.onStoreMiss(target.tensor(), target.directory());
      }
    }
  }

  private Path entry(FeatureExtractor extractor, String tensor) {
    return directory.resolve(extractor.key(tensor).digest());
  }

  /** The entry if it is there and whole and can be used. */
  private static Optional<FeatureSet> stored(Path entry, FeatureExtractor extractor) {
    if (!Files.exists(entry)) {
      return Optional.empty();
    }
    try {
      FeatureSet set = FeatureSet.open(entry);
      Optional<String> obstacle = obstacle(set, extractor.isWatched());
      if (obstacle.isEmpty()) {
        return Optional.of(set);
      }
      set.close();
      extractor.listener().onStoreDamaged(entry, obstacle.get());
    } catch (InvalidDataException | MissingInputException e) {
      extractor.listener().onStoreDamaged(entry, e.getMessage());
    }
    remove(entry);
    return Optional.empty();
  }

  /**
   * An input that changed, or that memory was short for, has no row, though the key speaks of its
   * content.
   */
  private static Optional<String> obstacle(FeatureSet set, boolean watched) {
    if (set.index().stream().anyMatch(r -> r.status().equals(DecodeStatus.CHANGED.code()))) {
      return Optional.of("a file changed while they were computed");
    }
    if (set.index().stream().anyMatch(r -> r.detail().equals(EncodedImage.NO_MEMORY.detail()))) {
      return Optional.of("memory was short for a file while they were computed");
    }
    return watched || set.crashed().isEmpty()
        ? Optional.empty()
        : Optional.of("an input ended the process that computed them");
  }

  /**
   * All tensors of one pass have the same rows: what one entry lacks because it crashed is not
   * tried for another. If entries differ, an input has crashed by chance, and those without it go.
   *
   * @return the inputs that the found entries lack
   */
  private static Map<Integer, String> agreedCrashes(
      Map<Target, FeatureSet> found, ExtractionListener listener) {
    List<Set<Integer>> lacking =
        found.values().stream().map(set -> set.crashed().keySet()).distinct().toList();
    if (lacking.size() == 1) {
      return found.values().iterator().next().crashed();
    }
    List<Target> doubtful =
        found.keySet().stream().filter(t -> !found.get(t).crashed().isEmpty()).toList();
    for (Target target : doubtful) {
      found.remove(target).close();
      listener.onStoreDamaged(
          target.directory(), "an input ended the process that computed them, but not another");
      remove(target.directory());
    }
    return Map.of();
  }

  private static void remove(Path entry) {
    try {
      AtomicDirectory.deleteTree(entry);
    } catch (IOException e) {
      throw new StorageException(
          "Cannot remove the damaged '" + entry + "': " + e + ".", "Remove it by hand.", e);
    }
  }

  private List<FeatureSet> compute(
      FeatureExtractor extractor, List<Target> missing, Map<Integer, String> crashed) {
    try {
      return extractor.extractAll(
          missing, extractor.isWatched() ? Beginning.STORED_WATCHED : beginning, crashed);
    } catch (CannotCreateException e) {
      // Another process may have been faster: what it has finished is as good, and the rest is
      // computed without it. Each time round fewer are missing.
      if (missing.stream().map(Target::directory).noneMatch(Files::isDirectory)) {
        throw new CannotCreateException(
            e.getMessage(),
            "Computed features are kept there: name a folder that you may write to, by GRAFT_CACHE"
                + " or where the store is chosen (train's --cache).",
            e);
      }
      return get(extractor, missing.stream().map(Target::tensor).toList());
    }
  }
}
