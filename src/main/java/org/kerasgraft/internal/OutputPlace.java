package org.kerasgraft.internal;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.kerasgraft.error.CannotCreateException;
import org.kerasgraft.error.StorageException;
import org.kerasgraft.internal.FaultPoints.Point;

/**
 * Where an output will be, and what lies beside it.
 *
 * @param given the path as the user wrote it, for messages
 * @param target the same, absolute; at a link's end, so that the link stays
 * @param existing the nearest ancestor that was there before; empty if there is none
 */
record OutputPlace(Path given, Path target, Optional<Path> existing) {

  /** Finds the place of a target that can be made; nothing is touched. */
  static OutputPlace of(Path target) {
    AtomicDirectory.requireFree(target);
    return beside(target);
  }

  /** Finds a target's place, whatever is there; nothing is touched. */
  static OutputPlace beside(Path target) {
    try {
      Path absolute =
          Files.isDirectory(target) ? target.toRealPath() : target.toAbsolutePath().normalize();
      if (absolute.getParent() == null) {
        throw new CannotCreateException("'" + target + "' is no place for an output.", "");
      }
      return new OutputPlace(target, absolute, nearestExisting(absolute));
    } catch (IOException e) {
      throw new CannotCreateException(
          "Cannot look at '" + target + "': " + NewFile.reason(e) + ".", "Choose another path.", e);
    }
  }

  private static Optional<Path> nearestExisting(Path target) {
    Path ancestor = target.getParent();
    while (ancestor != null && !Files.exists(ancestor)) {
      ancestor = ancestor.getParent();
    }
    return Optional.ofNullable(ancestor);
  }

  /** Whether a directory holds nothing. */
  static boolean isEmpty(Path directory) {
    try (Stream<Path> content = Files.list(directory)) {
      return content.findAny().isEmpty();
    } catch (IOException e) {
      throw new CannotCreateException(
          "Cannot look into '" + directory + "': " + NewFile.reason(e) + ".",
          "Choose another path.",
          e);
    }
  }

  /** The hidden path {@code .NAME} + suffix beside the target; the same for all ways to name it. */
  Path sibling(String suffix) {
    Path parent = target.getParent();
    try {
      parent = parent.toRealPath();
    } catch (IOException e) {
      // It is not there (any more); who writes to it is told so.
      parent = target.getParent();
    }
    return parent.resolve("." + target.getFileName() + suffix);
  }

  /** Makes the directory that the target will be in. */
  void makeParent() {
    try {
      if (!Files.isDirectory(target.getParent())) {
        FaultPoints.before(Point.WRITE, target.getParent());
        Files.createDirectories(target.getParent());
      }
    } catch (IOException e) {
      throw refused(e);
    }
  }

  /** Makes the new name last: syncs the target's directory and those that were made for it. */
  void syncParents() throws IOException {
    Path ancestor = target.getParent();
    while (ancestor != null) {
      DirectoryTree.syncEntries(ancestor);
      if (ancestor.equals(existing.orElse(null))) {
        return;
      }
      ancestor = ancestor.getParent();
    }
  }

  /** Removes what killed processes left that worked in places of their own. */
  void sweep(String suffix, String lockSuffix) {
    String prefix = "." + target.getFileName() + suffix + "-";
    try (Stream<Path> siblings = Files.list(target.getParent())) {
      List<String> left =
          siblings
              .map(path -> path.getFileName().toString())
              .filter(name -> name.startsWith(prefix))
              .map(name -> name.endsWith(lockSuffix) ? cut(name, lockSuffix) : name)
              .distinct()
              .toList();
      for (String name : left) {
        Path parent = sibling("").getParent();
        Optional<OutputLock> lock = OutputLock.tryAcquire(parent.resolve(name + lockSuffix));
        if (lock.isPresent()) {
          OutputLock held = lock.get();
          try (held) {
            DirectoryTree.delete(parent.resolve(name));
          }
        }
      }
    } catch (IOException e) {
      throw refused(e);
    }
  }

  private static String cut(String name, String end) {
    return name.substring(0, name.length() - end.length());
  }

  /** Lets go of the lock and removes the ancestors made for the target, unless others use them. */
  void leave(OutputLock lock) {
    try {
      lock.close();
      Path ancestor = target.getParent();
      while (ancestor != null && !ancestor.equals(existing.orElse(null)) && isEmpty(ancestor)) {
        FaultPoints.before(Point.DELETE, ancestor);
        Files.deleteIfExists(ancestor);
        ancestor = ancestor.getParent();
      }
    } catch (IOException e) {
      throw new StorageException(
          "Cannot clean up beside '" + target + "': " + NewFile.reason(e) + ".",
          "Remove '" + sibling(".lock") + "' by hand.",
          e);
    }
  }

  /** Why the target cannot be begun, from its nearest ancestor that was there. */
  CannotCreateException refused(IOException e) {
    return new CannotCreateException(
        "Cannot create '" + given + "': " + obstacle(e) + ".",
        "Choose a path whose parent is a directory you may write to.",
        e);
  }

  private String obstacle(IOException e) {
    if (existing.isPresent() && !Files.isDirectory(existing.get())) {
      return "'" + existing.get() + "' is no directory";
    }
    return existing.isPresent()
            && (e instanceof AccessDeniedException || e instanceof NoSuchFileException)
        ? "'" + existing.get() + "' lets nothing be created in it"
        : NewFile.reason(e);
  }
}
